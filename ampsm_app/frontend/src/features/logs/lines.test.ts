import { describe, expect, it } from "vitest";
import type { Event, EventData } from "$lib/generated/contract";
import { event, session } from "$lib/testing";
import { keyOf, mergeLines, passes, typesOf } from "./filters";
import { aboutCall, lineOf, oneLine, type LogLine } from "./lines";

const at = (seq: number, data: EventData): Event => ({ ...event(seq, "s", data), iteration_id: "i" });
const line = (seq: number, data: EventData): LogLine => {
  const made = lineOf(at(seq, data));
  if (made === null) throw new Error("no line");
  return made;
};
const started = (id: string): EventData => ({ type: "tool_start", tool_use_id: id, tool_name: "Bash", args: { cmd: "ls" }, parent_tool_use_id: null });
const called = (id: string, success: boolean | null = true): EventData => ({
  type: "tool_call",
  tool_use_id: id,
  tool_name: "Bash",
  args: { cmd: "ls" },
  start_time: null,
  end_time: null,
  duration_ms: 300,
  success,
  result: "a\nb",
  parent_tool_use_id: null,
});
const said = (text: string): EventData => ({ type: "assistant_message", text, message_id: null, parent_tool_use_id: null });

describe("a line", () => {
  it("is one line, without escapes, of bearable length", () => {
    expect(oneLine("\n\x1b[31mfirst\x1b[0m\nsecond")).toBe("first …");
    expect(oneLine("x".repeat(50_000_000)).length).toBeLessThan(700);
    expect(oneLine("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  });

  it("says what a tool call was about and how it went", () => {
    expect(line(1, called("t")).text).toBe("ls · done in 0.3 s");
    expect(line(1, called("t", false))).toMatchObject({ tone: "bad", text: "ls · failed in 0.3 s" });
    expect(line(1, called("t", null)).text).toBe("ls · no answer in 0.3 s");
    expect(line(1, called("t")).sections.map((section) => section.label)).toEqual(["Arguments", "Result"]);
    expect(aboutCall({ file_path: "a.ts", content: "x" })).toBe("a.ts");
    expect(aboutCall({ odd: 1 })).toBe('{"odd":1}');
  });

  it("leaves out where the session's worktree lies", () => {
    const call = { ...called("t"), args: { file_path: "/home/ada/shop/.worktrees/a1b2c3d4e/src/cart.ts" } } as EventData;
    expect(line(1, call).text).toBe("src/cart.ts · done in 0.3 s");
    const command = { ...called("t"), args: { cmd: "cat '/x/.worktrees/a1b2c3d4e/a b.txt'" } } as EventData;
    expect(line(1, command).text).toBe("cat 'a b.txt' · done in 0.3 s");
  });

  it("opens only where there is more to read", () => {
    expect(line(1, said("short")).sections).toEqual([]);
    expect(line(1, said("two\nlines")).sections).toHaveLength(1);
  });

  it("is not made of a session's row that changed without its status", () => {
    const row = session({ id: "s", status: "running" });
    expect(lineOf(at(1, { type: "session_changed", session: row, previous_status: "running" }))).toBeNull();
    expect(lineOf(at(1, { type: "session_changed", session: row, previous_status: "idle" }))?.text).toBe("idle → running");
  });

  it("says unknown for an unknown price", () => {
    const usage = { input_tokens: 1, cache_write_tokens: 0, cache_read_tokens: 0, output_tokens: 2, total_tokens: 3 };
    const used: EventData = { type: "llm_usage", model: "gpt-5", usage, cost_usd: null, cost_kind: "unknown", latency_ms: null, sub_agent: true };
    expect(line(1, used).text).toBe("gpt-5 · sub-agent · 3 tokens · unknown");
  });
});

describe("lines", () => {
  it("join the end of a tool call to its beginning, however they come", () => {
    const [start, other, end] = [line(1, started("t")), line(2, said("hi")), line(3, called("t"))];
    const both = mergeLines(mergeLines([], [start, other]), [end]);
    expect(both.map((row) => [row.seq, row.type])).toEqual([[1, "tool_call"], [2, "assistant_message"]]);
    expect(mergeLines(both, [end, start])).toEqual(both);
    expect(mergeLines([end], [start]).map((row) => [row.seq, row.type])).toEqual([[1, "tool_call"]]);
  });

  it("stand in order though older ones come later", () => {
    expect(mergeLines([line(5, said("b"))], [line(2, said("a"))]).map((row) => row.seq)).toEqual([2, 5]);
  });

  it("of two turns are apart where an agent numbers its calls anew", () => {
    const again = { ...line(9, called("t")), iterationId: "other" };
    expect(mergeLines([line(1, called("t"))], [again])).toHaveLength(2);
    expect(keyOf(again)).not.toBe(keyOf(line(1, called("t"))));
  });
});

describe("a filter", () => {
  const all = { kinds: [], search: "", iterationId: null };

  it("lets everything through when it is empty", () => {
    expect(passes(line(1, said("x")), all)).toBe(true);
    expect(typesOf([])).toEqual([]);
  });

  it("keeps kinds, turns and words apart", () => {
    expect(passes(line(1, said("x")), { ...all, kinds: ["tools"] })).toBe(false);
    expect(passes(line(1, called("t")), { ...all, kinds: ["tools"] })).toBe(true);
    expect(passes(line(1, said("x")), { ...all, iterationId: "other" })).toBe(false);
    expect(passes(line(1, called("t")), { ...all, search: "B" })).toBe(true);
    expect(passes(line(1, said("hello")), { ...all, search: "HELL" })).toBe(true);
    expect(passes(line(1, said("hello")), { ...all, search: "nothing" })).toBe(false);
  });
});
