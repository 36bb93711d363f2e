/** A conflict inside a text: lines (from 1) of its markers, and what each side has between them. */
export interface Region {
  start: number;
  /** The line of `|||||||`, where the common ancestor is shown. */
  ancestor: number | null;
  middle: number;
  end: number;
  base: readonly string[];
  session: readonly string[];
}

const OPEN = /^<{7,}(?: (.*))?$/;
const ANCESTOR = /^\|{7,}(?: .*)?$/;
const MIDDLE = /^={7}$/;
const CLOSE = /^>{7,}(?: (.*))?$/;

/** The conflicts that are marked in a text, complete ones only. */
export function regionsOf(lines: readonly string[]): Region[] {
  const regions: Region[] = [];
  let open: { start: number; ancestor: number | null; middle: number | null; label: string } | null = null;
  lines.forEach((raw, index) => {
    const line = raw.replace(/\r$/, "");
    const number = index + 1;
    const opening = OPEN.exec(line);
    if (opening) open = { start: number, ancestor: null, middle: null, label: opening[1] ?? "" };
    else if (open !== null && open.middle === null && ANCESTOR.test(line)) open.ancestor ??= number;
    else if (open !== null && MIDDLE.test(line)) open.middle ??= number;
    else if (open !== null && open.middle !== null && CLOSE.test(line)) {
      regions.push(regionOf(lines, open.start, open.ancestor, open.middle, number, open.label));
      open = null;
    }
  });
  return regions;
}

/** Lines (from 1) that still are markers; those that a side has as they are do not count. */
export function leftoverMarkers(text: string, sides: readonly (string | null)[]): number[] {
  const isMarker = (line: string): boolean => [OPEN, ANCESTOR, MIDDLE, CLOSE].some((marker) => marker.test(line));
  const linesOf = (from: string): string[] => from.split("\n").map((line) => line.replace(/\r$/, ""));
  const known = new Set(sides.flatMap((side) => (side === null ? [] : linesOf(side).filter(isMarker))));
  return linesOf(text).flatMap((line, index) => (isMarker(line) && !known.has(line) ? [index + 1] : []));
}

/** What one conflict becomes when a side, or both, are taken. */
export function settledLines(region: Region, take: "base" | "session" | "both"): readonly string[] {
  if (take === "base") return region.base;
  return take === "session" ? region.session : [...region.base, ...region.session];
}

/** Where lines stand in a side (from 1), looked for from a line on; null where they are not there or are none. */
export function locate(wanted: readonly string[], side: readonly string[], from: number): { from: number; to: number } | null {
  if (wanted.length === 0) return null;
  for (let at = from - 1; at + wanted.length <= side.length; at += 1) {
    if (wanted.every((line, offset) => side[at + offset] === line)) return { from: at + 1, to: at + wanted.length };
  }
  return null;
}

/** The places of all conflicts in one side's text, in order. */
export function locateAll(regions: readonly Region[], which: "base" | "session", side: readonly string[]): { from: number; to: number }[] {
  const places: { from: number; to: number }[] = [];
  for (const region of regions) {
    const place = locate(region[which], side, (places.at(-1)?.to ?? 0) + 1);
    if (place !== null) places.push(place);
  }
  return places;
}

/** In the session's worktree the session's side comes first; the labels tell which is which. */
function regionOf(lines: readonly string[], start: number, ancestor: number | null, middle: number, end: number, label: string): Region {
  const first = lines.slice(start, (ancestor ?? middle) - 1);
  const second = lines.slice(middle, end - 1);
  const sessionFirst = label.startsWith("session");
  return {
    start,
    ancestor,
    middle,
    end,
    base: sessionFirst ? second : first,
    session: sessionFirst ? first : second,
  };
}
