import { describe, expect, it } from "vitest";
import type { Hunk } from "$lib/generated/contract";
import { changeRows, documentLines, RowMap } from "./rowMap";
import { changesOf, linesOf, segmentsOf } from "./rows";

const hunk = (oldStart: number, oldLines: number, newStart: number, newLines: number, ...lines: string[]): Hunk => ({
  old_start: oldStart,
  old_lines: oldLines,
  new_start: newStart,
  new_lines: newLines,
  header: "",
  lines,
});
const change = (oldFrom: number, oldCount: number, newFrom: number, newCount: number) => ({
  kind: "change" as const,
  oldFrom,
  oldCount,
  newFrom,
  newCount,
});

describe("git's hunks", () => {
  it("give the changed blocks without their context", () => {
    const lines = [" a", "-b", "+B", "+B2", " c", "-d", " e"];
    expect(changesOf([hunk(1, 5, 1, 5, ...lines)])).toEqual([change(2, 1, 2, 2), change(4, 1, 5, 0)]);
  });

  it("read an insertion without context after the line that git names", () => {
    expect(changesOf([hunk(5, 0, 6, 2, "+x", "+y")])).toEqual([change(6, 0, 6, 2)]);
    expect(changesOf([hunk(0, 0, 1, 2)])).toEqual([change(1, 0, 1, 2)]);
  });

  it("skip the remark about a missing line feed", () => {
    const lines = ["-a", "\\ No newline at end of file", "+a"];
    expect(changesOf([hunk(1, 1, 1, 1, ...lines)])).toEqual([change(1, 1, 1, 1)]);
  });
});

describe("lines", () => {
  it("are counted as git counts them", () => {
    expect(linesOf("")).toEqual([]);
    expect(linesOf("a\nb\n")).toEqual(["a", "b"]);
    expect(linesOf("a\n\n")).toEqual(["a", ""]);
    expect(linesOf("a\rb\nc")).toEqual(["a\rb", "c"]);
  });
});

const before = ["1", "2", "3", "old", "5"];
const after = ["1", "2", "3", "new", "newer", "5"];
const segments = segmentsOf([hunk(4, 1, 4, 2, "-old", "+new", "+newer")], before.length, after.length);

describe("a unified layout", () => {
  const map = new RowMap(segments, "unified");

  it("shows removed lines above added ones", () => {
    expect(documentLines(map, before, after)).toEqual(["1", "2", "3", "old", "new", "newer", "5"]);
    expect(map.total).toBe(7);
  });

  it("knows both line numbers of each row", () => {
    expect(map.at(3)).toMatchObject({ kind: "same", oldLine: 3, newLine: 3 });
    expect(map.at(4)).toMatchObject({ kind: "removed", oldLine: 4, newLine: null });
    expect(map.at(6)).toMatchObject({ kind: "added", oldLine: null, newLine: 5 });
    expect(map.at(7)).toMatchObject({ kind: "same", oldLine: 5, newLine: 6 });
    expect(changeRows(map)).toEqual([{ segment: 1, from: 4, to: 6 }]);
  });
});

describe("side by side", () => {
  const left = new RowMap(segments, "old");
  const right = new RowMap(segments, "new");

  it("keeps equal lines in equal rows", () => {
    expect(documentLines(left, before, after)).toEqual(["1", "2", "3", "old", "", "5"]);
    expect(documentLines(right, before, after)).toEqual(after);
    expect(left.total).toBe(right.total);
  });

  it("fills the shorter side", () => {
    expect(left.at(5)).toMatchObject({ kind: "filler", oldLine: null });
    expect(right.at(5)).toMatchObject({ kind: "added", newLine: 5 });
  });
});

describe("a whole file", () => {
  it("added or deleted is one block", () => {
    const added = segmentsOf([hunk(0, 0, 1, 3, "+a", "+b", "+c")], 0, 3);
    expect(added).toEqual([change(1, 0, 1, 3)]);
    expect(new RowMap(added, "unified").at(2)).toMatchObject({ kind: "added", newLine: 2 });
  });

  it("survives hunks that do not fit the texts", () => {
    expect(segmentsOf([hunk(90, 5, 90, 5)], 2, 2)).toEqual([
      { kind: "same", oldFrom: 1, oldCount: 2, newFrom: 1, newCount: 2 },
    ]);
  });
});
