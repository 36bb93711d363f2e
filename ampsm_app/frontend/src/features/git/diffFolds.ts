import { StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";
import { shown } from "./diffRows";
import { foldsOf } from "./rows";

/** Opens the fold that begins at a row. */
export const unfold = StateEffect.define<number>();
/** Opens all folds, or makes them again. */
export const setFolded = StateEffect.define<boolean>();

type OnUnfold = (row: number) => void;

class Fold extends WidgetType {
  constructor(
    readonly row: number,
    readonly lines: number,
    readonly header: string,
    readonly open: OnUnfold,
  ) {
    super();
  }

  override eq(other: Fold): boolean {
    return other.row === this.row && other.lines === this.lines && other.header === this.header;
  }

  toDOM(): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cm-fold";
    const count = button.appendChild(document.createElement("span"));
    count.textContent = `${String(this.lines)} unchanged line${this.lines === 1 ? "" : "s"}`;
    if (this.header !== "") {
      const header = button.appendChild(document.createElement("span"));
      header.className = "cm-foldHeader";
      header.textContent = this.header;
    }
    button.title = "Show these lines";
    button.addEventListener("click", () => this.open(this.row));
    return button;
  }

  override get estimatedHeight(): number {
    return 24;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function folded(state: EditorState, open: OnUnfold): DecorationSet {
  const what = state.facet(shown);
  if (what === null) return Decoration.none;
  const { map, model } = what;
  return Decoration.set(
    foldsOf(map).map(({ from, to }) => {
      const after = map.at(Math.min(to + 1, map.total)).newLine ?? Number.MAX_SAFE_INTEGER;
      const header = to === map.total ? "" : model.headerAfter(after);
      const widget = new Fold(from, to - from + 1, header, open);
      return Decoration.replace({ widget, block: true }).range(state.doc.line(from).from, state.doc.line(to).to);
    }),
  );
}

const look = EditorView.baseTheme({
  ".cm-fold": {
    display: "flex",
    gap: "var(--s3)",
    alignItems: "center",
    width: "100%",
    height: "24px",
    padding: "0 var(--s2)",
    border: "0",
    backgroundColor: "var(--surface-2)",
    color: "var(--text-3)",
    font: "var(--small) var(--sans)",
    textAlign: "left",
    cursor: "pointer",
    overflow: "hidden",
    whiteSpace: "nowrap",
  },
  ".cm-fold:hover": { color: "var(--text)", backgroundColor: "var(--surface-3)" },
  ".cm-fold:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-foldHeader": { fontFamily: "var(--mono)", overflow: "hidden", textOverflow: "ellipsis" },
});

/** Unchanged stretches as one line each; `onUnfold` is told which row was asked for. */
export function diffFolds(startFolded: boolean, onUnfold: OnUnfold): Extension {
  const field = StateField.define<DecorationSet>({
    create: (state) => (startFolded ? folded(state, onUnfold) : Decoration.none),
    update: (folds, transaction) => {
      for (const effect of transaction.effects) {
        if (effect.is(setFolded)) folds = effect.value ? folded(transaction.state, onUnfold) : Decoration.none;
        if (effect.is(unfold) && effect.value <= transaction.state.doc.lines) {
          const at = transaction.state.doc.line(effect.value).from;
          folds = folds.update({ filter: (from) => from !== at });
        }
      }
      return folds;
    },
    provide: (self) => EditorView.decorations.from(self),
  });
  return [field, look];
}
