import { duration, plural, shortSha } from "$lib/format";
import type { Merge, MergeOptions, Preflight } from "$lib/generated/contract";
import { manualAs } from "./graph";

export type StepId = "preflight" | "squash" | "rebase" | "conflicts" | "check" | "merge" | "cleanup";
/** How a step stands; each has a sign and a word of its own. */
export type StepState = "todo" | "busy" | "done" | "warn" | "bad" | "skipped";

export interface Step {
  id: StepId;
  label: string;
  state: StepState;
  note: string;
}

/** All that the steps depend on. */
export interface Situation {
  preflight: Preflight | null;
  merge: Merge | null;
  options: MergeOptions;
  script: string | null;
  cleaned: boolean;
  /** The check runs by itself. */
  checking: boolean;
  /** The agent works on the conflicts. */
  asking: boolean;
  /** The furthest step that was looked at. */
  reached: StepId;
}

export const stepOrder: readonly StepId[] = ["preflight", "squash", "rebase", "conflicts", "check", "merge", "cleanup"];
const labels: Record<StepId, string> = {
  preflight: "Preflight",
  squash: "Squash",
  rebase: "Rebase",
  conflicts: "Conflicts",
  check: "Check result",
  merge: "Merge",
  cleanup: "Clean up",
};

type In<Status extends Merge["status"]> = Merge & { status: Status };

/** Whether a merge stands somewhere between its start and its end. */
export function isOpen(merge: Merge | null): merge is In<"preparing" | "conflict" | "checking" | "landing"> {
  return merge !== null && ["preparing", "conflict", "checking", "landing"].includes(merge.status);
}

/** Whether the server works on a merge right now. */
export function isRunning(merge: Merge | null): merge is In<"preparing" | "checking" | "landing"> {
  return merge !== null && ["preparing", "checking", "landing"].includes(merge.status);
}

/** Whether a merge did what it was for. */
export function isLanded(merge: Merge | null): merge is In<"merged" | "pull_request"> {
  return merge?.status === "merged" || merge?.status === "pull_request";
}

/** How many conflicts of a merge are still to be settled. */
export function leftIn(merge: Merge): number {
  return merge.conflicts.filter((conflict) => !conflict.resolved).length;
}

/** Why a waiting merge went no further, where that is about its conflicts. */
const UNSETTLED: ReadonlySet<string> = new Set(["interrupted", "unresolved", "markers_left", "unstaged", "worktree_displaced"]);

/** The step that a merge stands at. A failed check or a refusal stands where it happened. */
export function stepOf(merge: Merge | null): StepId {
  switch (merge?.status) {
    case "preparing":
      return "merge";
    case "conflict":
      if (merge.code === null || UNSETTLED.has(merge.code)) return "conflicts";
      if (merge.code === "manual_depends") return "squash";
      return merge.code.startsWith("check_") || merge.code === "stopped" ? "check" : "merge";
    case "refused":
      if (merge.code === "manual_depends") return "squash";
      return merge.code?.startsWith("check_") === true ? "check" : "merge";
    case "checking":
    case "landing":
    case "merged":
    case "pull_request":
      return "merge";
    case "aborted":
    case undefined:
      return "preflight";
  }
}

/** The steps with their states and what can be said of each in a few words. */
export function stepsOf(situation: Situation): Step[] {
  return stepOrder.map((id) => {
    const [state, note] = outlines[id](situation);
    return { id, label: labels[id], state, note };
  });
}

type Outline = (situation: Situation) => [StepState, string];

/** Whether a step was passed: by looking at it, or because the merge is further. */
function isPast(id: StepId, { merge, reached }: Situation): boolean {
  const at = isOpen(merge) || isLanded(merge) ? Math.max(stepOrder.indexOf(stepOf(merge)), stepOrder.indexOf(reached)) : stepOrder.indexOf(reached);
  return stepOrder.indexOf(id) < at;
}

