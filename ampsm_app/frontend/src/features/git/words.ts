import { presentableDiff } from "@codemirror/merge";

/** Ranges of characters inside one line. */
export type Ranges = readonly { from: number; to: number }[];
/** By index of the line in its block: what to mark in it. */
export type Marks = ReadonlyMap<number, Ranges>;

export interface WordChanges {
  old: Marks;
  new: Marks;
}

const LARGEST_BLOCK = 12_000;
const MOST_OF_A_LINE = 0.7;
/** Blocks that share less than this have nothing to do with each other: marks would only be noise. */
const ALIKE = 0.5;
const NONE: WordChanges = { old: new Map(), new: new Map() };

/**
 * What changed inside lines that replace each other. Lines that are new as a whole carry no mark, and blocks of more
 * than 12,000 characters are not looked into; of a single longer line, all between its equal ends is marked.
 */
export function wordChanges(oldLines: readonly string[], newLines: readonly string[]): WordChanges {
  if (oldLines.length === 0 || newLines.length === 0) return NONE;
  const before = oldLines.join("\n");
  const after = newLines.join("\n");
  if (before.length > LARGEST_BLOCK || after.length > LARGEST_BLOCK) {
    return oldLines.length === 1 && newLines.length === 1 ? betweenEnds(before, after) : NONE;
  }
  const changes = presentableDiff(before, after, { scanLimit: 400, timeout: 25 });
  if (likeness(before, after, changes) < ALIKE) return NONE;
  return {
    old: marksIn(oldLines, changes.map((change) => ({ from: change.fromA, to: change.toA }))),
    new: marksIn(newLines, changes.map((change) => ({ from: change.fromB, to: change.toB }))),
  };
}

function betweenEnds(before: string, after: string): WordChanges {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const marks = (line: string): Marks => (head < line.length - tail ? new Map([[0, [{ from: head, to: line.length - tail }]]]) : new Map());
  return { old: marks(before), new: marks(after) };
}

/** How much of both texts is unchanged, from 0 to 1. */
function likeness(before: string, after: string, changes: readonly { fromA: number; toA: number }[]): number {
  const changed = changes.reduce((sum, change) => sum + change.toA - change.fromA, 0);
  return (2 * (before.length - changed)) / Math.max(1, before.length + after.length);
}

function marksIn(lines: readonly string[], ranges: Ranges): Marks {
  const marks = new Map<number, Ranges>();
  let start = 0;
  lines.forEach((line, index) => {
    const inside = ranges
      .map((range) => ({ from: Math.max(0, range.from - start), to: Math.min(line.length, range.to - start) }))
      .filter((range) => range.to > range.from);
    const telling = withoutMargins(line, inside);
    if (telling.length > 0 && !coversMost(line, telling)) marks.set(index, telling);
    start += line.length + 1;
  });
  return marks;
}

/** Without the white space around each range: it tells something only where nothing else in the line changed. */
function withoutMargins(line: string, ranges: Ranges): Ranges {
  const trimmed = ranges
    .map(({ from, to }) => {
      const text = line.slice(from, to);
      return { from: to - text.trimStart().length, to: from + text.trimEnd().length };
    })
    .filter((range) => range.to > range.from);
  return trimmed.length > 0 ? trimmed : ranges;
}

function coversMost(line: string, ranges: Ranges): boolean {
  const visible = (text: string): number => text.replace(/\s+/g, "").length;
  const marked = ranges.reduce((sum, range) => sum + visible(line.slice(range.from, range.to)), 0);
  return marked > visible(line) * MOST_OF_A_LINE;
}
