import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import type { Tree } from "@lezer/common";
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
    highlightTree(
      this.#tree,
      highlightStyle,
      (start, end, className) => putByLine(doc, Math.max(start, from), Math.min(end, to), className, put),
      from,
      to,
    );
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
