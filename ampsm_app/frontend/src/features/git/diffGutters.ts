import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, gutter, GutterMarker } from "@codemirror/view";
import { shown } from "./diffRows";
import type { Row, RowKind } from "./rows";

class Cell extends GutterMarker {
  constructor(
    readonly text: string,
    kind: RowKind | "fold",
    current = false,
  ) {
    super();
    this.elementClass = `${kind === "same" ? "" : `cm-${kind}Cell`}${current ? " cm-currentCell" : ""}`;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Cell && other.text === this.text && other.elementClass === this.elementClass;
  }

  override toDOM(): Node {
    return document.createTextNode(this.text);
  }
}

/** Marks the change that the keys stand on, by the index of its segment. */
export const setCurrent = StateEffect.define<number>();

const current = StateField.define<number>({
  create: () => -1,
  update: (value, transaction) => transaction.effects.reduce((last, effect) => (effect.is(setCurrent) ? effect.value : last), value),
});

const signs: Record<RowKind, string> = { same: "", added: "+", removed: "−", filler: "" };

function column(name: string, widest: string, cell: (row: Row) => string, first = false): Extension {
  return gutter({
    class: `cm-diffColumn ${name}`,
    lineMarker: (view, block) => {
      const what = view.state.facet(shown);
      if (what === null) return null;
      const row = what.map.at(view.state.doc.lineAt(block.from).number);
      return new Cell(cell(row), row.kind, first && row.segment === view.state.field(current));
    },
    lineMarkerChange: (update) => update.startState.field(current) !== update.state.field(current),
    widgetMarker: () => new Cell("", "fold"),
    initialSpacer: () => new Cell(widest, "same"),
  });
}

const look = EditorView.baseTheme({
  ".cm-diffColumn .cm-gutterElement": { textAlign: "right", padding: "0 var(--s1) 0 var(--s2)", userSelect: "none" },
  ".cm-signs .cm-gutterElement": { textAlign: "center", padding: "0 var(--s1)", fontWeight: "600" },
  ".cm-foldCell": { backgroundColor: "var(--surface-2)" },
  ".cm-currentCell": { boxShadow: "inset 3px 0 var(--accent)" },
  ".cm-addedCell": { backgroundColor: "var(--added-bg)", color: "var(--added-text)" },
  ".cm-removedCell": { backgroundColor: "var(--removed-bg)", color: "var(--removed-text)" },
  ".cm-fillerCell": { backgroundImage: "repeating-linear-gradient(-45deg, transparent 0 5px, var(--surface-2) 5px 6px)" },
});

/** Line numbers (of both texts where the layout is unified) and a plus or minus for each changed row. */
export function diffGutters(layout: "unified" | "old" | "new", highestLine: number): Extension {
  const widest = "9".repeat(Math.max(2, String(highestLine).length));
  const old = column("cm-oldLines", widest, (row) => String(row.oldLine ?? ""), true);
  const now = column("cm-newLines", widest, (row) => String(row.newLine ?? ""), layout === "new");
  const numbers = layout === "unified" ? [old, now] : layout === "old" ? [old] : [now];
  return [current, numbers, column("cm-signs", "+", (row) => signs[row.kind]), look];
}
