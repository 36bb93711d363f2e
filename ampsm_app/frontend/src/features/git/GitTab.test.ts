import { screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { EventData } from "$lib/generated/contract";
import { asked, changed, commitOf, openTab, options, press, rows, settled, type } from "./testing";

const two = () => ({ committed: [changed("a.ts"), changed("b.ts", { by: "user" })] });
const moved: EventData = {
  type: "git_operation",
  operation: "commit",
  sha_before: null,
  sha_after: "a",
  files_changed: 1,
  insertions: 1,
  deletions: 0,
  conflicted: false,
  duration_ms: 1,
  message: null,
};

describe("the Git tab", () => {
  it("lists files in groups and opens the first one", async () => {
    await openTab({ ...two(), staged: [changed("c.ts", { by: null })], unstaged: [changed("c.ts"), changed("d.ts", { change: "added", added: 5, deleted: 0 })] });
    expect(rows()).toEqual(["M c.ts +1 −1", "M c.ts +1 −1", "U d.ts +5", "M a.ts agent +1 −1", "M b.ts you +1 −1"]);
    expect(screen.getByText(/Staged · 1/)).toBeTruthy();
    expect(screen.getByText(/Changes · 2/)).toBeTruthy();
    expect(screen.getByText(/Committed since main · 2/)).toBeTruthy();
    expect(screen.getByRole("heading", { name: /c\.ts/ })).toBeTruthy();
  });

  it("compares a file with what its group stands for", async () => {
    const fake = await openTab({ ...two(), staged: [changed("c.ts")], unstaged: [changed("c.ts")] });
    expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "c.ts", against: "staged" });
    options()[1]?.click();
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "c.ts", against: "unstaged" }));
    options()[2]?.click();
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "a.ts", against: "committed" }));
  });

  it("marks removed and added lines with more than colour", async () => {
    await openTab(two());
    expect((await screen.findByText("old")).closest("del")).not.toBeNull();
    expect((await screen.findByText("new")).closest("ins")).not.toBeNull();
  });

  it("moves with j and k, in the list and outside it", async () => {
    const fake = await openTab(two());
    press("j");
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "b.ts" }));
    press("k");
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "a.ts" }));
    fake.app.actions.all.find((action) => action.id === "git.nextFile")?.run();
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "b.ts" }));
  });

  it("shows one change: all since base, a commit of the list, a range", async () => {
    const fake = await openTab({ ...two(), commits: [commitOf("c", "amp: first"), commitOf("d", "amp: second")] });
    const select = screen.getByLabelText<HTMLSelectElement>(/Against/);
    select.value = "base";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ path: "a.ts", against: "base" }));
    (await screen.findByRole("button", { name: /amp: second/ })).click();
    await waitFor(() => expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commit:${"d".repeat(40)}` }));
    select.value = "pick:commits";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    (await screen.findByRole("button", { name: "Compare" })).click();
    await waitFor(() => expect(asked(fake, "diff:list").at(-1)).toMatchObject({ against: `commits:${"c".repeat(40)}..worktree` }));
  });

  it("leaves white space out when asked", async () => {
    const fake = await openTab(two());
    screen.getByRole("button", { name: "Ignore white space" }).click();
    await waitFor(() => expect(asked(fake, "diff:file").at(-1)).toMatchObject({ ignore_whitespace: true }));
  });

  it("filters by name", async () => {
    await openTab(two());
    const field = screen.getByRole("searchbox", { name: "Filter files" });
    type(field, "B.TS");
    await waitFor(() => expect(rows()).toHaveLength(1));
    type(field, "nothing");
    await screen.findByText(/No file has “nothing”/);
  });

  it("shows files as a tree whose folders open and shut by mouse and keys", async () => {
    await openTab({ committed: [changed("src/a.ts"), changed("src/b.ts"), changed("web/c.ts")], view: { "git.tree": true } });
    expect(rows().map((row) => row.split(" ")[0])).toEqual(["src/", "M", "M", "web/", "M"]);
    options()[0]?.click();
    await waitFor(() => expect(rows()).toHaveLength(3));
    press("ArrowRight");
    await waitFor(() => expect(rows()).toHaveLength(5));
    screen.getByRole("button", { name: "Collapse all folders" }).click();
    await waitFor(() => expect(rows()).toHaveLength(2));
  });
});

describe("files that were looked at", () => {
  it("are marked and counted until their change is another", async () => {
    const worktree = two();
    const fake = await openTab(worktree);
    press("v");
    await screen.findByText("1 of 2 viewed");
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Viewed" }).checked).toBe(true);
    await waitFor(() => expect(asked(fake, "view:set")).toContainEqual({ key: "git.viewed.s", value: ["digest of a.ts"] }));
    worktree.committed = [changed("a.ts", { digest: "another" }), changed("b.ts")];
    fake.emit("s", moved);
    await waitFor(() => expect(screen.queryByText("1 of 2 viewed")).toBeNull(), { timeout: 2000 });
  });
});

describe("what happens meanwhile", () => {
  it("is looked at once for many events, and what is open stays open", async () => {
    const worktree = two();
    const fake = await openTab(worktree);
    options()[1]?.click();
    await settled();
    const before = asked(fake, "git:status").length;
    worktree.committed = [changed("0.ts"), ...worktree.committed];
    for (let index = 0; index < 5; index += 1) fake.emit("s", moved);
    fake.emit("other", { type: "stop_requested" });
    await waitFor(() => expect(rows()).toHaveLength(3), { timeout: 2000 });
    expect(asked(fake, "git:status").length).toBe(before + 1);
    expect(options().map((row) => row.getAttribute("aria-selected"))).toEqual(["false", "false", "true"]);
  });
});

describe("what has no text to compare", () => {
  it("is told in words", async () => {
    await openTab({ committed: [changed("x.bin", { binary: true })], diffs: { "x.bin": { binary: true, hunks: [], old_text: null, new_text: null } } });
    await screen.findByText("Binary file");
  });

  it("is shown before and after where it is an image", async () => {
    const image = "data:image/png;base64,AAAA";
    await openTab({ committed: [changed("x.png", { binary: true })], diffs: { "x.png": { binary: true, hunks: [], old_image: image, new_image: image } } });
    await screen.findByAltText("x.png, before");
    expect(screen.getByAltText("x.png, after")).toBeTruthy();
  });

  it("has words for an empty session", async () => {
    const fake = await openTab({});
    await screen.findByText("Nothing changed");
    expect(asked(fake, "diff:file")).toEqual([]);
  });

  it("shows the server's error with its next step", async () => {
    const fails = (): never => {
      throw new AppError({ code: "git", message: "git diff failed", hint: "look at the worktree" });
    };
    await openTab({ answers: { "diff:list": fails } });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("git diff failed");
    expect(alert.textContent).toContain("look at the worktree");
  });
});
