import type { Hunk, LineSelection, SelectedHunk } from "$lib/generated/contract";
import type { Row, RowMap } from "./rowMap";
import { firstLines } from "./rows";

/** A changed line of a diff as one number: they sort in the order of the diff. */
export type LineKey = number;

const WIDTH = 2 ** 26;

/** Where each changed line stands in git's hunks. */
export class HunkLines {
  readonly #hunks: readonly Hunk[];
  // By line number: its key plus one, 0 where the line did not change.
  readonly #old: Float64Array;
  readonly #new: Float64Array;
  /** Every changed line, in order. */
  readonly all: readonly LineKey[];

  constructor(hunks: readonly Hunk[], oldTotal: number, newTotal: number) {
    this.#hunks = hunks;
    this.#old = new Float64Array(oldTotal + 2);
    this.#new = new Float64Array(newTotal + 2);
    const all: LineKey[] = [];
    hunks.forEach((hunk, index) => {
      let { old, now } = firstLines(hunk);
      hunk.lines.forEach((line, at) => {
        const sign = line.charCodeAt(0);
        const key = index * WIDTH + at;
        if (sign === MINUS) this.#old[old++] = key + 1;
        else if (sign === PLUS) this.#new[now++] = key + 1;
        else if (sign !== BACKSLASH) return void (old++, now++);
        if (sign !== BACKSLASH) all.push(key);
      });
    });
    this.all = all;
  }

  /** The changed line that a row shows; null for any other row. */
  keyOf(row: Row): LineKey | null {
    const found = row.kind === "removed" ? this.#old[row.oldLine ?? 0] : row.kind === "added" ? this.#new[row.newLine ?? 0] : 0;
    return found === undefined || found === 0 ? null : found - 1;
  }

  /** The changed lines between two rows, both included. */
  between(map: RowMap, one: number, other: number): LineKey[] {
    const keys: LineKey[] = [];
    for (let row = Math.min(one, other); row <= Math.max(one, other); row += 1) {
      const key = this.keyOf(map.at(row));
      if (key !== null) keys.push(key);
    }
    return keys;
  }

  /** The row that shows a changed line, or stands opposite it; null where there is no such line. */
  rowOf(map: RowMap, key: LineKey): number | null {
    const hunk = this.#hunks[hunkOf(key)];
    if (hunk === undefined) return null;
    let { old, now } = firstLines(hunk);
    const at = key % WIDTH;
    for (const line of hunk.lines.slice(0, at)) {
      const sign = line.charCodeAt(0);
      if (sign !== PLUS && sign !== BACKSLASH) old += 1;
      if (sign !== MINUS && sign !== BACKSLASH) now += 1;
    }
    return map.rowOf(hunk.lines[at]?.charCodeAt(0) === MINUS ? "old" : "new", hunk.lines[at]?.charCodeAt(0) === MINUS ? old : now);
  }

  /** The changed lines of a hunk. */
  ofHunk(index: number): LineKey[] {
    const lines = this.#hunks[index]?.lines ?? [];
    return lines.flatMap((line, at) => (line.charCodeAt(0) === PLUS || line.charCodeAt(0) === MINUS ? [index * WIDTH + at] : []));
  }

  /** What the server is told of these lines; hunks that are chosen as a whole are named as such. */
  selection(digest: string, chosen: Iterable<LineKey>): LineSelection {
    const byHunk = new Map<number, number[]>();
    for (const key of [...chosen].sort((one, other) => one - other)) {
      const index = hunkOf(key);
      const lines = byHunk.get(index) ?? [];
      lines.push(key % WIDTH);
      byHunk.set(index, lines);
    }
    const hunks = [...byHunk].map(([index, lines]): SelectedHunk => ({ index, lines: lines.length === this.ofHunk(index).length ? null : lines }));
    return { digest, hunks };
  }
}

/** The hunk that a changed line belongs to. */
export function hunkOf(key: LineKey): number {
  return Math.floor(key / WIDTH);
}

const PLUS = 43;
const MINUS = 45;
const BACKSLASH = 92;
