import type { LogLine, Section } from "./lines";

/** Which rows are open, and how many characters of their sections are shown. */
export type Opened = ReadonlyMap<string, number>;

/** How much of a section is shown at first, and by how much more each time. */
export const SHOWN_FIRST = 20_000;
export const SHOWN_MORE = 200_000;

export const ROW = 24;
export const TEXT_LINE = 18;
const LABEL = 24;
const PADDING = 12;
const MORE = 32;
const MOST_LINES = 16;
const COLUMNS = 110;

/** The height of a row with its open sections. */
export function rowHeight(line: LogLine, shown: number | undefined): number {
  if (shown === undefined) return ROW;
  return line.sections.reduce((sum, section) => sum + LABEL + textHeight(section, shown) + PADDING + (isCut(section, shown) ? MORE : 0), ROW + PADDING);
}

/** The height of a section's text; what is longer scrolls inside it. */
export function textHeight(section: Section, shown: number): number {
  return linesIn(section.text.slice(0, shown)) * TEXT_LINE + PADDING;
}

/** Whether a section has more text than is shown. */
export function isCut(section: Section, shown: number): boolean {
  return section.text.length > shown;
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = 0; at <= text.length && lines < MOST_LINES; lines += 1) {
    const end = text.indexOf("\n", at);
    const length = (end < 0 ? text.length : end) - at;
    lines += Math.floor(length / COLUMNS);
    if (end < 0 || end === text.length - 1) return Math.min(MOST_LINES, lines + 1);
    at = end + 1;
  }
  return MOST_LINES;
}
