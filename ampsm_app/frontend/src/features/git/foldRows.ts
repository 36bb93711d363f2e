import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, ViewPlugin, WidgetType, type ViewUpdate } from "@codemirror/view";

/** What can be done with a hunk. */
export interface HunkTools {
  buttons: readonly { label: string; danger: boolean; run: (hunk: number) => void }[];
  /** Why none of it can be done now; null where it can. */
  reason: string | null;
}

/** Changes what can be done with hunks. */
export const setTools = StateEffect.define<HunkTools | null>();

/** What can be done with hunks. */
export const tools = StateField.define<HunkTools | null>({
  create: () => null,
  update: (value, transaction) => transaction.effects.reduce((last, effect) => (effect.is(setTools) ? effect.value : last), value),
});

interface Fold {
  /** How many unchanged lines it stands for. */
  lines: number;
  /** What git says stands around the hunk below. */
  header: string;
  /** The hunk below; -1 where there is none. */
  hunk: number;
  tools: HunkTools | null;
  open: () => void;
}

/** The row above a hunk: the unchanged lines that it stands for, what git says is around, and the hunk's buttons. */
export class FoldRow extends WidgetType {
  constructor(private readonly fold: Fold) {
    super();
  }

  override eq({ fold }: FoldRow): boolean {
    const { lines, header, hunk } = this.fold;
    return fold.lines === lines && fold.header === header && fold.hunk === hunk && fold.tools === this.fold.tools;
  }

  toDOM(): HTMLElement {
    const row = element("span", "cm-foldRow");
    const words = this.fold.lines > 0 ? this.#opener() : element("span", "cm-fold");
    if (this.fold.header !== "") words.append(element("span", "cm-foldHeader", this.fold.header));
    row.append(words);
    if (this.fold.hunk >= 0) row.append(...(this.fold.tools?.buttons ?? []).map((button) => this.#button(button)));
    return row;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  #opener(): HTMLElement {
    const { lines, open } = this.fold;
    const button = element("button", "cm-fold cm-folded");
    button.append(element("span", "", `${String(lines)} unchanged line${lines === 1 ? "" : "s"}`));
    button.title = "Show these lines";
    button.addEventListener("click", open);
    return button;
  }

  #button({ label, danger, run }: HunkTools["buttons"][number]): HTMLElement {
    const reason = this.fold.tools?.reason ?? null;
    const button = element("button", danger ? "cm-hunkTool cm-danger" : "cm-hunkTool", label);
    button.disabled = reason !== null;
    button.title = reason ?? "";
    button.addEventListener("click", () => run(this.fold.hunk));
    return button;
  }
}

function element<Name extends "span" | "button">(name: Name, className: string, text = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (made instanceof HTMLButtonElement) made.type = "button";
  made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** Tells the rows how wide the text in sight is, and where it begins: what can be pressed stays there. */
const widths = ViewPlugin.define((view) => {
  const measure = (): void =>
    view.requestMeasure({
      key: "fold rows",
      read: ({ scrollDOM }) => {
        const gutters = scrollDOM.querySelector<HTMLElement>(".cm-gutters")?.offsetWidth ?? 0;
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

const look = EditorView.baseTheme({
  ".cm-foldLine": { backgroundColor: "var(--surface-2)", padding: "0 !important" },
  // As high as any line: rows that are all alike need no measuring.
  ".cm-foldRow": {
    display: "inline-flex",
    gap: "var(--s1)",
    alignItems: "center",
    position: "sticky",
    left: "var(--gutter-width, 0)",
    width: "var(--text-width, 100%)",
    height: "var(--line-height)",
    paddingRight: "var(--s1)",
    verticalAlign: "top",
    font: "var(--small) var(--sans)",
    whiteSpace: "nowrap",
  },
  ".cm-fold": {
    display: "flex",
    flex: "1",
    gap: "var(--s3)",
    alignItems: "center",
    minWidth: "0",
    height: "100%",
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
  ".cm-foldRow button:focus-visible": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-fold > span": { overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-foldHeader": { flex: "1 1 0", fontFamily: "var(--mono)" },
  ".cm-hunkTool": {
    flex: "none",
    height: "18px",
    padding: "0 var(--s2)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
    backgroundColor: "var(--surface-1)",
    color: "var(--text-2)",
    font: "inherit",
    lineHeight: "1",
    cursor: "pointer",
  },
  ".cm-hunkTool:hover:not(:disabled)": { backgroundColor: "var(--surface-3)", color: "var(--text)" },
  ".cm-hunkTool:disabled": { opacity: "0.55", cursor: "default" },
  ".cm-danger": { color: "var(--bad-text)" },
});

/** What rows that stand for others need. */
export const foldRows = [tools, widths, look];
