import type { MergeOptions, Preflight } from "$lib/generated/contract";

/** How far the history is: as it is now, squashed where it stands, put onto base, landed, and cleaned up. */
export type Phase = "now" | "squashed" | "rebased" | "landed" | "cleaned";
export type DotKind = "base" | "agent" | "manual" | "new";

export interface Dot {
  x: number;
  y: number;
  kind: DotKind;
  title: string;
}

export interface Line {
  path: string;
  kind: DotKind;
  /** Not there yet. */
  planned: boolean;
}

export interface Label {
  x: number;
  y: number;
  text: string;
  kind: "base" | "session" | "more";
}

export interface Graph {
  width: number;
  height: number;
  dots: Dot[];
  lines: Line[];
  labels: Label[];
}

const STEP = 24;
const LEFT = 14;
const BASE_Y = 50;
const SESSION_Y = 22;
const MOST_SESSION = 5;
const MOST_BASE = 3;

interface Commit {
  kind: DotKind;
  title: string;
}

/** The history in one phase: base below, the session above, refs as labels. */
export function graphOf(preflight: Preflight, options: MergeOptions, phase: Phase): Graph {
  const drawing = new Drawing();
  const fork = drawing.base([{ kind: "base", title: "earlier" }, { kind: "base", title: "where the session began" }]);
  const shown = Math.min(preflight.behind_by, MOST_BASE);
  const moved = Array.from({ length: shown }, (): Commit => ({ kind: "base", title: "new on base" }));
  const tip = drawing.base(moved, preflight.behind_by - shown);
  const shape = shapeOf(preflight, options);
  const landed = phase === "landed" || phase === "cleaned";
  if (options.pull_request || phase === "now" || phase === "squashed") {
    const commits = phase === "squashed" && !options.pull_request ? shape.commits : commitsOf(preflight);
    drawing.branch(fork, commits, false);
    drawing.name(tip, preflight.base_branch, "base");
    return drawing.finish(phase === "cleaned" ? null : "session");
  }
  if (shape.joined) {
    const start = options.skip_squash ? fork : tip;
    drawing.branch(start, shape.commits, !landed);
    const joint = drawing.join(!landed);
    drawing.name(landed ? joint : tip, preflight.base_branch, "base");
    return drawing.finish(phase === "cleaned" ? null : "session");
  }
  if (phase === "landed") drawing.branch(fork, commitsOf(preflight), false);
  const end = drawing.base(shape.commits, 0, !landed);
  drawing.name(landed ? end : tip, preflight.base_branch, "base");
  return drawing.finish(phase === "landed" ? "session" : null);
}

/** The commits that land, and whether a merge commit ties them to base. */
function shapeOf(preflight: Preflight, options: MergeOptions): { commits: Commit[]; joined: boolean } {
  if (options.skip_squash) return { commits: commitsOf(preflight), joined: options.no_ff || preflight.behind_by > 0 };
  const kept = manualAs(preflight, options) === "include" ? [] : preflight.commits.filter((commit) => !commit.by_agent);
  const squashed: Commit[] = preflight.commits.length > kept.length ? [{ kind: "new", title: "the squashed commit" }] : [];
  return { commits: [...squashed, ...kept.map((commit): Commit => ({ kind: "manual", title: commit.subject }))], joined: options.no_ff };
}

/** What becomes of commits made by hand: as chosen, else as the settings say. */
export function manualAs(preflight: Preflight, options: MergeOptions): "include" | "exclude" {
  return options.manual_commits ?? preflight.manual_as;
}

function commitsOf(preflight: Preflight): Commit[] {
  return preflight.commits.map((commit) => ({ kind: commit.by_agent ? "agent" : "manual", title: commit.subject }));
}

/** The last commits of many, and how many are left out before them. */
function few(commits: Commit[], most: number): { shown: Commit[]; hidden: number } {
  return { shown: commits.slice(-most), hidden: Math.max(0, commits.length - most) };
}

class Drawing {
  readonly #dots: Dot[] = [];
  readonly #lines: Line[] = [];
  readonly #labels: Label[] = [];
  #end: Dot | null = null;
  #top: Dot | null = null;

  /** Adds commits to base; gives the last one. */
  base(commits: readonly Commit[], hidden = 0, planned = false): Dot {
    if (hidden > 0) this.#more(this.#end, hidden, BASE_Y);
    for (const commit of commits) {
      const x = (this.#end?.x ?? LEFT - STEP) + STEP + (hidden > 0 && commit === commits[0] ? STEP : 0);
      const dot = this.#put({ x, y: BASE_Y, ...commit });
      if (this.#end !== null) this.#line(`M${this.#end.x} ${BASE_Y}H${dot.x}`, planned ? commit.kind : "base", planned);
      this.#end = dot;
    }
    return this.#end ?? this.#put({ x: LEFT, y: BASE_Y, kind: "base", title: "" });
  }

  /** Adds a branch above base that leaves it at a commit. */
  branch(from: Dot, all: Commit[], planned: boolean): void {
    const { shown, hidden } = few(all, MOST_SESSION);
    let last: Dot = from;
    for (const commit of shown) {
      const gap = last === from && hidden > 0 ? STEP * 2 : STEP;
      const dot = this.#put({ x: last.x + gap, y: SESSION_Y, ...commit });
      const bend = (from.x + dot.x) / 2;
      const path = last === from ? `M${from.x} ${BASE_Y}C${bend} ${BASE_Y} ${bend} ${SESSION_Y} ${dot.x} ${SESSION_Y}` : `M${last.x} ${SESSION_Y}H${dot.x}`;
      this.#line(path, commit.kind, planned);
      last = dot;
    }
    if (hidden > 0) this.#labels.push({ x: from.x + STEP * 0.8, y: SESSION_Y - 8, text: `+${hidden}`, kind: "more" });
    this.#top = last;
  }

  /** Adds the merge commit of branch and base. */
  join(planned: boolean): Dot {
    const [end, top] = [this.#end, this.#top];
    const x = Math.max(end?.x ?? 0, top?.x ?? 0) + STEP;
    const dot = this.#put({ x, y: BASE_Y, kind: "new", title: "the merge commit" });
    if (end !== null) this.#line(`M${end.x} ${BASE_Y}H${x}`, "base", planned);
    if (top !== null) this.#line(`M${top.x} ${SESSION_Y}C${top.x + STEP / 2} ${SESSION_Y} ${x - STEP / 2} ${BASE_Y} ${x} ${BASE_Y}`, "new", planned);
    this.#end = dot;
    return dot;
  }

  name({ x, y }: Dot, text: string, kind: "base" | "session"): void {
    this.#labels.push({ x, y: kind === "base" ? y + 18 : y - 10, text: text.length > 22 ? `${text.slice(0, 21)}…` : text, kind });
  }

  finish(session: string | null): Graph {
    if (session !== null && this.#top !== null) this.name(this.#top, session, "session");
    const furthest = Math.max(...this.#dots.map((dot) => dot.x));
    return { width: furthest + 40, height: BASE_Y + 24, dots: this.#dots, lines: this.#lines, labels: this.#labels };
  }

  #put(dot: Dot): Dot {
    this.#dots.push(dot);
    return dot;
  }

  #line(path: string, kind: DotKind, planned: boolean): void {
    this.#lines.push({ path, kind, planned });
  }

  #more(after: Dot | null, hidden: number, y: number): void {
    this.#labels.push({ x: (after?.x ?? LEFT) + STEP, y: y - 8, text: `+${hidden}`, kind: "more" });
  }
}
