import type { EditorView } from "@codemirror/view";
import { shown } from "./diffRows";
import type { LineKey } from "./hunkLines";
import type { PickMode } from "./lineChoice.svelte";

type OnPick = (keys: readonly LineKey[], mode: PickMode) => void;

/** Lines are chosen by pressing and dragging over their numbers; Shift goes on from where it began, Ctrl/⌘ adds. */
export function gutterPicking(onpick: OnPick): (view: EditorView, row: number, event: MouseEvent) => void {
  let anchor = -1;

  return (view, row, event) => {
    const what = view.state.facet(shown);
    if (what === null) return;
    const { map, model } = what;
    const adds = event.ctrlKey || event.metaKey;
    if (!event.shiftKey || anchor < 0) anchor = row;
    let last = row;
    const pick = (to: number): void => onpick(model.lines.between(map, anchor, to), "replace");
    if (adds) onpick(model.lines.between(map, row, row), "toggle");
    else pick(row);

    const move = (moved: MouseEvent): void => {
      const block = view.elementAtHeight(moved.clientY - view.documentTop);
      const now = view.state.doc.lineAt(block.from).number;
      if (adds || now === last) return;
      last = now;
      pick(now);
    };
    const end = (): void => {
      window.removeEventListener("mousemove", move);
      window.removeEventListener("mouseup", end);
    };
    window.addEventListener("mousemove", move);
    window.addEventListener("mouseup", end);
  };
}
