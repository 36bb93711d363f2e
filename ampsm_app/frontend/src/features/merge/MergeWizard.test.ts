import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { AppError } from "$lib/api/errors";
import type { ConflictTexts, Merge, Resolve, StartMerge } from "$lib/generated/contract";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import MergeWizard from "./MergeWizard.svelte";
import { conflicted, mergeOf, optionsOf, preflightOf } from "./testing";

type Answers = NonNullable<Parameters<typeof fakeApp>[0]>["answers"];
const marked = "top\n<<<<<<< base\none\n=======\ntwo\n>>>>>>> session\n";
const texts = (path: string): ConflictTexts => ({
  path,
  kind: "content",
  ancestor: "top\nzero\n",
  base: "top\none\n",
  session: "top\ntwo\n",
  result: marked,
  binary: false,
});

interface Opened extends FakeApp {
  onclose: ReturnType<typeof vi.fn>;
}

async function open(answers: Answers = {}, fields = {}): Promise<Opened> {
  const fake = fakeApp({
    answers: {
      "merge:state": () => null,
      "merge:preflight": () => preflightOf(),
      "merge:conflict": ({ path }) => texts(path),
      "repo:inspect": () => ({ branches: [] }),
      ...answers,
    },
  });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s1", branch: "amp/x", script: "pnpm test", ...fields })], 0);
  const onclose = vi.fn();
  render(MergeWizard, { props: { sessionId: "s1", onclose }, context: fake.context });
  await waitFor(() => expect(sentOf(fake, "merge:preflight")).not.toHaveLength(0));
  await new Promise((resolve) => setTimeout(resolve));
  return Object.assign(fake, { onclose });
}
function sentOf(fake: FakeApp, name: string): unknown[] {
  return fake.sent.filter((request) => request.name === name).map((request) => request.payload);
}
const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>("button", { name });
const step = (): string | undefined => document.querySelector("[aria-current=step] .words > span")?.textContent;
async function next(times = 1): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await waitFor(() => expect(button("Next").disabled).toBe(false));
    button("Next").click();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
const conflict = (more: Partial<Merge> = {}): Merge =>
  mergeOf({ status: "conflict", conflicts: [conflicted({ path: "a.ts" }), conflicted({ path: "b.ts" })], ...more });

