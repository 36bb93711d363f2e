import { render, screen, waitFor, within } from "@testing-library/svelte";
import { expect } from "vitest";
import type { Answers, FakeApp } from "$lib/testing";
import { fakeApp, session } from "$lib/testing";
import type { ChangedFile, CommitLine, DiffQuery, FileDiff, GitStatus, RestorePoint, WorkingFile } from "$lib/generated/contract";
import GitTab from "./GitTab.svelte";

/** A file of a list; for tests. */
export function changed(path: string, more: Partial<ChangedFile> = {}): ChangedFile {
  return { path, old_path: null, change: "modified", added: 1, deleted: 1, binary: false, by: "agent", digest: `digest of ${path}`, ...more };
}

/** A file that is not committed; for tests. */
export function working(path: string, more: Partial<WorkingFile> = {}): WorkingFile {
  const unstaged = { index: " ", worktree: "M", staged: false, unstaged: true, untracked: false, unmerged: false };
  return { path, old_path: null, by: null, ...unstaged, ...more };
}

/** A commit of the branch; for tests. */
export function commitOf(sha: string, subject: string, more: Partial<CommitLine> = {}): CommitLine {
  return { sha: sha.repeat(40), subject, body: "", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent: true, ...more };
}

/** A change of one line of three; for tests. */
export function diffOf(path: string, more: Partial<FileDiff> = {}): FileDiff {
  return {
    path,
    old_path: null,
    change: "modified",
    binary: false,
    too_large: false,
    old_mode: "100644",
    new_mode: "100644",
    old_text: "one\nold\nthree\n",
    new_text: "one\nnew\nthree\n",
    old_image: null,
    new_image: null,
    hunks: [{ old_start: 1, old_lines: 3, new_start: 1, new_lines: 3, header: "", lines: [" one", "-old", "+new", " three"] }],
    added: 1,
    deleted: 1,
    digest: "seen",
    ...more,
  };
}

/** What is in a worktree of which the server tells; for tests. */
export interface Worktree {
  staged?: ChangedFile[];
  unstaged?: ChangedFile[];
  committed?: ChangedFile[];
  commits?: CommitLine[];
  diffs?: Record<string, Partial<FileDiff>>;
  view?: Record<string, unknown>;
  answers?: Answers;
}

/** A Git tab on a server that has this worktree, once its first diff is there; what is in it can change later. */
export async function openTab(worktree: Worktree): Promise<FakeApp> {
  const fake = fakeApp({ snapshot: { view: { "git.sideBySide": false, ...worktree.view } }, answers: { ...answersOf(worktree), ...worktree.answers } });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s" }), session({ id: "other", name: "Other" }), session({ id: "far", repo_root: "/elsewhere" })], 0);
  render(GitTab, { props: { sessionId: "s" }, context: fake.context });
  const files = [...(worktree.staged ?? []), ...(worktree.unstaged ?? []), ...(worktree.committed ?? [])];
  await waitFor(() => expect(asked(fake, files.length === 0 ? "git:status" : "diff:file")).not.toHaveLength(0));
  await settled();
  return fake;
}

function answersOf(worktree: Worktree): Answers {
  const lists = () => ({
    staged: worktree.staged ?? [],
    unstaged: worktree.unstaged ?? [],
    committed: worktree.committed ?? [],
  });
  const status = (): GitStatus => statusOf(worktree);
  return {
    "diff:list": ({ against = "base" }: DiffQuery) => {
      const known = lists();
      const files = against in known ? known[against as keyof typeof known] : [...known.unstaged, ...known.committed];
      return { against, from_label: "main", to_label: "worktree", files, lines_added: 0, lines_deleted: 0 };
    },
    "git:status": status,
    "diff:file": ({ path }: DiffQuery) => diffOf(path ?? "", worktree.diffs?.[path ?? ""]),
    "git:stage": status,
    "git:unstage": status,
    "git:discard": () => ({ status: status(), point, set_aside: [], aside: null, left: [] }),
    "git:commit": () => ({ commit_sha: "f".repeat(40), subject: "done", status: status() }),
    "git:rollback": () => ({ status: status(), point }),
    "history:restore": () => point,
  };
}

function statusOf({ staged = [], unstaged = [], commits = [] }: Worktree): GitStatus {
  const paths = [...new Set([...staged, ...unstaged].map((file) => file.path))];
  const files = paths.map((path) => {
    const [isStaged, file] = [staged.some((each) => each.path === path), unstaged.find((each) => each.path === path)];
    return working(path, { staged: isStaged, unstaged: file !== undefined, untracked: file?.change === "added" });
  });
  return { branch: "amp/x", head: "h", state: null, files, commits };
}

const point = { id: "point", operation: "discard" } as RestorePoint;

/** What was asked of one name, in order; for tests. */
export function asked(fake: FakeApp, name: string): unknown[] {
  return fake.sent.filter((request) => request.name === name).map((request) => request.payload);
}

/** The rows of the list that can be chosen, in words; for tests. */
export function rows(): string[] {
  return options().map((row) => row.textContent.replace(/\s+/g, " ").trim());
}

/** The rows of the list that can be chosen; for tests. */
export function options(): HTMLElement[] {
  return within(screen.getByRole("listbox", { name: "Files" })).queryAllByRole("option");
}

/** Presses a key in the list, or wherever `target` is; for tests. */
export function press(key: string, target: Element = screen.getByRole("listbox", { name: "Files" }), more: KeyboardEventInit = {}): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

/** Types into a field; for tests. */
export function type(field: HTMLElement, text: string): void {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Waits until what was asked has been answered and shown; for tests. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
}
