import type { Hunk } from "$lib/generated/contract";

/** Equal lines of both texts, or lines replaced. Line numbers are 1-based; a count of 0 stands before its line. */
export interface Segment {
  kind: "same" | "change";
  oldFrom: number;
  oldCount: number;
  newFrom: number;
  newCount: number;
}

export type Side = "old" | "new";
export type RowKind = "same" | "removed" | "added" | "filler";

/** What one row of an editor shows; a line number is null where that side has no such line. */
export interface Row {
  kind: RowKind;
  oldLine: number | null;
  newLine: number | null;
  segment: number;
}

/** Lines of a text as git counts them: what follows the last line feed is a line only if it is not empty. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** The changed blocks inside git's hunks, without the context lines around them. */
export function changesOf(hunks: readonly Hunk[]): Segment[] {
  return hunks.flatMap((hunk) => (hunk.lines.length === 0 ? [bareChange(hunk)] : changesIn(hunk)));
}

/** All of both texts as alternating equal and changed segments; blocks outside the texts are cut to fit. */
export function segmentsOf(hunks: readonly Hunk[], oldTotal: number, newTotal: number): Segment[] {
  const segments: Segment[] = [];
  let oldLine = 1;
  let newLine = 1;
  const same = (count: number): void => {
    if (count <= 0) return;
    segments.push({ kind: "same", oldFrom: oldLine, oldCount: count, newFrom: newLine, newCount: count });
    oldLine += count;
    newLine += count;
  };
  for (const change of changesOf(hunks)) {
    same(Math.min(change.oldFrom - oldLine, oldTotal - oldLine + 1, newTotal - newLine + 1));
    const oldCount = Math.min(change.oldCount, oldTotal - oldLine + 1);
    const newCount = Math.min(change.newCount, newTotal - newLine + 1);
    if (oldCount + newCount === 0) continue;
    segments.push({ kind: "change", oldFrom: oldLine, oldCount, newFrom: newLine, newCount });
    oldLine += oldCount;
    newLine += newCount;
  }
  same(Math.min(oldTotal - oldLine + 1, newTotal - newLine + 1));
  return segments;
}

function firstLine(start: number, count: number): number {
  return count === 0 ? start + 1 : start;
}

function bareChange(hunk: Hunk): Segment {
  return {
    kind: "change",
    oldFrom: firstLine(hunk.old_start, hunk.old_lines),
    oldCount: hunk.old_lines,
    newFrom: firstLine(hunk.new_start, hunk.new_lines),
    newCount: hunk.new_lines,
  };
}

function changesIn(hunk: Hunk): Segment[] {
  const changes: Segment[] = [];
  let oldLine = firstLine(hunk.old_start, hunk.old_lines);
  let newLine = firstLine(hunk.new_start, hunk.new_lines);
  let open: Segment | null = null;
  for (const line of hunk.lines) {
    const sign = line[0];
    if (sign === "\\") continue;
    if (sign !== "+" && sign !== "-") {
      open = null;
      oldLine += 1;
      newLine += 1;
      continue;
    }
    if (open === null) {
      open = { kind: "change", oldFrom: oldLine, oldCount: 0, newFrom: newLine, newCount: 0 };
      changes.push(open);
    }
    if (sign === "-") {
      open.oldCount += 1;
      oldLine += 1;
    } else {
      open.newCount += 1;
      newLine += 1;
    }
  }
  return changes;
}

/** The rows of one editor: all in one (`unified`), or one side with fillers opposite what the other side has. */
export class RowMap {
  readonly #starts: number[] = [];
  readonly total: number;

  constructor(
    readonly segments: readonly Segment[],
    readonly layout: "unified" | Side,
  ) {
    let row = 1;
    for (const segment of segments) {
      this.#starts.push(row);
      row += this.#height(segment);
    }
    this.total = row - 1;
  }

  /** What stands in a row; rows are numbered from 1. */
  at(row: number): Row {
    const index = this.segmentAt(row);
    const segment = this.segments[index];
    if (segment === undefined) return { kind: "filler", oldLine: null, newLine: null, segment: -1 };
    const offset = row - this.startOf(index);
    if (segment.kind === "same") {
      return { kind: "same", oldLine: segment.oldFrom + offset, newLine: segment.newFrom + offset, segment: index };
    }
    return this.#changed(segment, offset, index);
  }

