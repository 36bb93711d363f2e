import { plural, shortSha } from "$lib/format";
import type { Asked, Merge, MergeOptions, Preflight } from "$lib/generated/contract";
import { manualAs, type Phase } from "./graph";
import { isLanded, isRunning, leftIn, type StepId } from "./steps";

/** What becomes of one ref, or of a checkout. */
export interface RefMove {
  ref: string;
  from: string | null;
  to: string | null;
  words: string;
}

/** The two pictures of a step: the history before it and after it. */
export const phases: Record<StepId, [Phase, Phase]> = {
  preflight: ["now", "landed"],
  squash: ["now", "squashed"],
  rebase: ["squashed", "rebased"],
  conflicts: ["now", "rebased"],
  check: ["now", "rebased"],
  merge: ["now", "landed"],
  cleanup: ["landed", "cleaned"],
};

/** What will land on base, in words. */
export function landingWords(preflight: Preflight, options: MergeOptions): string {
  const { amp_commits: amp, manual_commits: manual } = preflight;
  if (options.pull_request) return "The session's branch is pushed as it is, and a pull request is opened for it. Base does not move.";
  if (options.skip_squash) {
    const how = options.no_ff || preflight.behind_by > 0 ? "tied to base by a merge commit" : "as a fast-forward";
    return `${plural(amp + manual, "commit")} ${amp + manual === 1 ? "lands" : "land"} as ${amp + manual === 1 ? "it is" : "they are"}, ${how}.`;
  }
  const all = manualAs(preflight, options) === "include" || manual === 0;
  const squashed = all ? amp + manual : amp;
  const first = squashed === 1 ? "1 commit lands" : `${plural(squashed, "commit")} become one`;
  const rest = all ? "" : `; ${plural(manual, "commit of yours follows", "commits of yours follow")}, in order`;
  return `${first}${rest}${options.no_ff ? ", tied to base by a merge commit" : ""}.`;
}

/** What came of asking the agent, in a sentence. */
export function askedWords({ outcome, settled, refused, dropped }: Asked): { text: string; tone: "ok" | "warn" | "bad" } {
  if (outcome === "cancelled") return { text: "The agent was stopped: the conflicts are as they were.", tone: "warn" };
  if (outcome !== "completed" && outcome !== "awaiting-input") return { text: `The agent settled nothing: its turn ended with ${outcome}.`, tone: "bad" };
  const parts = [`The agent settled ${plural(settled.length, "file")}`];
  if (refused.length > 0) parts.push(`${plural(refused.length, "answer was", "answers were")} not taken`);
  const besides = dropped.length > 0 ? ` What it changed besides was dropped: ${dropped.slice(0, 5).join(", ")}${dropped.length > 5 ? " …" : ""}.` : "";
  return { text: `${parts.join("; ")}.${besides}`, tone: refused.length > 0 ? "warn" : "ok" };
}

/** The words of the commit that the merge makes; null where it makes none. */
export function commitMessage(options: MergeOptions, preflight: Preflight | null): string | null {
  const made = !options.pull_request && (!options.skip_squash || options.no_ff || (preflight?.behind_by ?? 0) > 0);
  return made ? (options.message ?? preflight?.suggested_message ?? null) : null;
}

/** What will happen to which ref in a step, before the merge has landed. */
export function movesOf(step: StepId, { preflight, options, merge, branch, pushed }: Outlook): RefMove[] {
  const base: RefMove = { ref: preflight.base_branch, from: shortSha(preflight.base_sha), to: null, words: "does not move in this step" };
  const session: RefMove = { ref: branch, from: shortSha(preflight.session_sha), to: null, words: "stays where it is" };
  switch (step) {
    case "preflight":
    case "merge":
      return landingMoves(base, session, { options, landed: merge?.commit_sha ?? null, pushed });
    case "squash":
      return [base, { ...session, words: "stays; the squashed commit is made beside it when the merge lands" }];
    case "rebase":
      return [base, { ...session, words: "stays; its work is put on base's tip when the merge lands" }];
    case "conflicts": {
      const kept: RefMove = { ref: `refs/ampsm/merge/${merge?.id ?? "…"}`, from: null, to: merge?.tree ? shortSha(merge.tree) : null, words: "keeps what was settled, until the merge ends" };
      const place = merge?.in_worktree === true ? "stays; its worktree is in the middle of the merge" : session.words;
      return merge?.status === "conflict" ? [base, { ...session, words: place }, kept] : [base, session];
    }
    case "check": {
      const tree = merge?.tree ?? null;
      const result: RefMove = { ref: ".worktrees/.check", from: null, to: tree === null ? null : shortSha(tree), words: "gets the merged result, and the check runs there" };
      return [base, session, result];
    }
    case "cleanup":
      return [
        { ...base, words: "does not move" },
        { ...session, words: "is removed with its worktree, after a backup; both can be restored" },
      ];
  }
}