describe("the merge wizard", () => {
  it("goes through all steps and lands with the chosen options", async () => {
    const fake = await open({ "merge:start": ({ options }: StartMerge) => mergeOf({ options: { ...optionsOf(), ...options } }) });
    expect(screen.getByRole("dialog", { name: "Merge" })).toBeTruthy();
    await next();
    expect(step()).toBe("Squash");
    screen.getByLabelText<HTMLInputElement>(/Make a merge commit/).click();
    await next();
    expect(step()).toBe("Rebase");
    await next(2);
    expect(step()).toBe("Check result");
    screen.getByLabelText<HTMLInputElement>("Skip the check").click();
    expect(await screen.findByRole("note")).toBeTruthy();
    await next();
    expect(step()).toBe("Merge");
    expect(screen.getByText("Next moves main once")).toBeTruthy();
    expect(sentOf(fake, "merge:start")).toHaveLength(0);
    await next();
    expect(sentOf(fake, "merge:start")).toEqual([{ id: "s1", options: optionsOf({ no_ff: true, skip_check: true }) }]);
    expect(button("Next").disabled).toBe(true);
    fake.emit("s1", { type: "merge_changed", merge: mergeOf({ status: "merged", commit_sha: "e4f5a6b7".padEnd(40, "0") }) });
    await screen.findByText("Merged into main");
    await next();
    expect(step()).toBe("Clean up");
  });

  it("takes the keyboard to its steps", async () => {
    await open();
    expect(document.activeElement?.textContent).toContain("Preflight");
  });

  it("says what stands in the way, with its code and fix, and does not go on", async () => {
    const issue = { code: "ignored_in_way", message: ".env would be overwritten", hint: "Move it away", blocking: true };
    await open({ "merge:preflight": () => preflightOf({ ready: false, issues: [issue] }) });
    const issues = within(await screen.findByRole("list", { name: "Issues" }));
    expect(issues.getByText("ignored_in_way")).toBeTruthy();
    expect(issues.getByText("Move it away")).toBeTruthy();
    expect(button("Next").disabled).toBe(true);
    button("Look again").click();
  });

  it("looks again when an option changes", async () => {
    const fake = await open();
    button("Pull request").click();
    await waitFor(() => expect(sentOf(fake, "merge:preflight").at(-1)).toMatchObject({ options: { pull_request: true } }), { timeout: 2000 });
    await screen.findByText(/Base does not move/);
  });

  it("opens predicted conflicts instead of landing", async () => {
    const predicted = [{ path: "a.ts", kind: "content" as const }];
    const fake = await open({
      "merge:preflight": () => preflightOf({ predicted_conflicts: predicted }),
      "merge:start": () => conflict(),
    });
    await next(3);
    expect(within(screen.getByRole("list", { name: "Predicted conflicts" })).getByText("a.ts")).toBeTruthy();
    await next();
    await screen.findByRole("region", { name: "Conflict in a.ts" });
    expect(sentOf(fake, "merge:start")).toHaveLength(1);
    expect(button("Next").disabled).toBe(true);
    expect(screen.getByText("2 files left to resolve")).toBeTruthy();
  });

  it("continues where a merge stands, whoever brought it there", async () => {
    await open({ "merge:state": () => conflict({ in_worktree: true }) });
    await screen.findByText(/stands in the session's worktree/);
    expect(button("Next").disabled).toBe(false);
  });

  it("tells of a merge that another window or the command line moves", async () => {
    const fake = await open();
    fake.emit("s1", { type: "merge_changed", merge: mergeOf({ status: "checking" }) });
    await screen.findByText(/check is running on the merged result. Nothing has moved/);
    fake.emit("s1", { type: "merge_changed", merge: mergeOf({ status: "refused", code: "check_failed", reason: "It fails.", check: { passed: false, exit_code: 1, duration_ms: 5, output: "boom", tree: null } }) });
    await screen.findByText("boom");
    expect(step()).toBe("Check result");
  });

  it("restores everything when aborted, and just closes before anything began", async () => {
    const fake = await open({ "merge:state": () => conflict(), "merge:abort": () => conflict({ status: "aborted" }) });
    await screen.findByRole("region", { name: "Conflict in a.ts" });
    button("Abort merge").click();
    await screen.findByText(/everything is as it was before it/);
    expect(sentOf(fake, "merge:abort")).toEqual([{ id: "s1" }]);
    expect(fake.onclose).not.toHaveBeenCalled();
    button("Abort merge").click();
    await waitFor(() => expect(fake.onclose).toHaveBeenCalled());
    expect(sentOf(fake, "merge:abort")).toHaveLength(1);
  });

  it("links to a pull request, and to nothing that is not a web address", async () => {
    const fake = await open();
    fake.emit("s1", { type: "merge_changed", merge: mergeOf({ status: "pull_request", url: "https://example.org/pull/1" }) });
    expect((await screen.findByRole("link")).getAttribute("href")).toBe("https://example.org/pull/1");
    fake.emit("s1", { type: "merge_changed", merge: mergeOf({ id: "m2", status: "pull_request", url: "javascript:alert(1)" }) });
    await waitFor(() => expect(screen.queryByRole("link")).toBeNull());
  });

  it("shows a refusal with code and reason", async () => {
    await open({ "merge:start": () => mergeOf({ status: "refused", code: "dirty", reason: "In /home/ada: a.ts would be overwritten." }) });
    await next(6);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("a.ts would be overwritten");
    expect(alert.textContent).toContain("dirty");
  });

  it("says what a clean-up would lose before it forces anything", async () => {
    const loss = { unmerged_commits: 2, uncommitted_files: 0, submodule_commits: 0, not_kept: [], merged: false };
    const fake = await open({
      "merge:state": () => mergeOf({ status: "merged", commit_sha: "e".repeat(40) }),
      "merge:preflight": () => preflightOf({ ready: false, issues: [{ code: "nothing_to_merge", message: "", hint: null, blocking: true }] }),
      "merge:cleanup": ({ force }: { force?: boolean }) => {
        if (!force) throw new AppError({ code: "would_lose_work", message: "would lose", details: { loss } });
        return { cleaned: true, loss, point: null };
      },
    });
    await screen.findByText("Merged into main");
    await next();
    button("Remove worktree and branch").click();
    await screen.findByText("2 commits that are nowhere else");
    button("Clean up all the same, with a backup").click();
    await screen.findByText("Cleaned up");
    expect(sentOf(fake, "merge:cleanup")).toEqual([
      { id: "s1", force: false },
      { id: "s1", force: true },
    ]);
  });
});

describe("a conflict in the wizard", () => {
  const resolver = (): { answers: Answers; merge: () => Merge } => {
    let merge = conflict();
    return {
      merge: () => merge,
      answers: {
        "merge:state": () => merge,
        "merge:resolve": ({ path }: Resolve) => {
          merge = { ...merge, conflicts: merge.conflicts.map((each) => (each.path === path ? { ...each, resolved: true } : each)) };
          return merge;
        },
        "merge:continue": () => merge,
      },
    };
  };

  it("shows base, result and session, and settles by a side", async () => {
    const { answers } = resolver();
    const fake = await open(answers);
    await screen.findByRole("textbox", { name: "Base" });
    expect(screen.getByRole("textbox", { name: "Base" }).textContent).toContain("one");
    expect(screen.getByRole("textbox", { name: "Session" }).textContent).toContain("two");
    button("Take session").click();
    await screen.findByRole("region", { name: "Conflict in b.ts" });
    expect(sentOf(fake, "merge:resolve")).toEqual([{ session_id: "s1", path: "a.ts", take: "session" }]);
  });

  it("refuses markers that are left before sending, and says in which lines", async () => {
    const { answers } = resolver();
    const fake = await open(answers);
    await screen.findByRole("textbox", { name: "Result" });
    button("Mark resolved").click();
    expect((await screen.findByRole("alert")).textContent).toContain("2, 4, 6");
    expect(sentOf(fake, "merge:resolve")).toHaveLength(0);
    button("Use both in conflict 1").click();
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    button("Mark resolved").click();
    await waitFor(() => expect(sentOf(fake, "merge:resolve")).toEqual([{ session_id: "s1", path: "a.ts", text: "top\none\ntwo\n" }]));
  });

  it("goes on only when all is settled", async () => {
    const { answers } = resolver();
    const fake = await open(answers);
    await screen.findByRole("region", { name: "Conflict in a.ts" });
    expect(button("Next").disabled).toBe(true);
    button("Take base").click();
    await screen.findByRole("region", { name: "Conflict in b.ts" });
    await waitFor(() => expect(button("Delete file").disabled).toBe(false));
    button("Delete file").click();
    await next(3);
    expect(sentOf(fake, "merge:continue")).toEqual([
      { id: "s1", choices: { message: null, manual_commits: null, skip_check: false, allow_folding: false } },
    ]);
    fake.emit("s1", { type: "merge_changed", merge: conflict({ code: "check_failed", reason: "It fails.", check: { passed: false, exit_code: 1, duration_ms: 5, output: "boom", tree: null } }) });
    await screen.findByText("boom");
  });

  it("goes to the worktree when asked", async () => {
    const { answers, merge } = resolver();
    await open({ ...answers, "merge:worktree": () => ({ ...merge(), in_worktree: true }) });
    await screen.findByRole("region", { name: "Conflict in a.ts" });
    button("Resolve in the worktree").click();
    await screen.findByText(/stands in the session's worktree/);
  });

  it("offers no text where there is none", async () => {
    const binary = conflict({ conflicts: [conflicted({ path: "x.png", kind: "binary" })] });
    await open({
      "merge:state": () => binary,
      "merge:conflict": ({ path }) => ({ ...texts(path), kind: "binary", base: null, session: null, result: null, ancestor: null, binary: true }),
    });
    await screen.findByRole("region", { name: "Conflict in x.png" });
    await screen.findByText(/take a side, or delete the file/);
    expect(screen.queryByRole("button", { name: "Take both" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Mark resolved" })).toBeNull();
  });
});
