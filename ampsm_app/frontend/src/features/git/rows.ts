import type { Hunk } from "$lib/generated/contract";

/**
 * Equal lines of both texts, lines replaced, or one row that stands for equal lines (or for none) above `hunk`, which
 * is -1 where no hunk follows. Line numbers are 1-based; a count of 0 stands before its line.
 */
export interface Segment {
  kind: "same" | "change" | "fold";
  oldFrom: number;
  oldCount: number;
  newFrom: number;
  newCount: number;
  hunk?: number;
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

/** The first lines of a hunk in both texts, 1-based: git names the line before where a side has none. */
export function firstLines(hunk: Hunk): { old: number; now: number } {
  const first = (start: number, count: number): number => (count === 0 ? start + 1 : start);
  return { old: first(hunk.old_start, hunk.old_lines), now: first(hunk.new_start, hunk.new_lines) };
}

function bareChange(hunk: Hunk): Segment {
  const { old, now } = firstLines(hunk);
  return { kind: "change", oldFrom: old, oldCount: hunk.old_lines, newFrom: now, newCount: hunk.new_lines };
}

function changesIn(hunk: Hunk): Segment[] {
  const changes: Segment[] = [];
  let { old: oldLine, now: newLine } = firstLines(hunk);
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
