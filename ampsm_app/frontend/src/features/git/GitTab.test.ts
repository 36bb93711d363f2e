import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { ChangedFile, DiffQuery, FileDiff } from "$lib/generated/contract";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import GitTab from "./GitTab.svelte";

const changed = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  old_path: null,
  change: "modified",
  added: 1,
  deleted: 1,
  binary: false,
  by: "agent",
  ...more,
});
const diffOf = (path: string, more: Partial<FileDiff> = {}): FileDiff => ({
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
  ...more,
});
const commit = { sha: "c".repeat(40), subject: "amp: first", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent: true };

interface Server {
  files?: ChangedFile[];
  diffs?: Record<string, Partial<FileDiff>>;
  fails?: boolean;
}

async function open({ files = [changed("a.ts"), changed("b.ts", { by: "user" })], diffs = {}, fails = false }: Server = {}): Promise<FakeApp> {
  const fake = fakeApp({
    snapshot: { view: { "git.sideBySide": false } },
    answers: {
      "diff:list": (request: DiffQuery) => {
        if (fails) throw new AppError({ code: "git", message: "git diff failed", hint: "look at the worktree" });
        return { against: request.against ?? "base", from_label: "main", to_label: "worktree", files, lines_added: 2, lines_deleted: 2 };
      },
      "git:status": () => ({ branch: "amp/x", head: "h", state: null, files: [], commits: [commit] }),
      "diff:file": (request: DiffQuery) => diffOf(request.path ?? "", diffs[request.path ?? ""]),
    },
  });
  await fake.connect();
  fake.app.sessions.reset([session({ id: "s" })], 0);
  render(GitTab, { props: { sessionId: "s" }, context: fake.context });
  const last = files.length === 0 || fails ? "git:status" : "diff:file";
  await waitFor(() => expect(asked(fake, last)).not.toHaveLength(0));
  await new Promise((resolve) => setTimeout(resolve));
  return fake;
}
const asked = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((request) => request.name === name).map((request) => request.payload);
const files = (): HTMLElement[] => within(screen.getByRole("listbox", { name: "Files" })).getAllByRole("option");

describe("the Git tab", () => {
  it("lists files and commits and opens the first file", async () => {
    await open();
    await screen.findByText("new");
    expect(files().map((row) => row.textContent.replace(/\s+/g, " ").trim())).toEqual([
      "M a.ts agent +1 −1",
      "M b.ts you +1 −1",
      expect.stringContaining("amp: first agent"),
    ]);
    expect(screen.getByText(/Committed since main · 2/)).toBeTruthy();
    expect(screen.getByRole("heading", { name: /a\.ts/ })).toBeTruthy();
  });

  it("marks removed and added lines with more than colour", async () => {
    await open();
    expect((await screen.findByText("old")).closest("del")).not.toBeNull();
    expect((await screen.findByText("new")).closest("ins")).not.toBeNull();
  });

  it("moves with j and k", async () => {
    const fake = await open();
    const list = screen.getByRole("listbox", { name: "Files" });
    list.focus();
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "b.ts", against: "base" }));
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "k", bubbles: true }));
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "a.ts" }));
  });

  it("compares with what is chosen, a commit in the list too", async () => {
    const fake = await open();
    const select = screen.getByLabelText<HTMLSelectElement>(/Against/);
    select.value = "staged";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await waitFor(() => expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: "staged" }));
    files().at(-1)?.click();
    await waitFor(() => expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commit:${commit.sha}` }));
  });

  it("leaves white space out when asked", async () => {
    const fake = await open();
    screen.getByRole("button", { name: "Ignore white space" }).click();
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ ignore_whitespace: true }));
  });

  it("looks again when the session moves, once for many events", async () => {
    const fake = await open();
    const before = asked(fake, "diff:list").length;
    for (let index = 0; index < 5; index += 1) {
      fake.emit("s", { type: "git_operation", operation: "commit", sha_before: null, sha_after: "a", files_changed: 1, insertions: 1, deletions: 0, conflicted: false, duration_ms: 1, message: null });
    }
    fake.emit("other", { type: "stop_requested" });
    await waitFor(() => expect(asked(fake, "diff:list").length).toBe(before + 1), { timeout: 2000 });
  });

  it("filters by name", async () => {
    await open();
    const field = screen.getByRole<HTMLInputElement>("searchbox", { name: "Filter files" });
    field.value = "B.TS";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await waitFor(() => expect(files()).toHaveLength(1));
    field.value = "nothing";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await screen.findByText(/No file or commit has “nothing”/);
  });

  it("says in words what has no text diff", async () => {
    await open({ files: [changed("x.bin", { binary: true })], diffs: { "x.bin": { binary: true, hunks: [], old_text: null, new_text: null } } });
    await screen.findByText("Binary file");
  });

  it("shows an image before and after", async () => {
    const image = "data:image/png;base64,AAAA";
    await open({ files: [changed("x.png", { binary: true })], diffs: { "x.png": { binary: true, hunks: [], old_image: image, new_image: image } } });
    await screen.findByAltText("x.png, before");
    expect(screen.getByAltText("x.png, after")).toBeTruthy();
  });

  it("has words for an empty session and for an error", async () => {
    const fake = await open({ files: [] });
    await screen.findByText("Nothing changed");
    expect(fake.sent.some((request) => request.name === "diff:file")).toBe(false);
  });

  it("shows the server's error with its next step", async () => {
    await open({ fails: true });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("git diff failed");
    expect(alert.textContent).toContain("look at the worktree");
  });
});
