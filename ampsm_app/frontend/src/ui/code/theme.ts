import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Syntax in the colours of the page's tokens. */
export const highlightStyle = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.controlKeyword], color: "var(--syntax-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character], color: "var(--syntax-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.escape], color: "var(--syntax-number)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.function(tags.definition(tags.variableName))],
    color: "var(--syntax-function)",
  },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: "var(--syntax-type)" },
  { tag: [tags.comment, tags.docComment], color: "var(--syntax-comment)", fontStyle: "italic" },
  {
    tag: [tags.meta, tags.annotation, tags.attributeName, tags.labelName, tags.processingInstruction, tags.self],
    color: "var(--syntax-meta)",
  },
  { tag: tags.heading, color: "var(--syntax-type)", fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--syntax-meta)", textDecoration: "underline" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface-0)", fontSize: "var(--code)", height: "100%" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontVariantLigatures: "none", lineHeight: "var(--line-height)", overscrollBehavior: "contain" },
  ".cm-content": { padding: "0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 var(--s2)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface-0)", color: "var(--text-3)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "28px", padding: "0 var(--s1)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-content ::selection, .cm-content::selection": { backgroundColor: "var(--selection)" },
  ".cm-specialChar": { color: "var(--warn-text)" },
  ".cm-panels": { backgroundColor: "var(--surface-1)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-searchMatch": { backgroundColor: "var(--surface-3)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--selection)", outline: "1px solid var(--accent)" },
  ".cm-panel.cm-search": { font: "var(--small) var(--sans)", padding: "6px var(--s2)" },
  ".cm-panel.cm-search :is(.cm-textfield, .cm-button, label)": { fontSize: "var(--small)" },
  ".cm-panel.cm-search :is(.cm-textfield, .cm-button)": { height: "24px", padding: "0 var(--s2)" },
  ".cm-panel.cm-search label": { display: "inline-flex", gap: "var(--s1)", alignItems: "center" },
  ".cm-panel.cm-search input[type=checkbox]": { accentColor: "var(--accent)" },
  ".cm-panel.cm-search button[name=close]": { right: "var(--s2)", top: "50%", transform: "translateY(-50%)", fontSize: "var(--large)", color: "var(--text-2)" },
  ".cm-textfield": {
    backgroundColor: "var(--surface-0)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface-2)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
  },
});

/** The look of every code surface. */
export const codeTheme = [theme, syntaxHighlighting(highlightStyle)];
