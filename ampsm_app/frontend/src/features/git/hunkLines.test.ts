import { describe, expect, it } from "vitest";
import type { Hunk } from "$lib/generated/contract";
import { HunkLines, hunkOf } from "./hunkLines";
import { LineChoice } from "./lineChoice.svelte";
import { RowMap } from "./rowMap";
import { segmentsOf } from "./rows";

// Ten lines: 2 becomes B and B2, 9 goes, and a line without a line feed comes at the end.
const hunks: Hunk[] = [
  { old_start: 1, old_lines: 5, new_start: 1, new_lines: 6, header: "", lines: [" 1", "-2", "+B", "+B2", " 3", " 4", " 5"] },
  { old_start: 6, old_lines: 5, new_start: 7, new_lines: 5, header: "", lines: [" 6", " 7", " 8", "-9", " 10", "+end", "\\ No newline at end of file"] },
];
const segments = segmentsOf(hunks, 10, 11);
const lines = new HunkLines(hunks, 10, 11);
const unified = new RowMap(segments, "unified");

/** What a row shows, as git's hunk has it. */
function shownAt(map: RowMap, row: number): string | null {
  const key = lines.keyOf(map.at(row));
  if (key === null) return null;
  const selected = lines.selection("d", [key]).hunks[0];
  const hunk = hunks[selected?.index ?? 0];
  return hunk?.lines[selected?.lines?.[0] ?? -1] ?? "whole";
}

describe("lines of hunks", () => {
  it("are found by the row that shows them, in each layout", () => {
    const changed = (layout: "unified" | "old" | "new"): (string | null)[] => {
      const map = new RowMap(segments, layout);
      return Array.from({ length: map.total }, (_, row) => shownAt(map, row + 1)).filter((line) => line !== null);
    };
    expect(changed("unified")).toEqual(["-2", "+B", "+B2", "-9", "+end"]);
    expect(changed("old")).toEqual(["-2", "-9"]);
    expect(changed("new")).toEqual(["+B", "+B2", "+end"]);
  });

  it("lead back to their row, or to the one that stands opposite", () => {
    const rowsIn = (layout: "unified" | "old" | "new") => lines.all.map((key) => lines.rowOf(new RowMap(segments, layout), key));
    expect(rowsIn("unified").map((row) => shownAt(unified, row ?? 0))).toEqual(["-2", "+B", "+B2", "-9", "+end"]);
    expect(rowsIn("old")).toEqual([2, 2, 3, 10, 12]);
    expect(rowsIn("new")).toEqual(rowsIn("old"));
  });

  it("are told to the server by hunk; a hunk with all its lines as a whole", () => {
    const [first, second, third, fourth] = lines.all;
    expect(lines.selection("d", [second ?? 0, first ?? 0])).toEqual({ digest: "d", hunks: [{ index: 0, lines: [1, 2] }] });
    expect(lines.selection("d", [first ?? 0, second ?? 0, third ?? 0, fourth ?? 0])).toEqual({
      digest: "d",
      hunks: [{ index: 0, lines: null }, { index: 1, lines: [3] }],
    });
  });

  it("between two rows leave out what did not change", () => {
    expect(lines.between(unified, 7, 2).map(hunkOf)).toEqual([0, 0, 0]);
  });
});

describe("choosing lines", () => {
  it("by keys begins at the hunk one reads, and takes more and less", () => {
    const choice = new LineChoice(lines, "d");
    choice.extend(1, 1);
    expect(choice.selection().hunks).toEqual([{ index: 1, lines: [3] }]);
    choice.extend(1, 1);
    expect(choice.selection().hunks).toEqual([{ index: 1, lines: null }]);
    choice.extend(-1, 1);
    expect(choice.chosen.size).toBe(1);
  });

  it("adds lines one by one, and drops them again", () => {
    const choice = new LineChoice(lines, "d");
    const [first = 0, second = 0] = lines.all;
    choice.pick([first], "replace");
    choice.pick([second], "toggle");
    expect(choice.chosen.size).toBe(2);
    choice.pick([second], "toggle");
    expect([...choice.chosen]).toEqual([first]);
    choice.clear();
    expect(choice.chosen.size).toBe(0);
  });
});
