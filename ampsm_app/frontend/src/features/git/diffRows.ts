import { Facet, StateEffect, StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import type { DiffModel } from "./diffModel";
import type { LineKey } from "./hunkLines";
import { FoldRow, setTools, tools } from "./foldRows";
import type { Row, RowMap, Side } from "./rowMap";
import type { Segment } from "./rows";

/** What an editor of a diff shows. */
export interface Shown {
  model: DiffModel;
  map: RowMap;
  /** Shows the lines that a row stands for. */
  open: (fold: Segment) => void;
}

export const shown = Facet.define<Shown, Shown | null>({ combine: (values) => values[0] ?? null });

/** Asks an editor to look at the syntax again. */
export const refresh = StateEffect.define();

/** Marks the changed lines that are chosen to be staged, by their keys. */
export const setChosen = StateEffect.define<ReadonlySet<LineKey>>();

/** The changed lines that are chosen. */
export const chosen = StateField.define<ReadonlySet<LineKey>>({
  create: () => new Set(),
  update: (value, transaction) => transaction.effects.reduce((last, effect) => (effect.is(setChosen) ? effect.value : last), value),
});

/** How long one pass may parse, and how long the next one waits: much less and longer while rows come into sight. */
const WHILE_SCROLLING: Pace = { parseMs: 4, waitMs: 60 };
const AT_REST: Pace = { parseMs: 14, waitMs: 15 };

interface Pace {
  parseMs: number;
  waitMs: number;
}

const lineOf = {
  added: Decoration.line({ class: "cm-added" }),
  removed: Decoration.line({ class: "cm-removed" }),
  filler: Decoration.line({ class: "cm-filler" }),
  fold: Decoration.line({ class: "cm-foldLine" }),
};
const contentOf = {
  added: Decoration.mark({ tagName: "ins" }),
  removed: Decoration.mark({ tagName: "del" }),
};
const wordOf = {
  added: Decoration.mark({ class: "cm-addedWord" }),
  removed: Decoration.mark({ class: "cm-removedWord" }),
};
const chosenLine = Decoration.line({ class: "cm-chosen" });
const tokenMarks = new Map<string, Decoration>();

class OpenEnd extends WidgetType {
  override eq(): boolean {
    return true;
  }

  toDOM(): HTMLElement {
    const note = document.createElement("span");
    note.className = "cm-openEnd";
    note.textContent = "no line feed at the end";
    return note;
  }
}
const openEnd = Decoration.widget({ widget: new OpenEnd(), side: 1 });

/** Rows of the document that follow each other in one of the two texts too. */
interface Run {
  side: Side;
  firstRow: number;
  firstLine: number;
  count: number;
}

function sourceOf(row: Row, map: RowMap): [Side, number] | null {
  if (row.oldLine !== null && (row.newLine === null || map.layout === "old")) return ["old", row.oldLine];
  return row.newLine === null ? null : ["new", row.newLine];
}

/** Colours the rows that are in sight: kind, words that changed, syntax. */
class RowColours {
  decorations: DecorationSet = Decoration.none;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(view: EditorView) {
    this.#build(view, WHILE_SCROLLING);
  }

  update(update: ViewUpdate): void {
    const asked = update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(refresh) || effect.is(setChosen) || effect.is(setTools)));
    if (update.docChanged || update.viewportChanged) this.#build(update.view, WHILE_SCROLLING);
    else if (asked) this.#build(update.view, AT_REST);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  #build(view: EditorView, { parseMs, waitMs }: Pace): void {
    const what = view.state.facet(shown);
    if (what === null) return;
    const ranges: Range<Decoration>[] = [];
    const runs: Run[] = [];
    const seen = new Set<number>();
    const picked = view.state.field(chosen);
    for (const { from, to } of view.visibleRanges) {
      for (let at = from; at <= to; ) {
        const line = view.state.doc.lineAt(at);
        const row = what.map.at(line.number);
        if (!seen.has(line.number)) {
          seen.add(line.number);
          extendRuns(runs, sourceOf(row, what.map), line.number);
          decorateRow(ranges, what, row, line);
          if (row.kind === "fold") ranges.push(foldAt(view.state, what, row, line.from));
          if (picked.size > 0 && isChosen(picked, what.model, row)) ranges.push(chosenLine.range(line.from));
        }
        if (row.kind === "added" || row.kind === "removed") {
          const [start, end] = [Math.max(from, line.from), Math.min(to, line.to)];
          if (end > start) ranges.push(contentOf[row.kind].range(start, end));
        }
        at = line.to + 1;
      }
    }
    const complete = this.#addTokens(view, what, runs, ranges, parseMs);
    this.decorations = Decoration.set(ranges, true);
    clearTimeout(this.#timer);
    if (!complete) this.#timer = setTimeout(() => view.dispatch({ effects: refresh.of(null) }), waitMs);
  }

  #addTokens(view: EditorView, { model }: Shown, runs: readonly Run[], ranges: Range<Decoration>[], parseMs: number): boolean {
    const furthest = { old: 0, new: 0 };
    for (const run of runs) furthest[run.side] = Math.max(furthest[run.side], run.firstLine + run.count - 1);
    let complete = true;
    for (const side of ["old", "new"] as const) {
      complete = (model.source(side)?.advance(furthest[side], parseMs / 2) ?? true) && complete;
    }
    const spans = view.visibleRanges;
    for (const run of runs) {
      const put = (number: number, from: number, to: number, className: string): void => {
        const start = view.state.doc.line(run.firstRow + number - run.firstLine).from;
        if (!spans.some((span) => start + from < span.to && start + to > span.from)) return;
        ranges.push(tokenMark(className).range(start + from, start + to));
      };
      model.source(run.side)?.tokens(run.firstLine, run.firstLine + run.count - 1, put);
    }
    return complete;
  }
}

