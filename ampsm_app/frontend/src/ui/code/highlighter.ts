import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import { NodeProp, NodeType, Tree } from "@lezer/common";
import { highlightTree } from "@lezer/highlight";
import { documentOf } from "./mount";
import { highlightStyle } from "./theme";

/** A stretch of one line in one colour; columns count from 0. */
export type PutToken = (line: number, from: number, to: number, className: string) => void;

/**
 * The syntax of a text that no editor shows as it is: a diff mixes lines of two texts, and each line must look as it
 * does in its own file. Parses only as far as asked, a slice at a time.
 */
export class SourceHighlighter {
  readonly #state: EditorState;
  #tree: Tree;
  #parsed = 0;

  constructor(lines: readonly string[], language: Extension) {
    this.#state = EditorState.create({ doc: documentOf(lines), extensions: language });
    this.#tree = syntaxTree(this.#state);
  }

  /** Parses on towards the end of a line for some milliseconds; false where there is more to do. */
  advance(line: number, budgetMs: number): boolean {
    const doc = this.#state.doc;
    const to = line < 1 ? 0 : doc.line(Math.min(line, doc.lines)).to;
    if (to <= this.#parsed) return true;
    const tree = ensureSyntaxTree(this.#state, to, budgetMs);
    if (tree === null) return false;
    this.#tree = tree;
    this.#parsed = to;
    return true;
  }

  /** Gives the tokens of these lines (from 1, inclusive), as far as they are parsed. */
  tokens(first: number, last: number, put: PutToken): void {
    const doc = this.#state.doc;
    if (first > doc.lines) return;
    const from = doc.line(first).from;
    const to = doc.line(Math.min(last, doc.lines)).to;
    highlightPart(this.#tree, { offset: 0, from, to }, (start, end, className) =>
      putByLine(doc, Math.max(start, from), Math.min(end, to), className, put),
    );
  }
}

interface Part {
  /** Where the tree stands in its text. */
  offset: number;
  from: number;
  to: number;
}

/**
 * As `highlightTree`, which looks at everything that stands at the top of a file before the part that is asked for:
 * here only what overlaps it is looked at, however long the file is.
 */
function highlightPart(tree: Tree, part: Part, put: (from: number, to: number, className: string) => void): void {
  const { offset, from, to } = part;
  if ((tree.type.isTop || tree.type.isAnonymous) && tree.prop(NodeProp.mounted) === undefined && tree.children.length > 0) {
    tree.children.forEach((child, index) => {
      const start = offset + (tree.positions[index] ?? 0);
      if (start + child.length <= from || start >= to) return;
      const inner = child instanceof Tree ? child : new Tree(NodeType.none, [child], [0], child.length);
      if (child instanceof Tree) highlightPart(inner, { offset: start, from, to }, put);
      else highlightTree(inner, highlightStyle, (at, end, className) => put(start + at, start + end, className), from - start, to - start);
    });
  } else {
    highlightTree(tree, highlightStyle, (at, end, className) => put(offset + at, offset + end, className), from - offset, to - offset);
  }
}

function putByLine(doc: Text, from: number, to: number, className: string, put: PutToken): void {
  for (let at = from; at < to; ) {
    const line = doc.lineAt(at);
    const end = Math.min(to, line.to);
    if (end > at) put(line.number, at - line.from, end - line.from, className);
    at = line.to + 1;
  }
}
