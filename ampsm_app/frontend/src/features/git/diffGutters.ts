import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { BlockType, EditorView, gutter, GutterMarker } from "@codemirror/view";
import { chosen, isChosen, shown } from "./diffRows";
import type { Row, RowKind } from "./rowMap";
import type { Segment } from "./rows";

class Cell extends GutterMarker {
  constructor(
    readonly text: string,
    kind: RowKind,
    { current = false, picked = false } = {},
  ) {
    super();
    this.elementClass = `${kind === "same" ? "" : `cm-${kind}Cell`}${current ? " cm-currentCell" : ""}${picked ? " cm-chosenCell" : ""}`;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Cell && other.text === this.text && other.elementClass === this.elementClass;
  }

  override toDOM(): Node {
    return document.createTextNode(this.text);
  }
}

/** Marks the change that the keys stand on. */
export const setCurrent = StateEffect.define<Segment | null>();

const current = StateField.define<Segment | null>({
  create: () => null,
  update: (value, transaction) => transaction.effects.reduce((last, effect) => (effect.is(setCurrent) ? effect.value : last), value),
});

const signs: Record<RowKind, string> = { same: "", added: "+", removed: "−", filler: "", fold: "" };

type OnPress = (view: EditorView, row: number, event: MouseEvent) => void;

interface Column {
  name: string;
  widest: string;
  cell: (row: Row) => string;
  first?: boolean;
}

function column({ name, widest, cell, first = false }: Column, press: OnPress | null): Extension {
  return gutter({
    class: `cm-diffColumn ${name} ${press === null ? "" : "cm-pressable"}`,
    lineMarker: (view, block) => {
      const what = view.state.facet(shown);
      if (what === null) return null;
      const row = what.map.at(view.state.doc.lineAt(block.from).number);
      const picked = view.state.field(chosen);
      return new Cell(cell(row), row.kind, {
        current: first && what.map.segments[row.segment] === view.state.field(current),
        picked: picked.size > 0 && isChosen(picked, what.model, row),
      });
    },
    lineMarkerChange: (update) =>
      update.startState.field(current) !== update.state.field(current) || update.startState.field(chosen) !== update.state.field(chosen),
    domEventHandlers: {
      mousedown: (view, block, event) => {
        if (press === null || !(event instanceof MouseEvent) || event.button !== 0 || block.type !== BlockType.Text) return false;
        event.preventDefault();
        press(view, view.state.doc.lineAt(block.from).number, event);
        return true;
      },
    },
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
  ".cm-pressable .cm-addedCell, .cm-pressable .cm-removedCell": { cursor: "pointer" },
  ".cm-pressable .cm-addedCell:hover, .cm-pressable .cm-removedCell:hover": { color: "var(--text)" },
  ".cm-chosenCell.cm-chosenCell": { backgroundColor: "var(--selection)", color: "var(--text)" },
  ".cm-fillerCell": { backgroundImage: "repeating-linear-gradient(-45deg, transparent 0 5px, var(--surface-2) 5px 6px)" },
});

/** Line numbers (of both texts where the layout is unified) and a plus or minus for each changed row. */
export function diffGutters(layout: "unified" | "old" | "new", highestLine: number, press: OnPress | null): Extension {
  const widest = "9".repeat(Math.max(2, String(highestLine).length));
  const old = column({ name: "cm-oldLines", widest, cell: (row) => String(row.oldLine ?? ""), first: true }, press);
  const now = column({ name: "cm-newLines", widest, cell: (row) => String(row.newLine ?? ""), first: layout === "new" }, press);
  const numbers = layout === "unified" ? [old, now] : layout === "old" ? [old] : [now];
  return [current, numbers, column({ name: "cm-signs", widest: "+", cell: (row) => signs[row.kind] }, press), look];
}
