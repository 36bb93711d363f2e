import type { Hunk } from "$lib/generated/contract";
import { firstLines, type Segment } from "./rows";

/** What of a diff is out of sight. */
export interface Folding {
  /** Whether unchanged lines far from any change are one row. */
  folded: boolean;
  /** Those that were opened, by their first lines of the new text. */
  opened: ReadonlySet<number>;
  /** Whether each hunk begins with a row of its own, for its buttons. */
  bars: boolean;
}

const MARGIN = 3;
const SMALLEST = 4;

/** The segments as they are shown: with a row for each stretch that is folded away, and for each hunk's buttons. */
export function foldedSegments(segments: readonly Segment[], hunks: readonly Hunk[], { folded, opened, bars }: Folding): Segment[] {
  const walk = new Walk(bars ? hunks.map(firstLines) : []);
  segments.forEach((segment, index) => {
    if (segment.kind === "change") {
      walk.change(segment);
      return;
    }
    const fold = folded && segments.length > 1 ? foldIn(segment, index === 0, index === segments.length - 1) : null;
    walk.same(segment, fold === null || opened.has(segment.newFrom + fold.from) ? null : fold);
  });
  return walk.shown;
}

/** Goes through segments and the first lines of hunks together. */
class Walk {
  readonly shown: Segment[] = [];
  #hunk = 0;

  constructor(private readonly starts: readonly { old: number; now: number }[]) {}

  change(segment: Segment): void {
    const start = this.starts[this.#hunk];
    if (start !== undefined && start.now <= segment.newFrom && start.old <= segment.oldFrom) this.shown.push(rowAbove(segment, NOTHING, this.#hunk++));
    this.shown.push(segment);
  }

  same(segment: Segment, hidden: Stretch | null): void {
    this.#lines(segment, { from: 0, to: hidden?.from ?? segment.newCount });
    if (hidden === null) return;
    const below = this.starts[this.#hunk]?.now === segment.newFrom + hidden.to ? this.#hunk++ : -1;
    this.shown.push(rowAbove(segment, hidden, below));
    this.#lines(segment, { from: hidden.to, to: segment.newCount });
  }

  /** Lines as they are, with a row above each hunk that begins among them. */
  #lines(segment: Segment, { from, to }: Stretch): void {
    let at = from;
    for (let start = this.starts[this.#hunk]; start !== undefined && start.now < segment.newFrom + to; start = this.starts[this.#hunk]) {
      const offset = Math.max(at, start.now - segment.newFrom);
      if (offset > at) this.shown.push(part(segment, { from: at, to: offset }));
      at = offset;
      this.shown.push(rowAbove(segment, { from: at, to: at }, this.#hunk++));
    }
    if (to > at) this.shown.push(part(segment, { from: at, to }));
  }
}

/** Some of the lines of a segment, as offsets; `to` is not in it. */
interface Stretch {
  from: number;
  to: number;
}

const NOTHING: Stretch = { from: 0, to: 0 };

/** The lines that are far from any change; null where it is not worth it. */
function foldIn({ newCount }: Segment, first: boolean, last: boolean): Stretch | null {
  const from = first ? 0 : MARGIN;
  const to = newCount - (last ? 0 : MARGIN);
  return to - from >= SMALLEST ? { from, to } : null;
}

function part(segment: Segment, stretch: Stretch): Segment {
  return { kind: "same", ...lines(segment, stretch) };
}

function rowAbove(segment: Segment, stretch: Stretch, hunk: number): Segment {
  return { kind: "fold", ...lines(segment, stretch), hunk };
}

function lines({ oldFrom, newFrom }: Segment, { from, to }: Stretch): Omit<Segment, "kind"> {
  return { oldFrom: oldFrom + from, oldCount: to - from, newFrom: newFrom + from, newCount: to - from };
}
