import { StateField, type EditorState, type Extension, type Range } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet } from "@codemirror/view";
import type { Side } from "$lib/types";
import { regionsOf, settledLines, type Region } from "./markers";

const offers: [side: Side, label: string][] = [
  ["base", "Use base"],
  ["session", "Use session"],
  ["both", "Use both"],
];

/** Buttons above a marked conflict that settle it alone. */
class Offers extends WidgetType {
  constructor(readonly number: number) {
    super();
  }

  override eq(other: Offers): boolean {
    return other.number === this.number;
  }

  toDOM(view: EditorView): HTMLElement {
    const row = document.createElement("div");
    row.className = "cm-offers";
    const name = row.appendChild(document.createElement("span"));
    name.textContent = `#${String(this.number + 1)}`;
    for (const [side, label] of offers) {
      const button = row.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-label", `${label} in conflict ${String(this.number + 1)}`);
      button.addEventListener("click", () => settle(view, this.number, side));
    }
    return row;
  }

  override get estimatedHeight(): number {
    return 26;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function settle(view: EditorView, number: number, side: Side): void {
  const { doc } = view.state;
  const region = regionsOf(doc.toString().split("\n"))[number];
  if (region === undefined) return;
  const from = doc.line(region.start).from;
  const last = doc.line(region.end);
  const lines = settledLines(region, side);
  const to = lines.length === 0 ? Math.min(doc.length, last.to + 1) : last.to;
  view.dispatch({ changes: { from, to, insert: lines.join("\n") }, selection: { anchor: from }, userEvent: "input" });
  view.focus();
}

function decorate(state: EditorState): DecorationSet {
  const regions = regionsOf(state.doc.toString().split("\n"));
  return Decoration.set(
    regions.flatMap((region, index) => [
      Decoration.widget({ widget: new Offers(index), block: true, side: -1 }).range(state.doc.line(region.start).from),
      ...lineDecorations(state, region),
    ]),
    true,
  );
}

function lineDecorations(state: EditorState, region: Region): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  const add = (from: number, to: number, name: string): void => {
    for (let line = from; line <= to; line += 1) ranges.push(Decoration.line({ class: name }).range(state.doc.line(line).from));
  };
  const opening = state.doc.line(region.start).text;
  const [first, second] = opening.endsWith("session") ? ["cm-addedLine", "cm-removedLine"] : ["cm-removedLine", "cm-addedLine"];
  add(region.start, region.start, "cm-markerLine");
  add(region.start + 1, (region.ancestor ?? region.middle) - 1, first ?? "");
  if (region.ancestor !== null) {
    add(region.ancestor, region.ancestor, "cm-markerLine");
    add(region.ancestor + 1, region.middle - 1, "cm-ancestorLine");
  }
  add(region.middle, region.middle, "cm-markerLine");
  add(region.middle + 1, region.end - 1, second ?? "");
  add(region.end, region.end, "cm-markerLine");
  return ranges;
}

const look = EditorView.baseTheme({
  ".cm-offers": { display: "flex", gap: "var(--s1)", alignItems: "center", height: "26px", padding: "0 var(--s2)", backgroundColor: "var(--surface-2)", color: "var(--text-3)", font: "var(--small) var(--sans)" },
  ".cm-offers button": { padding: "0 var(--s1)", border: "0", background: "none", color: "var(--accent-text)", font: "inherit", cursor: "pointer" },
  ".cm-offers button:hover": { textDecoration: "underline" },
  ".cm-offers button:focus-visible": { outline: "2px solid var(--accent)" },
});

/** Goes from one marked conflict to the next in the editor that it is given to. */
export class RegionSteps {
  #view: EditorView | null = null;

  /** The next marked conflict after the cursor, or the one before it; false where there is none that way. */
  go(direction: 1 | -1): boolean {
    const view = this.#view;
    if (view === null) return false;
    const { doc, selection } = view.state;
    const line = doc.lineAt(selection.main.head).number;
    const starts = regionsOf(doc.toString().split("\n")).map((region) => region.start);
    const start = direction === 1 ? starts.find((each) => each > line) : starts.findLast((each) => each < line);
    if (start === undefined) return false;
    const at = doc.line(start).from;
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 60 }) });
    view.focus();
    return true;
  }

  /** What the editor needs for it. */
  get extension(): Extension {
    return ViewPlugin.define((view) => {
      this.#view = view;
      return { destroy: () => void (this.#view = this.#view === view ? null : this.#view) };
    });
  }
}

/** Colours the marked conflicts of a text that is edited, and offers to settle each one alone. */
export function regionWidgets(): Extension {
  const field = StateField.define<DecorationSet>({
    create: decorate,
    update: (value, transaction) => (transaction.docChanged ? decorate(transaction.state) : value),
    provide: (self) => EditorView.decorations.from(self),
  });
  return [field, look];
}
