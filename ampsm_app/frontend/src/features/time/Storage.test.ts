import { render, screen, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import type { SpaceItem, SpaceReport, TrashEntry } from "$lib/generated/contract";
import { fakeApp, type Answers, type FakeApp } from "$lib/testing";
import { click, settle } from "../../test/user";
import Storage from "./Storage.svelte";

const ROOT = "/home/ada/shop";

function item(fields: Partial<SpaceItem> & { id: string }): SpaceItem {
  return {
    kind: "worktree",
    repo_root: ROOT,
    path: `${ROOT}/.worktrees/${fields.id}`,
    session_id: null,
    session_name: null,
    size: 2_000_000,
    since: "2026-11-20T10:15:02.123Z",
    action: "trash",
    loses: null,
    proposed: true,
    reason: "merged",
    done: false,
    ...fields,
  };
}
function entry(fields: Partial<TrashEntry> & { id: string }): TrashEntry {
  return {
    repo_root: ROOT,
    path: `${ROOT}/.git/ampsm/trash/${fields.id}`,
    kind: "worktree",
    session_id: "a",
    session_name: "Alpha",
    deleted: true,
    trashed_at: "2026-11-20T10:15:02.123Z",
    size: 5_000_000,
    point: "1-delete",
    pinned: false,
    branch: "amp/alpha/1",
    unmerged_commits: 2,
    uncommitted_files: 0,
    not_kept: [],
    restorable: true,
    ...fields,
  };
}
const merged = item({ id: "worktree:m", session_name: "Merged" });
const idle = item({ id: "worktree:i", session_name: "Idle", proposed: false, reason: "the session is idle" });
const dead = item({ id: "temp:x", kind: "temp", repo_root: null, path: "/tmp/ampsm-backup-1", action: "delete", size: 500 });
const report: SpaceReport = {
  items: [idle, merged, dead],
  totals: [
    { kind: "worktree", repo_root: ROOT, count: 2, size: 4_000_000, reclaimable: 2_000_000 },
    { kind: "point", repo_root: ROOT, count: 12, size: 90_000, reclaimable: 0 },
    { kind: "temp", repo_root: null, count: 1, size: 500, reclaimable: 500 },
  ],
  size: 4_090_500,
  reclaimable: 2_000_500,
  reclaimed: 0,
  failures: [],
};
const trash = [entry({ id: "a-1" }), entry({ id: "b-2", kind: "aside", session_name: "Beta", point: null, restorable: false, unmerged_commits: 0 })];

async function opened(answers: Answers = {}): Promise<FakeApp> {
  const fake = fakeApp({ answers: { "space:show": () => report, "trash:list": () => trash, ...answers } });
  await fake.connect();
  render(Storage, { props: { onclose: () => undefined, onopen: () => undefined }, context: fake.context });
  await settle();
  await settle();
  return fake;
}
const asked = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((each) => each.name === name).map((each) => each.payload);
const openTrash = async (): Promise<void> => {
  await click(screen.getByRole("tab", { name: /Trash/ }));
  await settle();
};

describe("storage", () => {
  it("sums what takes space, repository by repository", async () => {
    await opened();
    expect(screen.getByRole("heading", { name: "~/shop" })).toBeTruthy();
    expect(screen.getByRole("heading", { name: "This machine" })).toBeTruthy();
    expect(screen.getByText("2.0 MB can go")).toBeTruthy();
    const foot = screen.getByText(/in use\./).textContent.replace(/\s+/g, " ");
    expect(foot).toContain("4.1 MB in use. 2.0 MB of it chosen to go.");
  });

  it("cleans up what is chosen, after saying what that does", async () => {
    const fake = await opened({ "space:clean": () => ({ ...report, items: [{ ...merged, done: true }], reclaimed: 500 }) });
    await click(screen.getByRole("checkbox", { name: /Idle/ }));
    await click(screen.getByRole("button", { name: "Clean up…" }));
    const dialog = screen.getByRole("dialog", { name: "Clean up 3 things?" });
    expect(dialog.textContent.replace(/\s+/g, " ")).toContain("500 B become free at once. 4.0 MB move to the trash");
    expect(asked(fake, "space:clean")).toEqual([]);
    await click(within(dialog).getByRole("button", { name: "Clean up" }));
    await settle();
    expect(new Set((asked(fake, "space:clean")[0] as { ids: string[] }).ids)).toEqual(new Set(["worktree:m", "worktree:i", "temp:x"]));
  });

  it("says what could not be cleaned up", async () => {
    const fake = await opened({ "space:clean": () => ({ ...report, failures: ["/x stays: at work just now"] }) });
    await click(screen.getByRole("button", { name: "Clean up…" }));
    await click(screen.getByRole("button", { name: "Clean up" }));
    await settle();
    expect(fake.app.toasts.all.at(-1)).toMatchObject({ tone: "warn", text: "/x stays: at work just now" });
  });

  it("lists the trash and brings back", async () => {
    const fake = await opened({ "trash:restore": () => ({ entry: trash[0], worktree_path: "/x", point: null }) });
    await openTrash();
    const [first, second] = within(screen.getByRole("list", { name: "Trash" })).getAllByRole("listitem");
    expect(first?.textContent.replace(/\s+/g, " ")).toContain("2 unmerged commits");
    expect(within(second as HTMLElement).getByRole("button", { name: "Restore" })).toHaveProperty("disabled", true);
    await click(within(first as HTMLElement).getByRole("button", { name: "Restore" }));
    await settle();
    expect(asked(fake, "trash:restore")).toEqual([{ id: "a-1" }]);
  });

  it("empties what is ticked, after saying what is nowhere else", async () => {
    const fake = await opened({ "trash:empty": () => ({ removed: [trash[0]], kept: [], freed: 5_000_000 }) });
    await openTrash();
    await click(screen.getByRole("button", { name: "Empty…" }));
    expect(screen.getByRole("dialog", { name: "Delete 2 entries for good?" }).textContent).toContain("Beta: no restore point holds its files.");
    await click(screen.getByRole("button", { name: "Cancel" }));
    await click(screen.getByRole("checkbox", { name: "Choose Alpha" }));
    await click(screen.getByRole("button", { name: "Empty…" }));
    const dialog = screen.getByRole("dialog", { name: "Delete this for good?" });
    expect(dialog.textContent).toContain("Alpha: 2 unmerged commits. Its restore point keeps that.");
    await click(within(dialog).getByRole("button", { name: "Delete for good" }));
    await settle();
    expect(asked(fake, "trash:empty")).toEqual([{ ids: ["a-1"] }]);
  });

  it("teaches what the trash is where it is empty", async () => {
    await opened({ "trash:list": () => [] });
    await openTrash();
    expect(screen.getByText("The trash is empty")).toBeTruthy();
  });
});
