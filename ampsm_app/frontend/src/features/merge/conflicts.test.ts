import { describe, expect, it } from "vitest";
import type { ConflictTexts } from "$lib/generated/contract";
import { canEdit, choicesFor, describe as words, gitWords, nextUnresolved, sideWords } from "./conflicts";
import { leftoverMarkers, locateAll, regionsOf, settledLines } from "./markers";
import { conflicted } from "./testing";

const texts = (more: Partial<ConflictTexts> = {}): ConflictTexts => ({
  path: "src/a.ts",
  kind: "content",
  ancestor: "",
  base: "a",
  session: "b",
  result: "c",
  binary: false,
  ...more,
});
const marked = ["top", "<<<<<<< base", "one", "||||||| ancestor", "zero", "=======", "two", "three", ">>>>>>> session", "end"];

describe("markers", () => {
  it("are read with both sides between them", () => {
    expect(regionsOf(marked)).toEqual([
      { start: 2, ancestor: 4, middle: 6, end: 9, base: ["one"], session: ["two", "three"] },
    ]);
  });

  it("are read right where the session comes first, as in its worktree", () => {
    const [region] = regionsOf(["<<<<<<< session", "mine", "=======", "theirs", ">>>>>>> base"]);
    expect(region).toMatchObject({ base: ["theirs"], session: ["mine"] });
  });

  it("that are incomplete make no region but are left over", () => {
    expect(regionsOf(["<<<<<<< base", "one", "======="])).toEqual([]);
    expect(leftoverMarkers("<<<<<<< base\none\n=======\n", [])).toEqual([1, 3]);
  });

  it("are not mistaken: underlines of headings, and what a side has itself", () => {
    expect(leftoverMarkers("Title\n=========\ntext\n", [])).toEqual([]);
    expect(leftoverMarkers("a\n=======\nb", ["x\n=======\n", null])).toEqual([]);
    expect(leftoverMarkers("a\r\n>>>>>>> session\r\n", [])).toEqual([2]);
  });

  it("give way to a side or both", () => {
    const [region] = regionsOf(marked);
    if (region === undefined) throw new Error("no region");
    expect(settledLines(region, "base")).toEqual(["one"]);
    expect(settledLines(region, "both")).toEqual(["one", "two", "three"]);
  });

  it("lead to the lines of the sides, each conflict after the one before", () => {
    const regions = regionsOf([...marked, ...marked]);
    expect(locateAll(regions, "base", ["one", "x", "one"])).toEqual([
      { from: 1, to: 1 },
      { from: 3, to: 3 },
    ]);
    expect(locateAll(regions, "session", ["nothing", "of", "it"])).toEqual([]);
  });
});

describe("a conflict", () => {
  it("is told in words, with what each side did", () => {
    expect(words(conflicted())).toContain("both changed");
    expect(words(conflicted({ kind: "delete_modify", base_oid: null }))).toContain("base deleted it");
    expect(words(conflicted({ kind: "delete_modify", session_oid: null }))).toContain("session deleted it");
  });

  it("is told in git's words without its marks", () => {
    expect(gitWords("CONFLICT (modify/delete): a.ts deleted in base and modified in session. Version session of a.ts left in tree.")).toBe("a.ts deleted in base and modified in session.");
    expect(gitWords("warning: Cannot merge binary files: x.png (base vs. session)")).toBe("Cannot merge binary files: x.png (base vs. session)");
  });

  it("offers what fits its kind", () => {
    const sides = (conflict: Parameters<typeof choicesFor>[0], given: ConflictTexts | null): string[] =>
      choicesFor(conflict, given).map((choice) => choice.side);
    expect(sides(conflicted(), texts())).toEqual(["base", "session", "both"]);
    expect(sides(conflicted({ kind: "binary" }), texts({ binary: true, result: null }))).toEqual(["base", "session", "both"]);
    expect(sides(conflicted({ kind: "submodule", base_mode: "160000" }), texts())).toEqual(["base", "session"]);
    expect(sides(conflicted({ kind: "mode", session_mode: "120000" }), texts())).toEqual(["base", "session", "both"]);
    expect(sides(conflicted({ kind: "rename", related: ["b"], base_oid: null }), texts())).toEqual(["base", "session", "both"]);
    expect(sides(conflicted({ kind: "delete_modify", base_oid: null }), texts({ base: null }))).toEqual(["base", "session"]);
  });

  it("says when a side means deletion", () => {
    const [base] = choicesFor(conflicted({ kind: "delete_modify", base_oid: null }), texts({ base: null }));
    expect(base).toMatchObject({ label: "Take base: delete", means: "base has no such file: it goes" });
    expect(choicesFor(conflicted({ kind: "delete_modify", base_oid: null }), texts())[1]?.label).toBe("Take session: keep");
  });

  it("says what keeping both means where lines cannot be joined", () => {
    const both = choicesFor(conflicted({ path: "logo.png", kind: "binary" }), texts({ binary: true, result: null })).at(-1);
    expect(both).toEqual({ side: "both", label: "Keep both", means: "base keeps the name, the session's goes beside it as logo.png~session" });
  });

  it("can be edited only as text", () => {
    expect(canEdit(conflicted({ kind: "add_add" }), texts())).toBe(true);
    expect(canEdit(conflicted({ kind: "delete_modify", session_oid: null }), texts({ session: null }))).toBe(true);
    expect(canEdit(conflicted(), texts({ binary: true }))).toBe(false);
    expect(canEdit(conflicted(), null)).toBe(false);
  });

  it("names sides that have no text", () => {
    expect(sideWords(null, null, null)).toBe("no such file on this side");
    expect(sideWords("abcdef1234567", "160000", null)).toBe("submodule at abcdef1234");
    expect(sideWords("abc", "120000", "target\n")).toBe("link to target");
  });

  it("leads to the next one that is not settled", () => {
    const all = [conflicted({ path: "a" }), conflicted({ path: "b", resolved: true }), conflicted({ path: "c" })];
    expect(nextUnresolved(all, "a")).toBe("c");
    expect(nextUnresolved(all, "c")).toBe("a");
    expect(nextUnresolved(all.map((each) => ({ ...each, resolved: true })), "a")).toBeNull();
  });
});