  /** The index of the segment that a row belongs to. */
  segmentAt(row: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.startOf(middle) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The row that shows a line of one side, or stands opposite it; null where that side has no such line. */
  rowOf(side: Side, line: number): number | null {
    const index = this.#segmentOf(side, line);
    const segment = this.segments[index];
    if (segment === undefined) return null;
    const offset = line - (side === "old" ? segment.oldFrom : segment.newFrom);
    if (offset < 0 || offset >= (side === "old" ? segment.oldCount : segment.newCount)) return null;
    const below = this.layout === "unified" && side === "new" && segment.kind === "change" ? segment.oldCount : 0;
    return this.startOf(index) + below + offset;
  }

  /** The last segment that begins at or before a line of one side. */
  #segmentOf(side: Side, line: number): number {
    const from = (index: number): number => this.segments[index]?.[side === "old" ? "oldFrom" : "newFrom"] ?? 0;
    const count = (index: number): number => this.segments[index]?.[side === "old" ? "oldCount" : "newCount"] ?? 0;
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (from(middle) <= line) low = middle;
      else high = middle - 1;
    }
    // A segment without lines on this side begins where the next one does.
    while (low > 0 && count(low) === 0) low -= 1;
    return low;
  }

  /** The first row of a segment. */
  startOf(index: number): number {
    return this.#starts[index] ?? 1;
  }

  /** How many rows a segment takes. */
  heightOf(index: number): number {
    const segment = this.segments[index];
    return segment === undefined ? 0 : this.#height(segment);
  }

  #height(segment: Segment): number {
    if (segment.kind === "same") return segment.newCount;
    if (this.layout === "unified") return segment.oldCount + segment.newCount;
    return Math.max(segment.oldCount, segment.newCount);
  }

  #changed(segment: Segment, offset: number, index: number): Row {
    const filler: Row = { kind: "filler", oldLine: null, newLine: null, segment: index };
    const removed: Row = { ...filler, kind: "removed", oldLine: segment.oldFrom + offset };
    if (this.layout === "old") return offset < segment.oldCount ? removed : filler;
    if (this.layout === "unified" && offset < segment.oldCount) return removed;
    const within = this.layout === "unified" ? offset - segment.oldCount : offset;
    return within < segment.newCount ? { ...filler, kind: "added", newLine: segment.newFrom + within } : filler;
  }
}

/** The lines of the document that a layout shows. */
export function documentLines(map: RowMap, oldLines: readonly string[], newLines: readonly string[]): string[] {
  const lines: string[] = [];
  const copy = (source: readonly string[], from: number, count: number): void => {
    for (let at = from - 1; at < from - 1 + count; at += 1) lines.push(source[at] ?? "");
  };
  map.segments.forEach((segment, index) => {
    const until = lines.length + map.heightOf(index);
    if (map.layout !== "new" && segment.kind === "change") copy(oldLines, segment.oldFrom, segment.oldCount);
    if (map.layout === "old" && segment.kind === "same") copy(oldLines, segment.oldFrom, segment.oldCount);
    if (map.layout !== "old") copy(newLines, segment.newFrom, segment.newCount);
    while (lines.length < until) lines.push("");
  });
  return lines;
}

/** Row ranges (inclusive) of unchanged lines far from any change. */
export function foldsOf(map: RowMap, margin = 3, smallest = 4): { from: number; to: number }[] {
  const folds: { from: number; to: number }[] = [];
  map.segments.forEach((segment, index) => {
    if (segment.kind !== "same" || map.segments.length === 1) return;
    const start = map.startOf(index);
    const from = index === 0 ? start : start + margin;
    const to = start + map.heightOf(index) - 1 - (index === map.segments.length - 1 ? 0 : margin);
    if (to - from + 1 >= smallest) folds.push({ from, to });
  });
  return folds;
}

/** The segments that are changes, with their first and last rows, in order. */
export function changeRows(map: RowMap): { segment: number; from: number; to: number }[] {
  return map.segments.flatMap(({ kind }, segment) => {
    const from = map.startOf(segment);
    return kind === "change" ? [{ segment, from, to: from + map.heightOf(segment) - 1 }] : [];
  });
}
