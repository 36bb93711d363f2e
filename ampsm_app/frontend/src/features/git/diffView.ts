import { EditorView } from "@codemirror/view";
import { searchPanelOpen } from "@codemirror/search";
import type { Compartment } from "@codemirror/state";
import { diffEditor, remake, type Layout } from "./diffEditor";
import type { DiffModel } from "./diffModel";
import { setCurrent } from "./diffGutters";
import { refresh, setChosen } from "./diffRows";
import type { Folding } from "./folding";
import { setTools, type HunkTools } from "./foldRows";
import { hunkOf, type LineKey } from "./hunkLines";
import type { PickMode } from "./lineChoice.svelte";
import { changeRows, type RowMap, type Side } from "./rowMap";
import type { Segment } from "./rows";

export interface DiffOptions {
  folded: boolean;
  label: string;
  onscroll: () => void;
  /** What can be done with hunks; null where nothing can, for as long as the view lives. */
  tools: HunkTools | null;
  /** Lines are chosen in the gutter. */
  onpick: (keys: readonly LineKey[], mode: PickMode) => void;
}

/** One of the editors, with what changes when lines are folded. */
interface Pane {
  readonly layout: Layout;
  readonly view: EditorView;
  readonly shownRows: Compartment;
}

/** Both texts in one column, removed lines above added ones. */
export function unifiedView(host: HTMLElement, model: DiffModel, options: DiffOptions): DiffView {
  const view = new DiffView(model, { unified: host }, options);
  const port = host.querySelector<HTMLElement>(".cm-scroller") ?? host;
  view.scrollIn(port);
  return view;
}

/** The old text on the left, the new one on the right, in rows that `port` scrolls together. */
export function splitView(port: HTMLElement, hosts: Record<Side, HTMLElement>, model: DiffModel, options: DiffOptions): DiffView {
  const view = new DiffView(model, hosts, options);
  view.scrollIn(port);
  return view;
}

/** An editor or a pair of editors that shows one diff. */
export class DiffView {
  /** How many changes there are. */
  readonly changes: number;
  readonly #panes: readonly Pane[];
  #folding: Folding;
  #asked: boolean;
  #tools: HunkTools | null;
  #maps: readonly RowMap[];
  #rows: ReturnType<typeof changeRows>;
  #port: HTMLElement | null = null;
  #current: Segment | null = null;
  // Where the keys went, and how far that scrolled: until the user scrolls on, that change is the current one.
  #pinned: { change: number; top: number } | null = null;

  constructor(
    private readonly model: DiffModel,
    hosts: Partial<Record<Layout, HTMLElement>>,
    private readonly options: DiffOptions,
  ) {
    this.#asked = options.folded;
    this.#tools = options.tools;
    this.#folding = { folded: options.folded, opened: new Set(), bars: options.tools !== null };
    const layouts = (["unified", "old", "new"] as const).filter((layout) => hosts[layout] !== undefined);
    this.#maps = model.rows(layouts, this.#folding);
    this.#rows = changeRows(this.#map);
    this.changes = this.#rows.length;
    const shared = { model, label: options.label, onpick: options.tools === null ? null : options.onpick, open: (fold: Segment) => this.#open(fold) };
    this.#panes = layouts.map((layout, index) => {
      const pane = { ...shared, layout, map: this.#maps[index] as RowMap, tools: toolsOn(options.tools, layout), more: this.#findAll() };
      return { layout, ...diffEditor(hosts[layout] as HTMLElement, pane) };
    });
  }

  /** From now on this element scrolls the rows. */
  scrollIn(port: HTMLElement): void {
    this.#port = port;
    port.addEventListener("scroll", this.options.onscroll, { passive: true });
  }

