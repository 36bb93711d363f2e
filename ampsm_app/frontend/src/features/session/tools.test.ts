import { describe, expect, it } from "vitest";
import { event, fakeApp } from "$lib/testing";
import type { EventData } from "$lib/generated/contract";
import { ToolCalls } from "./tools.svelte";
import { argumentLine } from "./toolWords";

const call = (name: string, success: boolean | null, duration_ms: number | null): EventData => ({
  type: "tool_call",
  tool_use_id: `${name}-${String(duration_ms)}`,
  tool_name: name,
  args: {},
  start_time: null,
  end_time: null,
  duration_ms,
  success,
  result: "",
  parent_tool_use_id: null,
});

describe("the table of tools", () => {
  it("reads all pages, adds what happens later, and counts by tool", async () => {
    const pages = [
      { events: [event(1, "a", call("Bash", false, 100)), event(4, "a", call("Read", true, 5))], more: true },
      { events: [event(9, "a", call("Bash", true, 300))], more: false },
    ];
    const fake = fakeApp({ answers: { "events:page": ({ after_seq }) => pages[after_seq === 0 ? 0 : 1] } });
    await fake.connect();
    const tools = new ToolCalls();
    await tools.load(fake.api, "a");
    tools.add(event(9, "a", call("Bash", true, 300)));
    tools.add(event(12, "a", call("Bash", null, null)));
    expect(tools.tools.map(({ name, calls, failed, median }) => [name, calls.length, failed, median])).toEqual([
      ["Bash", 3, 1, 300],
      ["Read", 1, 0, 5],
    ]);
    expect(tools.cut).toBe(false);
  });

  it("shows a call by its most telling argument", () => {
    expect(argumentLine({ timeout: 5, cmd: "pnpm\n  test" })).toBe("pnpm test");
    expect(argumentLine({ n: 1 })).toBe('{"n":1}');
  });
});
