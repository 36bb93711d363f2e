import { render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import MergeWizard from "./MergeWizard.svelte";
import { conflicted, mergeOf, optionsOf, preflightOf } from "./testing";

type Answers = NonNullable<Parameters<typeof fakeApp>[0]>["answers"];
const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>("button", { name });
const sentOf = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((each) => each.name === name).map((each) => each.payload);

async function open(answers: Answers = {}): Promise<FakeApp> {
  const fake = fakeApp({
    answers: { "merge:state": () => null, "merge:preflight": () => preflightOf(), "repo:inspect": () => ({ branches: [] }), ...answers },
  });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s1", branch: "amp/x", script: "pnpm test" })], 0);
  render(MergeWizard, { props: { sessionId: "s1", onclose: vi.fn() }, context: fake.context });
  await waitFor(() => expect(sentOf(fake, "merge:preflight")).not.toHaveLength(0));
  await new Promise((resolve) => setTimeout(resolve));
  return fake;
}
async function at(step: string): Promise<void> {
  (await screen.findByRole("button", { name: new RegExp(`^${step} ?,`) })).click();
  await screen.findByRole("heading", { name: step, level: 2 });
}
const checked = (passed: boolean) =>
  ({ type: "test_result", command: "pnpm test", reason: "merge", check: { passed, exit_code: passed ? 0 : 1, duration_ms: 5, output: "", tree: null } }) as const;

describe("a step that is taken again", () => {
  it("runs the check by itself, as often as wanted", async () => {
    let check: ReturnType<typeof checked>["check"] | null = null;
    const fake = await open({ "merge:check": () => ({}), "merge:preflight": () => preflightOf({ check, ready: check?.passed !== false }) });
    await at("Check result");
    button("Check now").click();
    await screen.findByText(/running on the merged result/);
    await waitFor(() => expect(button("Next").disabled).toBe(true));
    check = checked(false).check;
    fake.emit("s1", checked(false));
    await screen.findByRole("button", { name: "Check again" });
    await waitFor(() => expect(button("Check again").disabled).toBe(false));
    await waitFor(() => expect(button("Next").disabled).toBe(true));
    button("Check again").click();
    await waitFor(() => expect(sentOf(fake, "merge:check")).toHaveLength(2));
    check = checked(true).check;
    fake.emit("s1", checked(true));
    await waitFor(() => expect(button("Next").disabled).toBe(false));
  });

  it("checks nothing while conflicts are left", async () => {
    await open({ "merge:preflight": () => preflightOf({ predicted_conflicts: [{ path: "a", kind: "content" }] }) });
    await at("Check result");
    expect(button("Check now").disabled).toBe(true);
  });

  it("squashes the branch itself, and looks again", async () => {
    const done = { commit_sha: "c0ffee".padEnd(40, "0"), backup_ref: "refs/ampsm/backup/s1/now-squash", commits: [] };
    const fake = await open({ "merge:squash": () => done });
    await at("Squash");
    const looks = sentOf(fake, "merge:preflight").length;
    button("Squash the branch now").click();
    await screen.findByText("The branch is at c0ffee0 now. Before: refs/ampsm/backup/s1/now-squash");
    expect(sentOf(fake, "merge:squash")).toEqual([{ id: "s1", message: null, manual_commits: null }]);
    expect(sentOf(fake, "merge:preflight").length).toBeGreaterThan(looks);
  });

  it("rebases the branch itself, or says in which files that conflicts", async () => {
    const conflict = { status: "conflict" as const, commit_sha: "a".repeat(40), conflicts: [{ path: "a.ts", kind: "content" as const }], backup_ref: null };
    const fake = await open({ "merge:rebase": () => conflict, "merge:preflight": () => preflightOf({ behind_by: 2 }) });
    await at("Rebase");
    button("Rebase the branch now").click();
    await screen.findByText(/Nothing moved: one by one, the commits conflict in a.ts/);
    expect(sentOf(fake, "merge:rebase")).toEqual([{ id: "s1", onto: "main" }]);
  });

  it("goes on with what settling turned out to need", async () => {
    const merge = mergeOf({ status: "conflict", code: "manual_depends", reason: "Made by hand, but built on later commits", conflicts: [conflicted({ resolved: true })] });
    const fake = await open({ "merge:state": () => merge, "merge:continue": () => merge });
    await screen.findByRole("heading", { name: "Squash", level: 2 });
    expect(screen.getByRole("alert").textContent).toContain("built on later commits");
    screen.getByLabelText<HTMLInputElement>(/Squash those that cannot stand alone/).click();
    await at("Merge");
    button("Next").click();
    await waitFor(() => expect(sentOf(fake, "merge:continue")).toHaveLength(1));
    expect(sentOf(fake, "merge:continue")[0]).toMatchObject({ choices: { allow_folding: true } });
  });
});

describe("a pull request", () => {
  const request = mergeOf({ status: "pull_request", url: "https://github.example/pull/7", options: optionsOf({ pull_request: true }), session_sha: "b".repeat(40) });

  it("is found again when there is more to push to it", async () => {
    const fake = await open({ "merge:state": () => request, "merge:start": () => mergeOf({ options: request.options }) });
    expect((await screen.findByRole("link")).getAttribute("href")).toBe("https://github.example/pull/7");
    await at("Merge");
    const moves = screen.getByRole("list", { name: "What happens to which ref" }).textContent;
    expect(moves).toContain("origin/amp/x");
    expect(moves).toContain("bbbbbbb");
    await screen.findByText(/pushes the branch to its pull request/);
    button("Next").click();
    await waitFor(() => expect(sentOf(fake, "merge:start")).toEqual([{ id: "s1", options: optionsOf({ pull_request: true }) }]));
  });

  it("that has all of the branch can be pushed again", async () => {
    const whole = { ...request, session_sha: preflightOf().session_sha };
    const fake = await open({ "merge:state": () => whole, "merge:start": () => mergeOf({ options: whole.options }) });
    await screen.findByText("Pull request opened");
    button("Push again").click();
    await waitFor(() => expect(sentOf(fake, "merge:start")).toHaveLength(1));
    fake.emit("s1", { type: "merge_changed", merge: { ...whole, id: "m2", status: "refused", url: null, code: "remote_moved", reason: "origin has other commits on amp/x" } });
    expect((await screen.findByRole("alert")).textContent).toContain("remote_moved");
  });
});
