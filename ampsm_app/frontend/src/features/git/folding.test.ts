import { describe, expect, it } from "vitest";
import type { Hunk } from "$lib/generated/contract";
import { foldedSegments, type Folding } from "./folding";
import { RowMap, documentLines } from "./rowMap";
import { segmentsOf, type Segment } from "./rows";

const hunk = (start: number, ...lines: string[]): Hunk => {
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign) || line.startsWith(" ")).length;
  return { old_start: start, old_lines: count("-"), new_start: start, new_lines: count("+"), header: "", lines };
};
const context = (...lines: string[]): string[] => [" a", " b", " c", ...lines, " d", " e", " f"];
// 100 lines, of which 20, 30 and 35 changed: the last two are in two hunks that nearly touch.
const hunks = [hunk(17, ...context("-x", "+y")), hunk(27, " a", " b", " c", "-x", "+y"), hunk(32, " a", " b", " c", "-x", "+y", " d", " e", " f")];
const segments = segmentsOf(hunks, 100, 100);
const shown = (more: Partial<Folding> = {}): Segment[] => foldedSegments(segments, hunks, { folded: true, opened: new Set(), bars: false, ...more });
const words = (found: readonly Segment[]): string[] =>
  found.map(({ kind, newFrom, newCount, hunk: below }) => (kind === "fold" ? `fold ${newFrom}+${newCount} above ${below}` : `${kind} ${newFrom}+${newCount}`));

describe("what did not change", () => {
  it("is one row where it is far from any change", () => {
    expect(words(shown())).toEqual([
      "fold 1+16 above -1",
      "same 17+3",
      "change 20+1",
      "same 21+9",
      "change 30+1",
      "same 31+4",
      "change 35+1",
      "same 36+3",
      "fold 39+62 above -1",
    ]);
  });

  it("is shown where it was opened, or everywhere", () => {
    expect(words(shown({ opened: new Set([1]) }))[0]).toBe("same 1+19");
    expect(shown({ folded: false })).toEqual(segments);
  });

  it("stays in a file where nothing changed (a mode change)", () => {
    const whole = segmentsOf([], 40, 40);
    expect(foldedSegments(whole, [], { folded: true, opened: new Set(), bars: true })).toEqual(whole);
  });
});

describe("a row for each hunk", () => {
  it("is the fold above it, or one of its own", () => {
    expect(words(shown({ bars: true })).filter((line) => line.startsWith("fold"))).toEqual([
      "fold 1+16 above 0",
      "fold 27+0 above 1",
      "fold 32+0 above 2",
      "fold 39+62 above -1",
    ]);
  });

  it("stands above the first line of a file, too", () => {
    const first = [hunk(1, "-x", "+y", " a")];
    const found = foldedSegments(segmentsOf(first, 2, 2), first, { folded: true, opened: new Set(), bars: true });
    expect(words(found)).toEqual(["fold 1+0 above 0", "change 1+1", "same 2+1"]);
  });

  it("stays when the lines above it are opened", () => {
    expect(words(shown({ bars: true, opened: new Set([1]) })).slice(0, 3)).toEqual(["same 1+16", "fold 17+0 above 0", "same 17+3"]);
  });
});

describe("rows of folded segments", () => {
  const lines = Array.from({ length: 100 }, (_, at) => String(at + 1));

  it("lie level on both sides", () => {
    const [left, right] = [new RowMap(shown({ bars: true }), "old"), new RowMap(shown({ bars: true }), "new")];
    expect(left.total).toBe(right.total);
    expect(documentLines(left, lines, lines)).toHaveLength(left.total);
  });

  it("know where a line is, in a fold as well", () => {
    const map = new RowMap(shown(), "new");
    expect(map.rowOf("new", 5)).toBe(1);
    expect(map.at(1)).toMatchObject({ kind: "fold", newLine: null });
    expect(map.at(map.rowOf("new", 20) ?? 0)).toMatchObject({ kind: "added", newLine: 20 });
  });
});