/** Whether a row shows a line that is chosen. */
export function isChosen(picked: ReadonlySet<LineKey>, model: DiffModel, row: Row): boolean {
  const key = model.lines.keyOf(row);
  return key !== null && picked.has(key);
}

function foldAt(state: EditorState, { model, map, open }: Shown, row: Row, at: number): Range<Decoration> {
  const fold = map.segments[row.segment] as Segment;
  const hunk = fold.hunk ?? -1;
  const header = hunk >= 0 ? model.headerOf(hunk) : model.headerAfter(fold.newFrom + fold.newCount);
  const widget = new FoldRow({ lines: fold.newCount, header, hunk, tools: state.field(tools), open: () => open(fold) });
  return Decoration.widget({ widget, side: 1 }).range(at);
}

function decorateRow(ranges: Range<Decoration>[], { model, map }: Shown, row: Row, { from, to }: { from: number; to: number }): void {
  const { kind } = row;
  if (kind === "same") return;
  ranges.push(lineOf[kind].range(from));
  if (kind === "filler" || kind === "fold") return;
  for (const word of model.words(row, map.segments[row.segment])) ranges.push(wordOf[kind].range(from + word.from, Math.min(to, from + word.to)));
  if (model.endsOpen(row)) ranges.push(openEnd.range(to));
}

function extendRuns(runs: Run[], source: [Side, number] | null, row: number): void {
  if (source === null) return;
  const [side, line] = source;
  const last = runs.at(-1);
  if (last?.side === side && last.firstLine + last.count === line && last.firstRow + last.count === row) last.count += 1;
  else runs.push({ side, firstRow: row, firstLine: line, count: 1 });
}

function tokenMark(className: string): Decoration {
  let mark = tokenMarks.get(className);
  if (mark === undefined) {
    mark = Decoration.mark({ class: className });
    tokenMarks.set(className, mark);
  }
  return mark;
}

const look = EditorView.baseTheme({
  ".cm-added": { backgroundColor: "var(--added-bg)" },
  ".cm-removed": { backgroundColor: "var(--removed-bg)" },
  ".cm-chosen.cm-chosen": { backgroundColor: "var(--selection)" },
  ".cm-filler": {
    backgroundImage: "repeating-linear-gradient(-45deg, transparent 0 5px, var(--surface-2) 5px 6px)",
  },
  ".cm-line ins, .cm-line del": { textDecoration: "none" },
  ".cm-addedWord": { backgroundColor: "var(--added-word)", borderRadius: "2px" },
  ".cm-removedWord": { backgroundColor: "var(--removed-word)", borderRadius: "2px" },
  ".cm-openEnd": { color: "var(--text-3)", fontFamily: "var(--sans)", fontStyle: "italic", marginLeft: "var(--s3)", userSelect: "none" },
});

/** Kind, changed words and syntax of the rows in sight. */
export function rowColours(): Extension {
  return [chosen, ViewPlugin.fromClass(RowColours, { decorations: (plugin) => plugin.decorations }), look];
}

