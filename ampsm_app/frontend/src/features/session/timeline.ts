import type { CommitLine, Iteration } from "$lib/generated/contract";

/** A step of a session: a turn, or a commit made by hand. */
export type Step =
  | { readonly kind: "turn"; readonly at: string; readonly turn: Iteration }
  | { readonly kind: "commit"; readonly at: string; readonly commit: CommitLine };

/** Turns and commits by hand, newest first. */
export function steps(iterations: readonly Iteration[], commits: readonly CommitLine[]): Step[] {
  const turns: Step[] = iterations.map((turn) => ({ kind: "turn", at: turn.started_at, turn }));
  const byHand: Step[] = commits
    .filter((commit) => !commit.by_agent)
    .map((commit) => ({ kind: "commit", at: commit.time, commit }));
  return [...turns, ...byHand].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** How a turn ended, in a word; "running" while it has not. */
export function outcomeWord(turn: Iteration): string {
  if (turn.outcome === null) return "running";
  return turn.outcome === "completed" && turn.check?.passed === false ? "check failed" : turn.outcome;
}

/** The colour of a turn's end. */
export function outcomeTone(turn: Iteration): "busy" | "ok" | "bad" | "warn" | "quiet" {
  switch (turn.outcome) {
    case null:
      return "busy";
    case "completed":
      return turn.check?.passed === false ? "bad" : "ok";
    case "awaiting-input":
    case "limit":
      return "warn";
    case "cancelled":
    case "interrupted":
      return "quiet";
    case "failed":
    case "timeout":
    case "environment":
      return "bad";
  }
}
