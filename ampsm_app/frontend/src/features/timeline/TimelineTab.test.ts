import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { DiffQuery, FileDiff, TimelineEntry } from "$lib/generated/contract";
import { fakeApp, session, type Answers, type FakeApp } from "$lib/testing";
import { click, press, settle } from "../../test/user";
import TimelineTab from "./TimelineTab.svelte";

const sha = (letter: string): string => letter.repeat(40);
function entry(fields: Partial<TimelineEntry> & { id: string }): TimelineEntry {
  return {
    kind: "iteration",
    time: "2026-11-20T10:15:02.123Z",
    title: fields.id,
    detail: "",
    word: "",
    tone: "plain",
    actor: "us",
    operation: null,
    iteration: null,
    seq: null,
    before: null,
    after: null,
    files: null,
    lines_added: null,
    lines_deleted: null,
    against: null,
    state: null,
    restorable: false,
    point: null,
    ...fields,
  };
}
const steps: TimelineEntry[] = [
  entry({ id: "event:1", kind: "created", title: "Session created", state: sha("a"), after: sha("a"), restorable: true }),
  entry({ id: "iteration:1", title: "Turn 1: Do it", word: "completed", tone: "ok", actor: "agent", against: `commits:${sha("a")}..${sha("b")}`, state: sha("b"), after: sha("b"), restorable: true, lines_added: 3, lines_deleted: 1 }),
  entry({ id: "event:5", kind: "check", title: "Check", word: "failed", tone: "bad", seq: 5, detail: "exit 1 · make test" }),
  entry({ id: `commit:${sha("c")}`, kind: "commit", title: "By hand", actor: "user", against: `commits:${sha("b")}..${sha("c")}`, state: sha("c"), after: sha("c"), restorable: true }),
  entry({ id: "point:p1", kind: "point", title: "Restore point", detail: "before the merge", state: "p1", point: "p1", restorable: true, after: sha("c") }),
  entry({ id: "event:9", kind: "merge", title: "Merged into main", word: "merged", tone: "ok", against: `commits:${sha("d")}..${sha("e")}`, state: sha("e"), after: sha("e"), time: "2026-11-21T09:00:00.000Z" }),
];
const diffOf = (path: string): FileDiff =>
  ({ path, old_path: null, change: "modified", binary: false, too_large: false, old_mode: "100644", new_mode: "100644", old_text: "old\n", new_text: "new\n", old_image: null, new_image: null, hunks: [{ old_start: 1, old_lines: 1, new_start: 1, new_lines: 1, header: "", lines: ["-old", "+new"] }], added: 1, deleted: 1, digest: "x" }) satisfies FileDiff;

async function open(entries: TimelineEntry[] = steps, more: Answers = {}): Promise<FakeApp & { tell: (entries: TimelineEntry[]) => void }> {
  const table = { entries };
  const fake = fakeApp({
    snapshot: { view: { "git.sideBySide": false } },
    answers: {
      "timeline:list": () => table.entries,
      "diff:list": (request: DiffQuery) => ({ against: request.against ?? "", from_label: "", to_label: "", files: [{ path: "a.ts", old_path: null, change: "modified", added: 1, deleted: 1, binary: false, by: null, digest: "d" }], lines_added: 1, lines_deleted: 1 }),
      "diff:file": (request: DiffQuery) => diffOf(request.path ?? ""),
      "git:status": () => ({
        branch: "amp/x",
        head: sha("c"),
        state: null,
        files: [],
        commits: [
          { sha: sha("b"), subject: "amp: Do it", body: "", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent: true },
          { sha: sha("c"), subject: "By hand", body: "", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent: false },
        ],
      }),
      "session:get": () => ({ session: session({ id: "s" }), iterations: [], merge: null, busy: false }),
      ...more,
    },
  });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s" })], 0);
  fake.app.nav.open("s", "timeline");
  render(TimelineTab, { props: { sessionId: "s" }, context: fake.context });
  await settle();
  await settle();
  return { ...fake, tell: (next) => (table.entries = next) };
}
const asked = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((request) => request.name === name).map((request) => request.payload);
const rows = (): HTMLElement[] => within(screen.getByRole("listbox", { name: "Steps" })).getAllByRole("option");
const row = (words: RegExp): HTMLElement => within(screen.getByRole("listbox", { name: "Steps" })).getByRole("option", { name: words });
const slider = (): HTMLInputElement => screen.getByRole<HTMLInputElement>("slider", { name: "State" });

