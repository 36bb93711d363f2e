import { render, screen, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { FileDiff, PointContent, RestorePoint } from "$lib/generated/contract";
import { fakeApp, session, type Answers, type FakeApp } from "$lib/testing";
import { click, press, settle } from "../../test/user";
import TimeMachine from "./TimeMachine.svelte";

function point(fields: Partial<RestorePoint> & { id: string }): RestorePoint {
  return {
    session_id: "a",
    ref: `refs/ampsm/backup/a/${fields.id}`,
    operation: "squash",
    purpose: "before the commits were squashed",
    created_at: "2026-11-20T10:15:02.123Z",
    head: "b".repeat(40),
    branch: "amp/alpha/1",
    dirty_files: 2,
    not_kept: [],
    trash_path: null,
    size: 1200,
    pinned: false,
    ...fields,
  };
}
const squash = point({ id: "2-squash", not_kept: ["big.bin"] });
const merge = point({ id: "1-merge", operation: "merge", purpose: "before the merge", dirty_files: 0, size: 0 });

function held(of: RestorePoint): PointContent {
  const files: PointContent["files"] =
    of.dirty_files === 0
      ? []
      : [
          { path: "big.bin", change: "added", size: null, kept: false },
          { path: "draft.txt", change: "added", size: 1200, kept: true },
        ];
  const effect: PointContent["effect"] = {
    branch: of.branch,
    head_before: "c".repeat(40),
    head_after: of.head,
    commits_leaving: 1,
    commits_returning: 2,
    files: [{ path: "later.txt", old_path: null, change: "deleted", added: 0, deleted: 3, binary: false, by: null, digest: "" }],
  };
  return { point: of, files, unfinished: null, effect, landed: null };
}
const diff: FileDiff = {
  path: "draft.txt",
  old_path: null,
  change: "added",
  binary: false,
  too_large: false,
  old_mode: null,
  new_mode: "100644",
  old_text: null,
  new_text: "a draft\n",
  old_image: null,
  new_image: null,
  hunks: [{ old_start: 0, old_lines: 0, new_start: 1, new_lines: 1, header: "", lines: ["+a draft"] }],
  added: 1,
  deleted: 0,
  digest: "d",
};

async function opened(answers: Answers = {}, points = [squash, merge]): Promise<FakeApp> {
  const fake = fakeApp({
    answers: {
      "history:list": () => points,
      "history:holds": ({ point: id }) => held(points.find((each) => each.id === id) ?? squash),
      "diff:file": () => diff,
      ...answers,
    },
  });
  await fake.connect();
  render(TimeMachine, { props: { session: session({ id: "a", name: "Alpha" }), onclose: () => undefined }, context: fake.context });
  await settle();
  await settle();
  return fake;
}
const list = (): HTMLElement => screen.getByRole("listbox", { name: "Restore points" });
const asked = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((each) => each.name === name).map((each) => each.payload);

describe("the time machine", () => {
  it("says what each point is for and holds, and shows the newest", async () => {
    const fake = await opened();
    expect(within(list()).getAllByRole("option").map((row) => row.textContent.replace(/\s+/g, " ").trim())).toEqual([
      expect.stringMatching(/^Before the commits were squashed .*2 files, 1\.2 kB · 1 not kept$/),
      expect.stringMatching(/^Before the merge .*the branch$/),
    ]);
    expect(screen.getByRole("heading", { name: "Before the commits were squashed" })).toBeTruthy();
    expect(asked(fake, "diff:file")).toEqual([{ session_id: "a", against: "point:2-squash", path: "draft.txt" }]);
  });

  it("teaches what points are where there are none", async () => {
    await opened({}, []);
    expect(screen.getByText("Nothing to go back to yet")).toBeTruthy();
    expect(screen.getByText(/A restore point is taken before everything that could lose work/)).toBeTruthy();
  });

  it("moves among points by keys", async () => {
    await opened();
    list().focus();
    await press("ArrowDown");
    expect(screen.getByRole("heading", { name: "Before the merge" })).toBeTruthy();
    expect(screen.getByText(/Nothing was uncommitted when it was taken/)).toBeTruthy();
  });

  it("says of a file that it is not in the point", async () => {
    await opened();
    await click(screen.getByRole("option", { name: /big\.bin/ }));
    expect(screen.getByText("Not in this point")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Restore file" })).toBeNull();
  });

  it("shows what restoring would change", async () => {
    const fake = await opened();
    await click(screen.getByRole("button", { name: /Changes if restored/ }));
    await settle();
    expect(asked(fake, "diff:file").at(-1)).toEqual({ session_id: "a", against: "commits:worktree..2-squash", path: "later.txt" });
  });

  it("restores after saying exactly what changes", async () => {
    const fake = await opened({ "history:restore": () => merge });
    await click(screen.getByRole("button", { name: "Restore" }));
    await settle();
    const dialog = screen.getByRole("dialog", { name: "Restore this point?" });
    const words = dialog.textContent.replace(/\s+/g, " ");
    expect(words).toContain("1 commit leaves the branch. The new point keeps it.");
    expect(words).toContain("2 commits come back.");
    expect(words).toContain("1 path that the point does not hold stays as it is.");
    expect(words).toContain("the present state becomes a restore point first");
    expect(asked(fake, "history:restore")).toEqual([]);
    await click(within(dialog).getByRole("button", { name: "Restore" }));
    await settle();
    expect(asked(fake, "history:restore")).toEqual([{ id: "a", point: "2-squash" }]);
    expect(screen.queryByRole("dialog", { name: "Restore this point?" })).toBeNull();
  });

  it("keeps the dialog with the reason where restoring is refused", async () => {
    await opened({
      "history:restore": () => {
        throw new AppError({ code: "busy", message: "The session is busy.", hint: "wait", details: {} });
      },
    });
    await click(screen.getByRole("button", { name: "Restore" }));
    await settle();
    await click(within(screen.getByRole("dialog", { name: "Restore this point?" })).getByRole("button", { name: "Restore" }));
    await settle();
    expect(screen.getByText("The session is busy.")).toBeTruthy();
  });

  it("takes one file", async () => {
    const fake = await opened({ "history:restore-file": () => squash });
    await click(screen.getByRole("button", { name: "Restore file" }));
    await settle();
    expect(asked(fake, "history:restore-file")).toEqual([{ id: "a", point: "2-squash", path: "draft.txt" }]);
  });

  it("pins and unpins", async () => {
    const fake = await opened({ "history:pin": ({ pinned }) => ({ ...squash, pinned }) });
    await click(screen.getByRole("button", { name: "Pin" }));
    await settle();
    expect(asked(fake, "history:pin")).toEqual([{ id: "a", point: "2-squash", pinned: true }]);
    expect(within(list()).getByText("pinned")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Unpin" })).toBeTruthy();
  });

  it("follows what happens to the session", async () => {
    const fake = await opened();
    const before = asked(fake, "history:list").length;
    fake.emit("a", { type: "git_operation", operation: "squash", sha_before: null, sha_after: null, files_changed: 0, insertions: 0, deletions: 0, conflicted: false, duration_ms: 0, message: null });
    await settle();
    expect(asked(fake, "history:list").length).toBeGreaterThan(before);
  });
});
