import type { LineSelection } from "$lib/generated/contract";
import { hunkOf, type HunkLines, type LineKey } from "./hunkLines";

/** How lines are added to those that are chosen already. */
export type PickMode = "replace" | "toggle";

/** The lines of one diff that are chosen to be staged, unstaged or discarded. */
export class LineChoice {
  chosen: ReadonlySet<LineKey> = $state.raw(new Set());
  // Where choosing by keys began and has come to, as places in the order of all changed lines.
  #from = -1;
  #to = -1;

  constructor(
    private readonly lines: HunkLines,
    private readonly digest: string,
  ) {}

  /** Chooses these lines; with `toggle` beside what is chosen, or no longer where all of them were. */
  pick(keys: readonly LineKey[], mode: PickMode): void {
    this.#from = -1;
    if (mode === "replace") {
      this.chosen = new Set(keys);
      return;
    }
    const chosen = new Set(this.chosen);
    const drop = keys.every((key) => chosen.has(key));
    for (const key of keys) {
      if (drop) chosen.delete(key);
      else chosen.add(key);
    }
    this.chosen = chosen;
  }

  /** Chooses one line more or less, beginning at the first line of `hunk`; gives the line to look at. */
  extend(step: 1 | -1, hunk: number): LineKey | null {
    const { all } = this.lines;
    if (this.#from < 0) {
      const first = this.chosen.size > 0 ? Math.min(...this.chosen) : (this.lines.ofHunk(hunk)[0] ?? all[0]);
      this.#from = first === undefined ? -1 : all.indexOf(first);
      this.#to = this.#from;
    } else {
      this.#to = Math.min(Math.max(0, this.#to + step), all.length - 1);
    }
    if (this.#from < 0) return null;
    this.chosen = new Set(all.slice(Math.min(this.#from, this.#to), Math.max(this.#from, this.#to) + 1));
    return all[this.#to] ?? null;
  }

  clear(): void {
    this.#from = -1;
    this.chosen = new Set();
  }

  /** What is chosen, as the server is told. */
  selection(): LineSelection {
    return this.lines.selection(this.digest, this.chosen);
  }

  /** A hunk as a whole, as the server is told. */
  ofHunk(index: number): LineSelection {
    return { digest: this.digest, hunks: [{ index, lines: null }] };
  }

  /** How many hunks the chosen lines lie in. */
  get hunks(): number {
    return new Set([...this.chosen].map(hunkOf)).size;
  }
}