describe("the timeline", () => {
  it("lists all steps in order, under their days, with words beside colours", async () => {
    await open();
    expect(rows().map((step) => step.textContent.replace(/\s+/g, " ").trim().replace(/\d\d:\d\d/, "@"))).toEqual([
      expect.stringMatching(/^Session created @/),
      expect.stringMatching(/^Turn 1: Do it @ completed .*\+3 −1$/),
      expect.stringMatching(/^Check @ failed · exit 1 · make test/),
      expect.stringMatching(/^By hand @ you/),
      expect.stringMatching(/^Restore point @ before the merge/),
      expect.stringMatching(/^Merged into main @ merged/),
    ]);
    expect(screen.getByText("Nov 20, 2026")).toBeDefined();
    expect(screen.getByText("Nov 21, 2026")).toBeDefined();
  });

  it("opens the last piece of work, and the step that is clicked", async () => {
    const fake = await open();
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${sha("b")}..${sha("c")}` });
    await click(row(/Merged into main/));
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${sha("d")}..${sha("e")}` });
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "a.ts" }));
  });

  it("steps through the states with a slider that says where it stands", async () => {
    const fake = await open();
    expect(slider().max).toBe("4");
    await click(row(/Merged into main/));
    expect(slider().getAttribute("aria-valuetext")).toMatch(/^Merged into main, merged, Nov 21, 2026/);
    slider().valueAsNumber = 1;
    slider().dispatchEvent(new Event("input", { bubbles: true }));
    await settle();
    expect(slider().getAttribute("aria-valuetext")).toMatch(/^Turn 1: Do it, completed/);
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${sha("a")}..${sha("b")}` });
    await click(screen.getByRole("button", { name: "Later state" }));
    expect(row(/By hand/).getAttribute("aria-selected")).toBe("true");
  });

  it("moves through all steps with the keys of lists", async () => {
    await open();
    screen.getByRole("listbox", { name: "Steps" }).focus();
    await press("j");
    expect(row(/Restore point/).getAttribute("aria-selected")).toBe("true");
    await press("Home");
    expect(row(/Session created/).getAttribute("aria-selected")).toBe("true");
    await press("ArrowDown");
    expect(row(/Turn 1/).getAttribute("aria-selected")).toBe("true");
  });

  it("compares two states, the older first, whichever is chosen first", async () => {
    const fake = await open();
    await click(row(/By hand/));
    await click(row(/Session created/), { shiftKey: true });
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${sha("a")}..${sha("c")}` });
    expect(screen.getByText("compared")).toBeDefined();

    const choice = screen.getByLabelText<HTMLSelectElement>(/Compared with/);
    choice.value = "worktree";
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${sha("c")}..worktree` });
  });

  it("shows what a check printed", async () => {
    await open(steps, {
      "events:page": () => ({ events: [{ seq: 5, session_id: "s", iteration_id: null, timestamp: "2026-11-20T10:15:02.123Z", data: { type: "test_result", command: "make test", reason: "iteration", check: { passed: false, exit_code: 1, duration_ms: 3, output: "1 test failed", tree: null } } }], more: false }),
    });
    await click(row(/Check/));
    expect((await screen.findByLabelText("Output of the check")).textContent).toBe("1 test failed");
  });

  it("says exactly what going back does, then does it", async () => {
    const fake = await open(steps, { "git:rollback": () => ({}) });
    await click(row(/Turn 1/));
    await click(screen.getByRole("button", { name: "Restore from here…" }));
    const dialog = screen.getByRole("dialog", { name: "Go back to this state?" });
    await waitFor(() => expect(dialog.textContent).toContain("1 commit leaves the branch"));
    expect(dialog.textContent).toContain("By hand");
    expect(dialog.textContent).toContain("a.ts");
    expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:worktree..${sha("b")}` });
    await click(within(dialog).getByRole("button", { name: "Restore" }));
    expect(asked(fake, "git:rollback")).toEqual([{ id: "s", sha: sha("b") }]);
    await settle();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("restores a point by its id, and says why not where that is refused", async () => {
    const fake = await open(steps, {
      "history:holds": () => ({ point: {}, files: [], unfinished: null, effect: { branch: "amp/x", head_before: sha("c"), head_after: sha("b"), commits_leaving: 1, commits_returning: 2, files: [] } }),
      "history:restore": () => {
        throw new AppError({ code: "busy", message: "A turn runs.", hint: "stop it first" });
      },
    });
    await click(row(/Restore point/));
    await click(screen.getByRole("button", { name: "Restore from here…" }));
    const dialog = screen.getByRole("dialog", { name: "Restore this point?" });
    await waitFor(() => expect(dialog.textContent).toContain("2 commits come back"));
    await click(within(dialog).getByRole("button", { name: "Restore" }));
    expect(asked(fake, "history:restore")).toEqual([{ id: "s", point: "p1" }]);
    expect(within(dialog).getByRole("alert").textContent).toContain("stop it first");
  });

  it("offers no way back where there is none", async () => {
    await open();
    await click(row(/Merged into main/));
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Restore from here…" }).disabled).toBe(true);
    await click(row(/Check/));
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Restore from here…" }).disabled).toBe(true);
  });

  it("shows only the chosen kinds, and remembers them", async () => {
    const fake = await open();
    const kinds = screen.getByRole("group", { name: "Kinds of steps" });
    await click(within(kinds).getByRole("button", { name: "Commits" }));
    expect(rows()).toHaveLength(1);
    await waitFor(() => expect(asked(fake, "view:set").at(-1)).toMatchObject({ key: "timeline.kinds", value: ["commits"] }));
  });

  it("adds what is new without moving what is read", async () => {
    const fake = await open();
    await click(row(/Turn 1/));
    const looked = asked(fake, "diff:list").length;
    fake.tell([...steps, entry({ id: "iteration:2", title: "Turn 2: More", word: "running", tone: "busy" })]);
    for (let times = 0; times < 3; times += 1) fake.emit("s", { type: "stop_requested" });
    await waitFor(() => expect(rows()).toHaveLength(7), { timeout: 3000 });
    expect(asked(fake, "timeline:list")).toHaveLength(2);
    expect(row(/Turn 1/).getAttribute("aria-selected")).toBe("true");
    expect(asked(fake, "diff:list")).toHaveLength(looked);
  });

  it("looks again after a change by hand, and compares with the worktree anew", async () => {
    const fake = await open();
    await click(row(/By hand/));
    const choice = screen.getByLabelText<HTMLSelectElement>(/Compared with/);
    choice.value = "worktree";
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    const looked = asked(fake, "diff:list").length;
    fake.edit("s");
    await waitFor(() => expect(asked(fake, "diff:list").length).toBeGreaterThan(looked), { timeout: 3000 });
    expect(asked(fake, "timeline:list")).toHaveLength(2);
  });

  it("has words for a session to which nothing happened, and for an error", async () => {
    await open([]);
    await screen.findByText("Nothing happened yet");
  });

  it("shows the server's error with its next step", async () => {
    await open([], {
      "timeline:list": () => {
        throw new AppError({ code: "store", message: "The database is locked.", hint: "try again" });
      },
    });
    expect((await screen.findByRole("alert")).textContent).toContain("try again");
  });
});
