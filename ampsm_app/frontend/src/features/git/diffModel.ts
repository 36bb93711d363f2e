import type { Extension } from "@codemirror/state";
import type { FileDiff, Hunk } from "$lib/generated/contract";
import { splitEndings } from "$ui/code/endings";
import { SourceHighlighter } from "$ui/code/highlighter";
import { HunkLines } from "./hunkLines";
import { foldedSegments, type Folding } from "./folding";
import { RowMap, type Row, type Side } from "./rowMap";
import { linesOf, segmentsOf, type Segment } from "./rows";
import { wordChanges, type Ranges, type WordChanges } from "./words";

/** Both texts of a file, cut into segments by git's hunks, with what is worked out for the rows that are seen. */
export class DiffModel {
  readonly oldLines: string[];
  readonly newLines: string[];
  readonly segments: Segment[];
  readonly hunks: readonly Hunk[];
  readonly #openEnd: Record<Side, boolean>;
  readonly #words = new Map<Segment, WordChanges>();
  #sources: Record<Side, SourceHighlighter> | null = null;
  #lines: HunkLines | null = null;

  constructor(diff: FileDiff) {
    const [before, after] = shownTexts(diff.old_text ?? "", diff.new_text ?? "");
    this.oldLines = linesOf(before);
    this.newLines = linesOf(after);
    this.segments = segmentsOf(diff.hunks, this.oldLines.length, this.newLines.length);
    this.hunks = diff.hunks;
    this.#openEnd = { old: hasOpenEnd(before), new: hasOpenEnd(after) };
  }

  /** The rows of editors in these layouts. */
  rows(layouts: readonly ("unified" | Side)[], folding: Folding): RowMap[] {
    const shown = foldedSegments(this.segments, this.hunks, folding);
    return layouts.map((layout) => new RowMap(shown, layout));
  }

  /** Where each changed line stands in git's hunks. */
  get lines(): HunkLines {
    return (this.#lines ??= new HunkLines(this.hunks, this.oldLines.length, this.newLines.length));
  }

  /** What git says stands around the hunk that begins at or after a line of the new text. */
  headerAfter(newLine: number): string {
    let low = 0;
    let high = this.hunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.hunks[middle]?.new_start ?? 0) >= newLine) high = middle;
      else low = middle + 1;
    }
    return this.headerOf(low);
  }

  /** What git says stands around a hunk. */
  headerOf(hunk: number): string {
    return this.hunks[hunk]?.header.trim() ?? "";
  }

  /** What changed inside the line of a row, which belongs to this segment. */
  words(row: Row, segment: Segment | undefined): Ranges {
    if (segment?.kind !== "change" || segment.oldCount === 0 || segment.newCount === 0) return [];
    let found = this.#words.get(segment);
    if (found === undefined) {
      found = wordChanges(slice(this.oldLines, segment.oldFrom, segment.oldCount), slice(this.newLines, segment.newFrom, segment.newCount));
      this.#words.set(segment, found);
    }
    if (row.kind === "removed") return found.old.get((row.oldLine ?? 0) - segment.oldFrom) ?? [];
    if (row.kind === "added") return found.new.get((row.newLine ?? 0) - segment.newFrom) ?? [];
    return [];
  }

  /** Whether a changed row is the end of a text without a line feed. */
  endsOpen(row: Row): boolean {
    if (row.kind === "removed") return this.#openEnd.old && row.oldLine === this.oldLines.length;
    return row.kind === "added" && this.#openEnd.new && row.newLine === this.newLines.length;
  }

  /** From now on rows have syntax. */
  setLanguage(language: Extension): void {
    this.#sources = {
      old: new SourceHighlighter(this.oldLines, language),
      new: new SourceHighlighter(this.newLines, language),
    };
  }

  /** The parsed text of a side; null before its language is known. */
  source(side: Side): SourceHighlighter | null {
    return this.#sources?.[side] ?? null;
  }
}

/** Where both texts have Windows line endings throughout, they are no news; otherwise they are shown. */
function shownTexts(before: string, after: string): [string, string] {
  const [old, now] = [splitEndings(before), splitEndings(after)];
  const quiet = (old.ending === "\r\n" || before === "") && (now.ending === "\r\n" || after === "");
  return quiet ? [old.text, now.text] : [before, after];
}

function hasOpenEnd(text: string): boolean {
  return text !== "" && !text.endsWith("\n");
}

function slice(lines: readonly string[], from: number, count: number): string[] {
  return lines.slice(from - 1, from - 1 + count);
}