const outlines: Record<StepId, Outline> = {
  preflight: (situation) => {
    const { preflight, merge } = situation;
    if (isLanded(merge)) return ["done", "held"];
    if (preflight === null) return ["todo", "looking…"];
    const blocking = preflight.issues.filter((issue) => issue.blocking).length;
    if (blocking > 0 && !isOpen(merge)) return ["bad", `${plural(blocking, "thing stands", "things stand")} in the way`];
    const remarks = preflight.issues.length - blocking;
    return [isPast("preflight", situation) ? "done" : "todo", remarks > 0 ? `ready, ${plural(remarks, "remark")}` : "nothing stands in the way"];
  },
  squash: (situation) => {
    const { preflight, options } = situation;
    if (options.pull_request || options.skip_squash) return ["skipped", "left as it is"];
    if (preflight === null) return ["todo", ""];
    if (situation.merge?.code === "manual_depends") return ["warn", "a commit of yours cannot stand alone"];
    const kept = manualAs(preflight, options) === "include" ? 0 : preflight.manual_commits;
    const squashed = preflight.amp_commits + preflight.manual_commits - kept;
    return [isPast("squash", situation) ? "done" : "todo", `${squashed === 1 ? "1 commit" : `${plural(squashed, "commit")} → 1`}${kept > 0 ? `, ${kept} manual kept` : ""}`];
  },
  rebase: (situation) => {
    const { preflight } = situation;
    if (preflight === null) return ["todo", ""];
    const state = isPast("rebase", situation) ? "done" : "todo";
    if (preflight.behind_by === 0) return [state, `${preflight.base_branch} has not moved`];
    return [state, `onto ${plural(preflight.behind_by, "new commit")} of ${preflight.base_branch}`];
  },
  conflicts: (situation) => {
    const { preflight, merge, options } = situation;
    if (options.pull_request && !isOpen(merge)) return ["skipped", "left to the pull request"];
    if (situation.asking) return ["busy", "the agent works on them"];
    if (isOpen(merge) && merge.conflicts.length > 0) {
      if (merge.in_worktree) return ["warn", "being settled in the worktree"];
      const left = leftIn(merge);
      return left === 0 ? ["done", `all ${merge.conflicts.length} resolved`] : ["warn", `${left} of ${plural(merge.conflicts.length, "file")} left`];
    }
    if (isLanded(merge)) return ["done", merge.conflicts.length === 0 ? "none" : `${merge.conflicts.length} resolved`];
    const predicted = preflight?.predicted_conflicts.length ?? 0;
    if (predicted > 0) return ["warn", `${plural(predicted, "file")} would conflict`];
    return [isPast("conflicts", situation) ? "done" : "todo", preflight === null ? "" : "none"];
  },
  check: ({ merge, options, script, preflight, checking }) => {
    const skipped = isLanded(merge) ? merge.options.skip_check : options.skip_check;
    if (script === null) return ["skipped", "no check script"];
    if (skipped) return ["skipped", "skipped by you"];
    if (merge?.status === "checking" || checking) return ["busy", "running…"];
    const check = merge?.check ?? (isOpen(merge) || isLanded(merge) ? null : preflight?.check);
    return check ? checkOutline(check) : [isLanded(merge) ? "done" : "todo", script];
  },
  merge: ({ merge, preflight, options }) => {
    if (merge?.status === "landing" || merge?.status === "preparing") return ["busy", merge.status === "landing" ? "landing…" : "computing…"];
    if (merge?.status === "merged") return ["done", `${merge.base_branch} is at ${shortSha(merge.commit_sha ?? "")}`];
    if (merge?.status === "pull_request") return ["done", "pull request opened"];
    if (merge?.status === "refused") return ["bad", `refused: ${merge.code ?? "unknown"}`];
    if (options.pull_request) return ["todo", "opens a pull request"];
    return ["todo", `${preflight?.base_branch ?? "base"} moves once, atomically`];
  },
  cleanup: ({ cleaned }) => (cleaned ? ["done", "worktree and branch removed"] : ["todo", "worktree and branch, restorable"]),
};

function checkOutline(check: NonNullable<Merge["check"]>): [StepState, string] {
  if (check.passed === null) return ["bad", "could not run"];
  return check.passed ? ["done", `passed in ${duration(check.duration_ms)}`] : ["bad", "failed"];
}