/** What the moves depend on; `pushed` is what a pull request has of the branch already. */
export interface Outlook {
  preflight: Preflight;
  options: MergeOptions;
  merge: Merge | null;
  branch: string;
  pushed: string | null;
}

/** What a finished merge did to which ref. */
export function movesMade(merge: Merge, branch: string): RefMove[] {
  if (merge.status === "pull_request") {
    return [
      { ref: `${merge.options.remote}/${branch}`, from: null, to: shortSha(merge.session_sha), words: "was pushed" },
      { ref: merge.base_branch, from: shortSha(merge.base_sha), to: null, words: "did not move" },
    ];
  }
  const moves: RefMove[] = [
    { ref: merge.base_branch, from: shortSha(merge.base_sha), to: shortSha(merge.commit_sha ?? ""), words: "moved once" },
    { ref: branch, from: shortSha(merge.session_sha), to: null, words: "stays; its next turn begins from the new base" },
  ];
  if (merge.options.push) {
    const failed = merge.code?.startsWith("push_") === true;
    moves.push({ ref: `${merge.options.remote}/${merge.base_branch}`, from: null, to: failed ? null : shortSha(merge.commit_sha ?? ""), words: failed ? "was not pushed" : "was pushed" });
  }
  return moves;
}

function landingMoves(base: RefMove, session: RefMove, { options, landed, pushed }: { options: MergeOptions; landed: string | null; pushed: string | null }): RefMove[] {
  if (options.pull_request) {
    const there = pushed === null ? null : shortSha(pushed);
    const words = there === null ? "is pushed; a pull request is opened" : "is pushed to the open pull request; replaced only where it is what was pushed last";
    return [
      { ...base, words: "does not move" },
      { ref: `${options.remote}/${session.ref}`, from: there, to: session.from, words },
    ];
  }
  const to = landed === null ? "the merged commit" : shortSha(landed);
  const moves: RefMove[] = [
    { ...base, to, words: "moves once, or not at all; where it is checked out, files, index and changes of yours are left alone" },
    { ...session, words: "stays; a backup is taken first" },
  ];
  if (options.push) moves.push({ ref: `${options.remote}/${base.ref}`, from: null, to, words: "is pushed afterwards" });
  if (options.export_patch !== null) moves.push({ ref: options.export_patch, from: null, to: null, words: "gets the whole series as patches" });
  return moves;
}

/** What pressing Next will do, where that is more than turning the page; or why it cannot be pressed. */
export function nextWords({ current, merge, preflight, options, looking, request }: Plans, script: string | null): string {
  const waits = merge?.status === "conflict";
  if (preflight !== null && !preflight.ready && !waits && !isLanded(merge) && !isRunning(merge)) return "Something stands in the way: see Preflight";
  if (preflight === null) return looking ? "Looking…" : "";
  if (current === "conflicts" && waits && !merge.in_worktree && leftIn(merge) > 0) return `${plural(leftIn(merge), "file")} left to resolve`;
  if (current === "conflicts" && merge === null && !options.pull_request && preflight.predicted_conflicts.length > 0) return "Next computes the merge and opens the conflicts here";
  if (current !== "merge" || isLanded(merge) || isRunning(merge)) return "";
  const checks = script !== null && !options.skip_check;
  if (options.pull_request) return `Next ${checks ? "checks the result, " : ""}pushes the branch${request === null ? " and opens a pull request" : " to its pull request"}`;
  return `Next ${checks ? "checks the result and moves" : "moves"} ${preflight.base_branch} once`;
}

/** What the words above depend on; the wizard fits. */
export interface Plans {
  current: StepId;
  merge: Merge | null;
  preflight: Preflight | null;
  options: MergeOptions;
  looking: boolean;
  request: Merge | null;
}
