import type { Segment } from "./rows";

export type Side = "old" | "new";
export type RowKind = "same" | "removed" | "added" | "filler" | "fold";

/** What one row of an editor shows; a line number is null where that side has no such line. */
export interface Row {
  kind: RowKind;
  oldLine: number | null;
  newLine: number | null;
  segment: number;
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
    if (segment.kind === "fold") return { kind: "fold", oldLine: null, newLine: null, segment: index };
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
    if (segment.kind === "fold") return this.startOf(index);
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
    if (segment.kind === "fold") return 1;
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
    if (map.layout !== "old" && segment.kind !== "fold") copy(newLines, segment.newFrom, segment.newCount);
    while (lines.length < until) lines.push("");
  });
  return lines;
}

/** The segments that are changes, with their first and last rows, in order. */
export function changeRows(map: RowMap): { segment: number; from: number; to: number }[] {
  return map.segments.flatMap(({ kind }, segment) => {
    const from = map.startOf(segment);
    return kind === "change" ? [{ segment, from, to: from + map.heightOf(segment) - 1 }] : [];
  });
}
