import { StateEffect, StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { shown } from "./diffRows";
import { hunkRows } from "./hunkLines";
import { foldsOf } from "./rows";

/** Opens the fold that begins at a row. */
export const unfold = StateEffect.define<number>();
/** Opens all folds, or makes them again. */
export const setFolded = StateEffect.define<boolean>();
/** Changes what can be done with a hunk. */
export const setTools = StateEffect.define<HunkTools | null>();

/** What can be done with a hunk; null where an editor shows hunks without any bar. */
export interface HunkTools {
  buttons: readonly { label: string; danger: boolean; run: (hunk: number) => void }[];
  /** Why none of it can be done now; null where it can. */
  reason: string | null;
}

type OnUnfold = (row: number) => void;

/** The line above a hunk: how many unchanged lines it stands for, what git says is around it, and the hunk's buttons. */
class Bar extends WidgetType {
  constructor(
    readonly row: number,
    readonly lines: number,
    readonly header: string,
    readonly hunk: number,
    readonly tools: HunkTools | null,
    readonly open: OnUnfold,
  ) {
    super();
  }

  override eq(other: Bar): boolean {
    return (
      other.row === this.row &&
      other.lines === this.lines &&
      other.header === this.header &&
      other.hunk === this.hunk &&
      other.tools === this.tools
    );
  }

  toDOM(): HTMLElement {
    const bar = element("div", "cm-hunkBar");
    const words = this.lines > 0 ? this.#fold() : element("span", "cm-fold");
    if (this.header !== "") words.append(element("span", "cm-foldHeader", this.header));
    bar.append(words);
    if (this.hunk >= 0) bar.append(...(this.tools?.buttons ?? []).map((button) => this.#button(button)));
    return bar;
  }

  override get estimatedHeight(): number {
    return 24;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  #fold(): HTMLElement {
    const button = element("button", "cm-fold cm-folded");
    button.append(element("span", "", `${String(this.lines)} unchanged line${this.lines === 1 ? "" : "s"}`));
    button.title = "Show these lines";
    button.addEventListener("click", () => this.open(this.row));
    return button;
  }

  #button({ label, danger, run }: HunkTools["buttons"][number]): HTMLElement {
    const reason = this.tools?.reason ?? null;
    const button = element("button", danger ? "cm-hunkTool cm-danger" : "cm-hunkTool", label);
    button.disabled = reason !== null;
    button.title = reason ?? "";
    button.addEventListener("click", () => run(this.hunk));
    return button;
  }
}

function element<Name extends "div" | "span" | "button">(name: Name, className: string, text = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (made instanceof HTMLButtonElement) made.type = "button";
  made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

interface Bars {
  folded: boolean;
  opened: ReadonlySet<number>;
  tools: HunkTools | null;
  decorations: DecorationSet;
}

function made(state: EditorState, bars: Omit<Bars, "decorations">, open: OnUnfold): Bars {
  const what = state.facet(shown);
  if (what === null) return { ...bars, decorations: Decoration.none };
  const { map, model } = what;
  const folds = bars.folded ? foldsOf(map).filter(({ from }) => !bars.opened.has(from)) : [];
  const starts = bars.tools === null ? [] : hunkRows(map, model.hunks);
  const hunkAt = new Map(starts.flatMap((row, hunk) => (row === null ? [] : [[row, hunk]])));
  const ranges: Range<Decoration>[] = [];
  for (const { from, to } of folds) {
    const after = map.at(Math.min(to + 1, map.total)).newLine ?? Number.MAX_SAFE_INTEGER;
    const header = to === map.total ? "" : model.headerAfter(after);
    const hunk = hunkAt.get(to + 1) ?? -1;
    hunkAt.delete(to + 1);
    const widget = new Bar(from, to - from + 1, header, hunk, bars.tools, open);
    ranges.push(Decoration.replace({ widget, block: true }).range(state.doc.line(from).from, state.doc.line(to).to));
  }
  for (const [row, hunk] of hunkAt) {
    const widget = new Bar(row, 0, model.headerOf(hunk), hunk, bars.tools, open);
    ranges.push(Decoration.widget({ widget, block: true, side: -1 }).range(state.doc.line(row).from));
  }
  return { ...bars, decorations: Decoration.set(ranges, true) };
}

const look = EditorView.baseTheme({
  ".cm-hunkBar": {
    display: "flex",
    gap: "var(--s1)",
    alignItems: "center",
    height: "24px",
    paddingRight: "var(--s1)",
    backgroundColor: "var(--surface-2)",
    font: "var(--small) var(--sans)",
    whiteSpace: "nowrap",
    // Wide lines scroll beneath: what can be pressed stays in sight.
    position: "sticky",
    left: "var(--gutter-width, 0)",
    maxWidth: "var(--text-width, 100%)",
  },
  ".cm-fold": {
    display: "flex",
    flex: "1",
    gap: "var(--s3)",
    alignItems: "center",
    minWidth: "0",
    height: "24px",
    padding: "0 var(--s2)",
    border: "0",
    backgroundColor: "transparent",
    color: "var(--text-3)",
    font: "inherit",
    textAlign: "left",
    overflow: "hidden",
  },
  ".cm-folded": { cursor: "pointer" },
  ".cm-folded:hover": { color: "var(--text)", backgroundColor: "var(--surface-3)" },
  ".cm-hunkBar button:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-foldHeader": { fontFamily: "var(--mono)", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-hunkTool": {
    flex: "none",
    height: "20px",
    padding: "0 var(--s2)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    backgroundColor: "var(--surface-1)",
    color: "var(--text-2)",
    font: "inherit",
    cursor: "pointer",
  },
  ".cm-hunkTool:hover:not(:disabled)": { backgroundColor: "var(--surface-3)", color: "var(--text)" },
  ".cm-hunkTool:disabled": { opacity: "0.55", cursor: "default" },
  ".cm-danger": { color: "var(--bad-text)" },
});

/** Unchanged stretches as one line each, and what can be done with hunks; `onUnfold` is told which row was asked for. */
export function diffFolds(folded: boolean, tools: HunkTools | null, onUnfold: OnUnfold): Extension {
  const field = StateField.define<Bars>({
    create: (state) => made(state, { folded, opened: new Set(), tools }, onUnfold),
    update: (bars, transaction) => {
      let next: Omit<Bars, "decorations"> = bars;
      for (const effect of transaction.effects) {
        if (effect.is(setFolded)) next = { ...next, folded: effect.value, opened: new Set() };
        if (effect.is(setTools)) next = { ...next, tools: effect.value };
        if (effect.is(unfold)) next = { ...next, opened: new Set([...next.opened, effect.value]) };
      }
      return next === bars ? bars : made(transaction.state, next, onUnfold);
    },
    provide: (self) => EditorView.decorations.from(self, (bars) => bars.decorations),
  });
  return [field, widths, look];
}

/** Tells the bars how wide the text that is in sight is, and where it begins. */
const widths = ViewPlugin.define((view) => {
  const measure = (): void =>
    view.requestMeasure({
      key: "hunk bars",
      read: ({ scrollDOM, contentDOM }) => {
        const gutters = scrollDOM.querySelector<HTMLElement>(".cm-gutters")?.offsetWidth ?? scrollDOM.clientWidth - contentDOM.clientWidth;
        return [gutters, scrollDOM.clientWidth - gutters] as const;
      },
      write: ([gutter, text], { dom }) => {
        dom.style.setProperty("--gutter-width", `${String(gutter)}px`);
        dom.style.setProperty("--text-width", `${String(text)}px`);
      },
    });
  measure();
  return {
    update: (update: ViewUpdate) => {
      if (update.geometryChanged) measure();
    },
  };
});