  /** Brings a change (from 0) into sight. */
  goTo(change: number): void {
    const target = this.#rows[change];
    if (target === undefined || this.#port === null) return;
    this.#port.scrollTop = Math.max(0, this.#topOf(target.from) - this.#port.clientHeight / 4);
    this.#pinned = { change, top: this.#port.scrollTop };
    this.#mark(change);
  }

  /** The change that `goTo` went to, or after scrolling the first one in sight; -1 where there is none. */
  currentChange(): number {
    const top = this.#port?.scrollTop ?? 0;
    if (this.#pinned !== null && Math.abs(this.#pinned.top - top) < 2) return this.#pinned.change;
    this.#pinned = null;
    const change = firstFrom(this.#rows, ({ to }) => this.#topOf(to + 1) > top);
    this.#mark(change);
    return change;
  }

  /** The hunk of the change that is current; -1 where there is none. */
  currentHunk(): number {
    const change = this.#rows[this.currentChange()];
    if (change === undefined) return -1;
    const keys = this.#maps.flatMap((map) => this.model.lines.between(map, change.from, change.to).slice(0, 1));
    return keys[0] === undefined ? -1 : hunkOf(keys[0]);
  }

  /** Brings a changed line into sight. */
  reveal(key: LineKey): void {
    const row = this.model.lines.rowOf(this.#map, key);
    if (row === null || this.#port === null) return;
    const [top, bottom, margin] = [this.#topOf(row), this.#topOf(row + 1), 60];
    const { scrollTop, clientHeight } = this.#port;
    if (top < scrollTop) this.#port.scrollTop = top - margin;
    else if (bottom > scrollTop + clientHeight - margin) this.#port.scrollTop = bottom - clientHeight + margin;
  }

  /** Folds what did not change, or shows all of it. */
  setFolded(folded: boolean): void {
    if (folded === this.#asked) return;
    this.#asked = folded;
    this.#fold(folded);
  }

  setTools(tools: HunkTools | null): void {
    if (tools === this.#tools) return;
    this.#tools = tools;
    for (const { view, layout } of this.#panes) view.dispatch({ effects: setTools.of(toolsOn(tools, layout)) });
  }

  setChosen(chosen: ReadonlySet<LineKey>): void {
    for (const { view } of this.#panes) view.dispatch({ effects: setChosen.of(chosen) });
  }

  /** Looks at syntax again, after the model learnt its language. */
  refresh(): void {
    for (const { view } of this.#panes) view.dispatch({ effects: refresh.of(null) });
  }

  destroy(): void {
    this.#port?.removeEventListener("scroll", this.options.onscroll);
    for (const { view } of this.#panes) view.destroy();
  }

  /** The rows that the keys go by: of the only column, or of the right one. */
  get #map(): RowMap {
    return this.#maps.at(-1) as RowMap;
  }

  /** Shows the lines that one row stands for. */
  #open(fold: Segment): void {
    const at = this.#map.startOf(this.#map.segments.indexOf(fold));
    const before = this.#map.total;
    this.#lay({ ...this.#folding, opened: new Set([...this.#folding.opened, fold.newFrom]) }, (map) => ({
      from: at,
      to: at,
      until: at + map.total - before,
    }));
    this.#panes.at(-1)?.view.contentDOM.focus({ preventScroll: true });
  }

  /** Folds or shows everything; what is at the top stays there. */
  #fold(folded: boolean): void {
    const row = this.#firstInSight();
    this.#lay({ ...this.#folding, folded, opened: new Set() }, (map, before) => ({ from: 1, to: before.total, until: map.total }));
    const now = row === null ? null : this.#map.rowOf(...row);
    if (now !== null && this.#port !== null) this.#port.scrollTop = this.#topOf(now);
  }

  /** Lays the rows out anew; `change` says which rows become which. */
  #lay(folding: Folding, change: (map: RowMap, before: RowMap) => { from: number; to: number; until: number }): void {
    const before = this.#maps;
    this.#folding = folding;
    this.#maps = this.model.rows(this.#panes.map(({ layout }) => layout), folding);
    this.#rows = changeRows(this.#map);
    this.#panes.forEach(({ view, shownRows }, index) => {
      const [map, old] = [this.#maps[index] as RowMap, before[index] as RowMap];
      remake(view, shownRows, { model: this.model, map, open: (fold) => this.#open(fold) }, change(map, old));
    });
  }

  #firstInSight(): [Side, number] | null {
    const top = this.#port?.scrollTop ?? 0;
    const view = this.#panes[0]?.view;
    if (view === undefined) return null;
    for (let row = view.state.doc.lineAt(view.lineBlockAtHeight(top).from).number; row <= this.#map.total; row += 1) {
      const { oldLine, newLine } = this.#map.at(row);
      if (newLine !== null) return ["new", newLine];
      if (oldLine !== null) return ["old", oldLine];
    }
    return null;
  }

  /** What is folded away is not in the editor, so that all is shown as soon as somebody searches. */
  #findAll() {
    return EditorView.updateListener.of(({ startState, state }) => {
      if (searchPanelOpen(startState) || !searchPanelOpen(state)) return;
      queueMicrotask(() => this.#folding.folded && this.#fold(false));
    });
  }

  #topOf(row: number): number {
    const view = this.#panes[0]?.view;
    if (view === undefined) return 0;
    return view.lineBlockAt(view.state.doc.line(Math.min(row, view.state.doc.lines)).from).top;
  }

  #mark(change: number): void {
    const segment = this.#map.segments[this.#rows[change]?.segment ?? -1] ?? null;
    if (segment === this.#current) return;
    this.#current = segment;
    for (const { view } of this.#panes) view.dispatch({ effects: setCurrent.of(segment) });
  }
}

/** Both sides have the rows above hunks, so that all stay level; the buttons are on the right. */
function toolsOn(tools: HunkTools | null, layout: Layout): HunkTools | null {
  return tools === null || layout !== "old" ? tools : { ...tools, buttons: [] };
}

/** The index of the first that passes, of the last where none does; all after one that passes must pass too. */
function firstFrom<T>(items: readonly T[], passes: (item: T) => boolean): number {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && passes(item)) high = middle;
    else low = middle + 1;
  }
  return high < 0 ? -1 : low;
}
