import { EditorState, Text, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** An editor inside `host`. */
export function mountEditor(host: HTMLElement, doc: Text, extensions: Extension): EditorView {
  return new EditorView({ parent: host, state: EditorState.create({ doc, extensions: [stylesAllowed(), extensions] }) });
}

/** Marks the editor's style elements with the page's nonce: its content policy refuses any other. */
function stylesAllowed(): Extension {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
  return nonce === undefined ? [] : EditorView.cspNonce.of(nonce);
}

/** A document of these lines. A carriage return inside a line stays a character of it. */
export function documentOf(lines: readonly string[]): Text {
  return Text.of(lines.length === 0 ? [""] : lines);
}

/** What makes an editor one to read: selectable and reachable by keyboard, never changed. */
export function readOnly(label: string): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({
      tabindex: "0",
      role: "textbox",
      "aria-readonly": "true",
      "aria-multiline": "true",
      "aria-label": label,
    }),
  ];
}
