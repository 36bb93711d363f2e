import { describe, expect, it } from "vitest";
import { isOpen, isRunning, leftIn, stepOf, stepsOf, type Situation, type StepId } from "./steps";
import { conflicted, mergeOf, optionsOf, preflightOf } from "./testing";

const situation = (more: Partial<Situation> = {}): Situation => ({
  preflight: preflightOf(),
  merge: null,
  options: optionsOf(),
  script: "pnpm test",
  cleaned: false, checking: false, asking: false,
  reached: "preflight",
  ...more,
});
const outline = (id: StepId, more: Partial<Situation> = {}): [string, string] => {
  const step = stepsOf(situation(more)).find((each) => each.id === id);
  return [step?.state ?? "", step?.note ?? ""];
};

describe("the steps", () => {
  it("are seven, in order", () => {
    expect(stepsOf(situation()).map((step) => step.label)).toEqual([
      "Preflight",
      "Squash",
      "Rebase",
      "Conflicts",
      "Check result",
      "Merge",
      "Clean up",
    ]);
  });

  it("say what stands in the way", () => {
    const issue = { code: "uncommitted", message: "", hint: null, blocking: true };
    expect(outline("preflight", { preflight: preflightOf({ ready: false, issues: [issue] }) })).toEqual(["bad", "1 thing stands in the way"]);
    expect(outline("preflight", { reached: "squash" })).toEqual(["done", "nothing stands in the way"]);
    expect(outline("preflight", { preflight: null })).toEqual(["todo", "looking…"]);
  });

  it("count what is squashed and kept", () => {
    expect(outline("squash")).toEqual(["todo", "2 commits → 1, 1 manual kept"]);
    expect(outline("squash", { options: optionsOf({ manual_commits: "include" }) })[1]).toBe("3 commits → 1");
    expect(outline("squash", { options: optionsOf({ skip_squash: true }) })[0]).toBe("skipped");
  });

  it("tell of base that moved meanwhile", () => {
    expect(outline("rebase", { preflight: preflightOf({ behind_by: 3 }) })[1]).toBe("onto 3 new commits of main");
    expect(outline("rebase", { preflight: preflightOf({ behind_by: 0 }) })[1]).toBe("main has not moved");
  });

  it("count conflicts that are left", () => {
    const merge = mergeOf({ status: "conflict", conflicts: [conflicted({ path: "a" }), conflicted({ path: "b", resolved: true })] });
    expect(leftIn(merge)).toBe(1);
    expect(outline("conflicts", { merge })).toEqual(["warn", "1 of 2 files left"]);
    expect(outline("conflicts", { merge: { ...merge, in_worktree: true } })[1]).toBe("being settled in the worktree");
  });

  it("say who works on them", () => {
    const merge = mergeOf({ status: "conflict", conflicts: [conflicted()] });
    expect(outline("conflicts", { merge, asking: true })).toEqual(["busy", "the agent works on them"]);
    expect(outline("check", { checking: true })).toEqual(["busy", "running…"]);
    expect(outline("conflicts", { options: optionsOf({ pull_request: true }) })[0]).toBe("skipped");
  });

  it("show how the check and the landing went", () => {
    const check = { passed: false, exit_code: 1, duration_ms: 100, output: "", tree: null };
    expect(outline("check", { merge: mergeOf({ status: "refused", code: "check_failed", check }) })).toEqual(["bad", "failed"]);
    expect(outline("check", { script: null })).toEqual(["skipped", "no check script"]);
    expect(outline("merge", { merge: mergeOf({ status: "merged", commit_sha: "e4f5a6b7" }) })).toEqual(["done", "main is at e4f5a6b"]);
  });
});

describe("a merge", () => {
  it("stands at the step where something is to do", () => {
    expect(stepOf(null)).toBe("preflight");
    expect(stepOf(mergeOf({ status: "conflict" }))).toBe("conflicts");
    expect(stepOf(mergeOf({ status: "conflict", code: "check_failed" }))).toBe("check");
    expect(stepOf(mergeOf({ status: "conflict", code: "dirty" }))).toBe("merge");
    expect(stepOf(mergeOf({ status: "conflict", code: "interrupted" }))).toBe("conflicts");
    expect(stepOf(mergeOf({ status: "conflict", code: "markers_left" }))).toBe("conflicts");
    expect(stepOf(mergeOf({ status: "refused", code: "check_environment" }))).toBe("check");
    expect(stepOf(mergeOf({ status: "refused", code: "dirty" }))).toBe("merge");
    expect(stepOf(mergeOf({ status: "aborted" }))).toBe("preflight");
    expect(stepOf(mergeOf({ status: "conflict", code: "manual_depends" }))).toBe("squash");
    expect(stepOf(mergeOf({ status: "conflict", code: "stopped" }))).toBe("check");
  });

  it("is open until it ends, and runs while the server works", () => {
    expect(isOpen(mergeOf({ status: "conflict" }))).toBe(true);
    expect(isRunning(mergeOf({ status: "conflict" }))).toBe(false);
    expect(isRunning(mergeOf({ status: "checking" }))).toBe(true);
    expect(isOpen(mergeOf({ status: "merged" }))).toBe(false);
  });
});
