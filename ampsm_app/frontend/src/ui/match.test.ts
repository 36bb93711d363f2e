import { describe, expect, it } from "vitest";
import { spellKeys } from "./keys";
import { matching } from "./match";

describe("matching", () => {
  const names = ["Port tests to vitest", "Contest page", "Speed up the search index"];

  it("finds words in any order, starts of words first", () => {
    expect(matching(names, "test", (name) => name)).toEqual(["Port tests to vitest", "Contest page"]);
    expect(matching(names, "index speed", (name) => name)).toEqual(["Speed up the search index"]);
    expect(matching(names, "nothing", (name) => name)).toEqual([]);
  });

  it("keeps the order where nothing is asked", () => {
    expect(matching(names, "  ", (name) => name)).toEqual(names);
  });
});

describe("keys", () => {
  it("are spelled as the platform does", () => {
    expect(spellKeys("Mod+K", false)).toBe("Ctrl K");
    expect(spellKeys("Mod+Shift+P", true)).toBe("⌘⇧P");
    expect(spellKeys("g s", false)).toBe("g s");
  });
});
