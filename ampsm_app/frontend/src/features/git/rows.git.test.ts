import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Hunk } from "$lib/generated/contract";
import { foldedSegments } from "./folding";
import { documentLines, RowMap, type RowKind } from "./rowMap";
import { linesOf, segmentsOf } from "./rows";

const folder = mkdtempSync(join(tmpdir(), "rows-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?([^\n]*)$/;

/** The hunks that git itself finds between two texts. */
function gitHunks(before: string, after: string, ...flags: string[]): Hunk[] {
  writeFileSync(join(folder, "a"), before);
  writeFileSync(join(folder, "b"), after);
  const { stdout } = spawnSync("git", ["diff", "--no-index", "--no-color", ...flags, "a", "b"], { cwd: folder, encoding: "utf8" });
  const hunks: Hunk[] = [];
  for (const line of stdout.split("\n")) {
    const found = HEADER.exec(line);
    if (found) {
      const [, oldStart, oldLines = "1", newStart, newLines = "1", header = ""] = found;
      const counts = { old_start: Number(oldStart), old_lines: Number(oldLines), new_start: Number(newStart), new_lines: Number(newLines) };
      hunks.push({ ...counts, header, lines: [] });
    } else if (/^[ +\-\\]/.test(line)) hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
function randomText(pick: (below: number) => number): string {
  const words = ["", "", "}", "a", "b", "  a", "longer line", "x\ry"];
  const lines = Array.from({ length: pick(25) }, () => words[pick(words.length)] ?? "");
  return lines.join("\n") + (pick(3) === 0 ? "" : "\n");
}
const linesOfKinds = (map: RowMap, document: readonly string[], ...kinds: RowKind[]): string[] =>
  document.filter((_, index) => kinds.includes(map.at(index + 1).kind));

describe.each(Array.from({ length: 40 }, (_, seed) => seed))("git's diff of random texts, %i", (seed) => {
  const pick = numbers(seed * 7919 + 1);
  const [before, after] = [randomText(pick), randomText(pick)];
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  const hunks = gitHunks(before, after, `-U${String(pick(4))}`);
  const segments = segmentsOf(hunks, oldLines.length, newLines.length);

  it("keeps both texts whole, and marks exactly git's lines", () => {
    const map = new RowMap(segments, "unified");
    const document = documentLines(map, oldLines, newLines);
    expect(document).toHaveLength(map.total);
    expect(linesOfKinds(map, document, "same", "removed")).toEqual(oldLines);
    expect(linesOfKinds(map, document, "same", "added")).toEqual(newLines);
    const signed = (sign: string): string[] => hunks.flatMap((hunk) => hunk.lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1)));
    expect(linesOfKinds(map, document, "removed")).toEqual(signed("-"));
    expect(linesOfKinds(map, document, "added")).toEqual(signed("+"));
  });

  it("has a row above each hunk, and hides unchanged lines only", () => {
    const shown = foldedSegments(segments, hunks, { folded: true, opened: new Set(), bars: true });
    expect(shown.flatMap(({ kind, hunk = -1 }) => (kind === "fold" && hunk >= 0 ? [hunk] : []))).toEqual(hunks.map((_, index) => index));
    const map = new RowMap(shown, "unified");
    const document = documentLines(map, oldLines, newLines);
    const hidden = shown.reduce((sum, { kind, newCount }) => sum + (kind === "fold" ? newCount : 0), 0);
    expect(linesOfKinds(map, document, "same", "added")).toHaveLength(newLines.length - hidden);
    expect(linesOfKinds(map, document, "same", "removed")).toHaveLength(oldLines.length - hidden);
  });

  it("lays both sides out in the same rows", () => {
    const [left, right] = [new RowMap(segments, "old"), new RowMap(segments, "new")];
    expect(left.total).toBe(right.total);
    expect(linesOfKinds(left, documentLines(left, oldLines, newLines), "same", "removed")).toEqual(oldLines);
    expect(linesOfKinds(right, documentLines(right, oldLines, newLines), "same", "added")).toEqual(newLines);
  });
});
