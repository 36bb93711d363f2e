import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { search, searchKeymap } from "@codemirror/search";
import { documentOf, mountEditor, readOnly } from "$ui/code/mount";
import { codeTheme } from "$ui/code/theme";
import { diffGutters } from "./diffGutters";
import { rowColours, shown, type Shown } from "./diffRows";
import { foldRows, tools as toolsField, type HunkTools } from "./foldRows";
import { gutterPicking } from "./gutterPicking";
import type { LineKey } from "./hunkLines";
import type { PickMode } from "./lineChoice.svelte";
import { documentLines, type Side } from "./rowMap";

export type Layout = "unified" | Side;

interface EditorOptions extends Shown {
  layout: Layout;
  label: string;
  tools: HunkTools | null;
  /** Lines are chosen in the gutter; null where they cannot be. */
  onpick: ((keys: readonly LineKey[], mode: PickMode) => void) | null;
  more: Extension;
}

/** Rows of a document that other rows take the place of, all counted from 1 and included. */
interface RowChange {
  from: number;
  to: number;
  until: number;
}

/** One editor of a diff; its rows stand in the compartment. */
export function diffEditor(host: HTMLElement, options: EditorOptions): { view: EditorView; shownRows: Compartment } {
  const { model, map, open, layout, label, tools, onpick, more } = options;
  const shownRows = new Compartment();
  const name = layout === "unified" ? label : `${label}, ${layout === "old" ? "before" : "after"}`;
  const view = mountEditor(host, documentOf(documentLines(map, model.oldLines, model.newLines)), [
    shownRows.of(shown.of({ model, map, open })),
    toolsField.init(() => tools),
    foldRows,
    diffGutters(layout, Math.max(model.oldLines.length, model.newLines.length), onpick === null ? null : gutterPicking(onpick)),
    rowColours(),
    codeTheme,
    EditorState.tabSize.of(4),
    highlightSpecialChars(),
    search({ top: true }),
    keymap.of(searchKeymap),
    readOnly(name),
    layout === "unified" ? [] : grows,
    more,
  ]);
  return { view, shownRows };
}

/** Puts other rows into an editor. */
export function remake(view: EditorView, shownRows: Compartment, next: Shown, { from, to, until }: RowChange): void {
  const { doc } = view.state;
  const lines = documentLines(next.map, next.model.oldLines, next.model.newLines).slice(from - 1, until);
  view.dispatch({
    changes: { from: doc.line(from).from, to: doc.line(to).to, insert: documentOf(lines) },
    effects: shownRows.reconfigure(shown.of(next)),
  });
}

const grows = EditorView.theme({
  "&": { height: "auto" },
  ".cm-scroller": { overflowX: "auto", overflowY: "hidden", scrollbarWidth: "none" },
});
