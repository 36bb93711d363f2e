import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { search, searchKeymap } from "@codemirror/search";
import { documentOf, mountEditor, readOnly } from "$ui/code/mount";
import { codeTheme } from "$ui/code/theme";
import { diffFolds, setFolded, setTools, unfold, type HunkTools } from "./diffFolds";
import { diffGutters, setCurrent } from "./diffGutters";
import type { DiffModel } from "./diffModel";
import { refresh, rowColours, setChosen, shown } from "./diffRows";
import { gutterPicking } from "./gutterPicking";
import { hunkOf, type LineKey } from "./hunkLines";
import type { PickMode } from "./lineChoice.svelte";
import { changeRows, documentLines, type Side } from "./rows";

/** An editor or a pair of editors that shows one diff. */
export interface DiffView {
  /** How many changes there are. */
  readonly changes: number;
  /** Brings a change (from 0) into sight. */
  goTo(change: number): void;
  /** The change that `goTo` went to, or after scrolling the first one in sight; -1 where there is none. */
  currentChange(): number;
  setFolded(folded: boolean): void;
  setTools(tools: HunkTools | null): void;
  setChosen(chosen: ReadonlySet<LineKey>): void;
  /** Brings a changed line into sight. */
  reveal(key: LineKey): void;
  /** The hunk of the change that is current; -1 where there is none. */
  currentHunk(): number;
  /** Looks at syntax again, after the model learnt its language. */
  refresh(): void;
  destroy(): void;
}

type Layout = "unified" | Side;

interface Options {
  folded: boolean;
  tools: HunkTools | null;
  /** Lines are chosen in the gutter; null where they cannot be. */
  onpick: ((keys: readonly LineKey[], mode: PickMode) => void) | null;
  label: string;
  onscroll: () => void;
}

/** Both texts in one column, removed lines above added ones. */
export function unifiedView(host: HTMLElement, model: DiffModel, options: Options): DiffView {
  const view = makeEditor(host, model, "unified", options, (row) => view.dispatch({ effects: unfold.of(row) }), [
    EditorView.domEventHandlers({ scroll: options.onscroll }),
  ]);
  return handle([view], model, view.scrollDOM, options);
}

/** The old text on the left, the new one on the right, in rows that `port` scrolls together. */
export function splitView(port: HTMLElement, hosts: Record<Side, HTMLElement>, model: DiffModel, options: Options): DiffView {
  const views: EditorView[] = [];
  const open = (row: number): void => views.forEach((view) => view.dispatch({ effects: unfold.of(row) }));
  for (const side of ["old", "new"] as const) {
    views.push(makeEditor(hosts[side], model, side, forSide(options, side), open, [grows]));
  }
  port.addEventListener("scroll", options.onscroll, { passive: true });
  const made = handle(views, model, port, options);
  return {
    ...made,
    destroy: () => {
      port.removeEventListener("scroll", options.onscroll);
      made.destroy();
    },
  };
}

/** Both sides have the bars of hunks, so that rows stay level; the buttons are on the right. */
function forSide(options: Options, side: Side): Options {
  return { ...options, tools: toolsOn(options.tools, side) };
}

function toolsOn(tools: HunkTools | null, side: Side): HunkTools | null {
  return tools === null || side === "new" ? tools : { ...tools, buttons: [] };
}

const grows = EditorView.theme({
  "&": { height: "auto" },
  ".cm-scroller": { overflowX: "auto", overflowY: "hidden", scrollbarWidth: "none" },
});

function makeEditor(
  host: HTMLElement,
  model: DiffModel,
  layout: Layout,
  { folded, label, tools, onpick }: Options,
  onUnfold: (row: number) => void,
  more: Extension,
): EditorView {
  const map = model.rows(layout);
  const name = layout === "unified" ? label : `${label}, ${layout === "old" ? "before" : "after"}`;
  return mountEditor(host, documentOf(documentLines(map, model.oldLines, model.newLines)), [
    shown.of({ model, map }),
    diffFolds(folded, tools, onUnfold),
    diffGutters(layout, Math.max(model.oldLines.length, model.newLines.length), onpick === null ? null : gutterPicking(onpick)),
    rowColours(),
    codeTheme,
    EditorState.tabSize.of(4),
    highlightSpecialChars(),
    search({ top: true }),
    keymap.of(searchKeymap),
    readOnly(name),
    more,
  ]);
}

function handle(views: readonly EditorView[], model: DiffModel, port: HTMLElement, { folded, tools }: Options): DiffView {
  const now = { folded, tools };
  const split = views.length > 1;
  const map = model.rows(split ? "new" : "unified");
  const changes = changeRows(map);
  const [first] = views;
  // Where the keys went, and how far that scrolled: until the user scrolls on, that change is the current one.
  let pinned: { change: number; top: number } | null = null;
  const topOf = (row: number): number => {
    if (first === undefined) return 0;
    return first.lineBlockAt(first.state.doc.line(Math.min(row, first.state.doc.lines)).from).top;
  };
  const mark = (change: number): number => {
    const segment = changes[change]?.segment ?? -1;
    views.forEach((view) => view.dispatch({ effects: setCurrent.of(segment) }));
    return change;
  };
  const currentChange = (): number => {
    if (pinned !== null && Math.abs(pinned.top - port.scrollTop) < 2) return pinned.change;
    pinned = null;
    return mark(firstFrom(changes, (change) => topOf(change.to + 1) > port.scrollTop));
  };
  return {
    changes: changes.length,
    goTo: (change) => {
      const target = changes[change];
      if (target === undefined) return;
      port.scrollTop = Math.max(0, topOf(target.from) - port.clientHeight / 4);
      pinned = { change: mark(change), top: port.scrollTop };
    },
    currentChange,
    setTools: (tools) => {
      if (tools === now.tools) return;
      now.tools = tools;
      views.forEach((view, index) => view.dispatch({ effects: setTools.of(split && index === 0 ? toolsOn(tools, "old") : tools) }));
    },
    setChosen: (chosen) => views.forEach((view) => view.dispatch({ effects: setChosen.of(chosen) })),
    reveal: (key) => {
      const row = model.lines.rowOf(map, key);
      if (row === null) return;
      const [top, bottom] = [topOf(row), topOf(row + 1)];
      if (top < port.scrollTop) port.scrollTop = top - 40;
      else if (bottom > port.scrollTop + port.clientHeight - 60) port.scrollTop = bottom - port.clientHeight + 60;
    },
    currentHunk: () => {
      const change = changes[currentChange()];
      if (change === undefined) return -1;
      const rows = split ? model.rows("old") : map;
      const [key] = [...model.lines.between(rows, change.from, change.to), ...model.lines.between(map, change.from, change.to)];
      return key === undefined ? -1 : hunkOf(key);
    },
    setFolded: (folded) => {
      if (folded === now.folded) return;
      now.folded = folded;
      views.forEach((view) => view.dispatch({ effects: setFolded.of(folded) }));
    },
    refresh: () => views.forEach((view) => view.dispatch({ effects: refresh.of(null) })),
    destroy: () => views.forEach((view) => view.destroy()),
  };
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
