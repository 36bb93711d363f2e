import { describe, expect, it } from "vitest";
import { wordChanges } from "./words";

describe("words", () => {
  it("are marked where a line changed a little", () => {
    const { old, new: now } = wordChanges(
      ["  const session = await cookieSession(form);"],
      ["  const session = await tokens.exchange(form)", "    ?? await cookieSession(form);  // fallback"],
    );
    expect(now.get(0)?.length).toBeGreaterThan(0);
    expect(old.size + now.size).toBeGreaterThan(0);
  });

  it("name the exact word", () => {
    const { old, new: now } = wordChanges(["return session;"], ["return token;"]);
    expect(old.get(0)).toEqual([{ from: 7, to: 14 }]);
    expect(now.get(0)).toEqual([{ from: 7, to: 12 }]);
  });

  it("are not marked in lines that are new as a whole", () => {
    const { old, new: now } = wordChanges(["aaaa bbbb"], ["xxxx yyyy zzzz"]);
    expect(old.size + now.size).toBe(0);
  });

  it("leave white space unmarked where a word beside it changed too", () => {
    expect(wordChanges(["call(a, b);"], ["call(a, b);  // why"]).new.get(0)).toEqual([{ from: 13, to: 19 }]);
    expect(wordChanges(["  indented(a)"], ["    indented(a)"]).new.get(0)).toEqual([{ from: 0, to: 2 }]);
  });

  it("are not marked in blocks that have little to do with each other", () => {
    const before = ["def steep(tea):", "    minutes = MINUTES[tea]", "    time.sleep(minutes * 60)"];
    const after = ["def schedule(teas):", "    return sorted((MINUTES[tea] * 60, tea) for tea in teas)", "", "def ready(teas):", "    passed = 0"];
    const { old, new: now } = wordChanges(before, after);
    expect(old.size + now.size).toBe(0);
  });

  it("are left alone in pure additions and huge blocks", () => {
    expect(wordChanges([], ["a"]).new.size).toBe(0);
    const huge = "word ".repeat(10_000);
    expect(wordChanges([huge, "a"], [`${huge}x`, "b"]).new.size).toBe(0);
  });

  it("are what lies between the equal ends of a line of any length", () => {
    const line = (middle: string): string => `${"x".repeat(50_000)}${middle}${"y".repeat(50_000)}`;
    const { old, new: now } = wordChanges([line("")], [line("new")]);
    expect(now.get(0)).toEqual([{ from: 50_000, to: 50_003 }]);
    expect(old.size).toBe(0);
  });
});
