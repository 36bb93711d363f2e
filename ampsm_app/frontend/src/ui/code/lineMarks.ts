import { Facet, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

/** Lines (from 1, inclusive) in one colour. */
export interface LineMark {
  from: number;
  to: number;
  tone: "added" | "removed" | "marker" | "ancestor";
}

const marks = Facet.define<readonly LineMark[], readonly LineMark[]>({ combine: (values) => values[0] ?? [] });

class Marked {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = build(view);
  }

  update(update: ViewUpdate): void {
    const changed = update.startState.facet(marks) !== update.state.facet(marks);
    if (changed || update.viewportChanged || update.docChanged) this.decorations = build(update.view);
  }
}

function build(view: EditorView): DecorationSet {
  const doc = view.state.doc;
  const first = doc.lineAt(view.viewport.from).number;
  const last = doc.lineAt(view.viewport.to).number;
  const ranges = view.state.facet(marks).flatMap(({ from, to, tone }) => {
    const lines: number[] = [];
    for (let number = Math.max(from, first); number <= Math.min(to, last); number += 1) lines.push(number);
    return lines.map((number) => Decoration.line({ class: `cm-${tone}Line` }).range(doc.line(number).from));
  });
  return Decoration.set(ranges, true);
}

const look = EditorView.baseTheme({
  ".cm-addedLine": { backgroundColor: "var(--added-bg)" },
  ".cm-removedLine": { backgroundColor: "var(--removed-bg)" },
  ".cm-ancestorLine": { backgroundColor: "var(--surface-2)" },
  ".cm-markerLine": { backgroundColor: "var(--surface-3)", color: "var(--warn-text)", fontWeight: "600" },
  ".cm-markerLine span": { color: "var(--warn-text) !important" },
});

/** Colours whole lines. */
export function lineMarks(shown: readonly LineMark[]): Extension {
  return [marks.of(shown), ViewPlugin.fromClass(Marked, { decorations: (plugin) => plugin.decorations }), look];
}
