import { render, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { AppError } from "$lib/api/errors";
import type { AskAgent, ConflictTexts, Merge } from "$lib/generated/contract";
import { fakeApp, iteration, session, type FakeApp } from "$lib/testing";
import MergeWizard from "./MergeWizard.svelte";
import { conflicted, mergeOf, preflightOf } from "./testing";

type Answers = NonNullable<Parameters<typeof fakeApp>[0]>["answers"];
const texts = (path: string): ConflictTexts => ({
  path,
  kind: "content",
  ancestor: "zero\n",
  base: "one\n",
  session: "two\n",
  result: "<<<<<<< base\none\n=======\ntwo\n>>>>>>> session\n",
  binary: false,
});
const waiting = (more: Partial<Merge> = {}): Merge =>
  mergeOf({ status: "conflict", tree: "1".repeat(40), conflicts: [conflicted({ path: "a.ts" }), conflicted({ path: "b.ts" })], ...more });
const turn = iteration({ id: "s1-3", session_id: "s1", number: 3, purpose: "conflicts", outcome: null, ended_at: null });
const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>("button", { name });

async function open(answers: Answers = {}): Promise<FakeApp> {
  const fake = fakeApp({
    answers: {
      "merge:state": () => waiting(),
      "merge:preflight": () => preflightOf(),
      "merge:conflict": ({ path }) => texts(path),
      "merge:ask": () => turn,
      "session:stop": () => ({ stopped: true }),
      ...answers,
    },
  });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s1", branch: "amp/x" })], 0);
  render(MergeWizard, { props: { sessionId: "s1", onclose: vi.fn() }, context: fake.context });
  await screen.findByRole("region", { name: "Conflict in a.ts" });
  return fake;
}
const sentOf = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((each) => each.name === name).map((each) => each.payload);
const ended = { type: "iteration_end", iteration_number: 3, status: "idle", outcome: "completed", git_sha: "", commit_sha: null, changed_files: 0, duration_ms: 5, exit_code: 0, message: null } as const;

async function ask(notes: string, which: RegExp = /^Ask about 2 files/): Promise<void> {
  button("Ask the agent").click();
  const field = await screen.findByLabelText<HTMLTextAreaElement>("Notes for the agent");
  field.value = notes;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  screen.getByRole("button", { name: which }).click();
}

describe("asking the agent", () => {
  it("sends the notes, shows what it does, and locks what is settled by hand", async () => {
    const fake = await open();
    await ask(" keep the locale ");
    await screen.findByText("It is being started…");
    expect(sentOf(fake, "merge:ask")).toEqual([{ id: "s1", paths: [], notes: "keep the locale" }]);
    fake.emit("s1", { type: "assistant_message", text: "Looking at\nboth sides", message_id: null, parent_tool_use_id: null });
    fake.emit("s1", { type: "tool_start", tool_use_id: "t", tool_name: "edit_file", args: { path: "/w/.worktrees/.ask-s1/a.ts" }, parent_tool_use_id: null });
    await screen.findByText("Looking at both sides");
    await screen.findByText("edit_file a.ts");
    expect(button("Take base").disabled).toBe(true);
    expect(button("Next").disabled).toBe(true);
    expect(button("Resolve in the worktree").disabled).toBe(true);
    expect(screen.getAllByText("the agent works on them").length).toBeGreaterThan(0);
  });

  it("says on the file what was refused, and lets it be tried again", async () => {
    const fake = await open();
    await ask("");
    await screen.findByText("It is being started…");
    const refused = [{ path: "a.ts", code: "markers_left", reason: "Conflict markers are left in lines 1, 3." }];
    const conflicts = [conflicted({ path: "a.ts" }), conflicted({ path: "b.ts", resolved: true })];
    const asked = { iteration: 3, outcome: "completed" as const, settled: ["b.ts"], refused, dropped: ["c.ts"] };
    fake.emit("s1", { type: "merge_changed", merge: waiting({ conflicts, tree: "2".repeat(40), asked }) });
    fake.emit("s1", ended);
    await screen.findByText("The agent settled 1 file; 1 answer was not taken. What it changed besides was dropped: c.ts.");
    expect(screen.getByRole("region", { name: "Conflict in a.ts" }).textContent).toContain("Conflict markers are left in lines 1, 3.");
    expect(screen.getByRole("list", { name: "Conflicts" }).textContent).toContain("agent's answer not taken: Conflict markers");
    expect(button("Take base").disabled).toBe(false);
    await waitFor(() => expect(sentOf(fake, "merge:conflict").length).toBeGreaterThan(1));
    screen.getByRole("button", { name: /^Ask about 1 file/ }).click();
    await waitFor(() => expect(sentOf(fake, "merge:ask")).toHaveLength(2));
  });

  it("asks about one file only", async () => {
    const asked: AskAgent[] = [];
    await open({
      "merge:ask": (request) => {
        asked.push(request);
        return turn;
      },
    });
    await ask("", /^Ask about this file only/);
    await waitFor(() => expect(asked.map((each) => each.paths)).toEqual([["a.ts"]]));
  });

  it("is stopped, also where another window began it", async () => {
    const fake = await open({ "session:get": () => ({ session: session({ id: "s1" }), iterations: [turn], merge: waiting(), busy: true }) });
    await ask("");
    (await screen.findByRole("button", { name: "Stop" })).click();
    await waitFor(() => expect(sentOf(fake, "session:stop")).toEqual([{ id: "s1" }]));
    const cancelled = { iteration: 3, outcome: "cancelled" as const, settled: [], refused: [], dropped: [] };
    fake.emit("s1", { type: "merge_changed", merge: waiting({ asked: cancelled }) });
    fake.emit("s1", { ...ended, outcome: "cancelled" });
    await screen.findByText("The agent was stopped: the conflicts are as they were.");
  });

  it("tells why it could not be asked", async () => {
    await open({
      "merge:ask": () => {
        throw new AppError({ code: "busy", message: "session s1 is busy" });
      },
    });
    await ask("");
    await screen.findByText("session s1 is busy");
    expect(button("Take base").disabled).toBe(false);
  });
});
