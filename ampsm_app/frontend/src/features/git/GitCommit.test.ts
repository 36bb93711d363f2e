import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import { asked, changed, commitOf, openTab, press, settled, type, working, type Worktree } from "./testing";

const message = (): HTMLTextAreaElement => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Commit message" });
const commit = (): HTMLButtonElement => screen.getByRole<HTMLButtonElement>("button", { name: "Commit" });
const staged = (): Worktree => ({
  staged: [changed("a.ts")],
  commits: [commitOf("c", "docs: first"), commitOf("d", "amp: do it", { body: "Because.\n\nAmpsm-Session: s\nAmpsm-Iteration: 1" })],
});
const refusal = (code: string, text: string, details: unknown = null): AppError => new AppError({ code, message: text, hint: "the next step", details });

async function openMenu(of: string): Promise<HTMLElement> {
  screen.getByRole("button", { name: `Actions for commit ${of}` }).click();
  return screen.findByRole("menu");
}

describe("committing", () => {
  it("needs something staged and a message, and says which is missing", async () => {
    const worktree = staged();
    await openTab(worktree);
    expect(commit().disabled).toBe(true);
    expect(screen.getByText("Write a message first")).toBeTruthy();
    type(message(), "feat: a");
    await waitFor(() => expect(commit().disabled).toBe(false));
  });

  it("commits with Ctrl+Enter and starts over", async () => {
    const fake = await openTab(staged());
    type(message(), "feat: a\n");
    await settled();
    press("Enter", message(), { ctrlKey: true });
    await waitFor(() => expect(asked(fake, "git:commit")).toEqual([{ id: "s", message: "feat: a", amend: false, allow_secrets: false }]));
    await waitFor(() => expect(message().value).toBe(""));
  });

  it("counts the letters of the first line", async () => {
    await openTab(staged());
    type(message(), `${"é".repeat(73)}\nbody`);
    expect((await screen.findByText(/73\/72/)).textContent).toContain("too long");
  });

  it("amends with the last message, without the lines that are ours, and gives back what was typed", async () => {
    const fake = await openTab(staged());
    type(message(), "typed before");
    const amend = screen.getByRole("checkbox", { name: "Amend" });
    amend.click();
    await waitFor(() => expect(message().value).toBe("amp: do it\n\nBecause."));
    amend.click();
    await waitFor(() => expect(message().value).toBe("typed before"));
    amend.click();
    await settled();
    commit().click();
    await waitFor(() => expect(asked(fake, "git:commit")).toEqual([{ id: "s", message: "amp: do it\n\nBecause.", amend: true, allow_secrets: false }]));
  });

  it("shows what a hook said, and keeps the message", async () => {
    const said = "The commit was refused by a hook:\n\u001b[31mlint: 2 problems\u001b[0m\n  a.ts:1 no-var";
    await openTab({ ...staged(), answers: { "git:commit": () => Promise.reject(refusal("commit_hook", said)) } });
    type(message(), "feat: a");
    await settled();
    commit().click();
    const alert = await screen.findByRole("alert");
    expect(alert.querySelector("pre")?.textContent).toBe("lint: 2 problems\n  a.ts:1 no-var");
    expect(alert.textContent).toContain("commit_hook");
    expect(alert.textContent).toContain("the next step");
    expect(message().value).toBe("feat: a");
  });

  it("names secrets, and commits them only when told so", async () => {
    let asks = 0;
    const answer = (): unknown => {
      asks += 1;
      if (asks === 1) throw refusal("secret", "The commit would hold a secret: a.ts:3 (token).", { withheld: [{ path: "a.ts", line: 3, kind: "token" }] });
      return { commit_sha: "f", subject: "feat: a", status: { branch: "b", head: "f", state: null, files: [], commits: [] } };
    };
    const fake = await openTab({ ...staged(), answers: { "git:commit": answer } });
    type(message(), "feat: a");
    await settled();
    commit().click();
    expect(await screen.findByText("a.ts:3")).toBeTruthy();
    await settled();
    screen.getByRole("button", { name: "Commit all the same" }).click();
    await waitFor(() => expect(asked(fake, "git:commit").at(-1)).toMatchObject({ allow_secrets: true }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });
});

describe("commits of the branch", () => {
  it("stand below, newest first; the newest can be amended", async () => {
    await openTab(staged());
    const list = screen.getByRole("list", { name: "Commits of the branch" });
    expect(within(list).getAllByRole("listitem").map((row) => row.textContent.replace(/\s+/g, " ").trim().split(" agent")[0])).toEqual(["amp: do it", "docs: first"]);
    (within(await openMenu("ddddddd")).getByRole("menuitem", { name: /Amend/ })).click();
    await waitFor(() => expect(message().value).toBe("amp: do it\n\nBecause."));
  });

  it("can be gone back to, after saying what that does", async () => {
    const fake = await openTab(staged());
    within(await openMenu("ccccccc")).getByRole("menuitem", { name: /Roll back/ }).click();
    const dialog = await screen.findByRole("dialog", { name: "Roll back to ccccccc?" });
    expect(dialog.textContent).toContain("1 later commit leaves the branch");
    expect(dialog.textContent).toContain("amp: do it");
    expect(dialog.textContent).toContain("restore point");
    within(dialog).getByRole("button", { name: "Roll back" }).click();
    await waitFor(() => expect(asked(fake, "git:rollback")).toEqual([{ id: "s", sha: "c".repeat(40) }]));
  });
});

describe("picking from another session", () => {
  const theirs = [commitOf("1", "feat: one"), commitOf("2", "feat: two")];
  const open = async (pick: () => unknown) => {
    const worktree = staged();
    const fake = await openTab({
      ...worktree,
      answers: {
        "git:status": ({ id }) => ({ branch: "b", head: "h", state: null, files: [working("a.ts", { staged: true, unstaged: false })], commits: id === "other" ? theirs : (worktree.commits ?? []) }),
        "git:cherry-pick": pick,
      },
    });
    screen.getByRole("button", { name: /Cherry-pick/ }).click();
    const dialog = await screen.findByRole("dialog", { name: /Cherry-pick/ });
    const field = within(dialog).getByRole("combobox", { name: "Session" });
    field.focus();
    type(field, "oth");
    await settled();
    press("Enter", field);
    (await within(dialog).findByRole("checkbox", { name: /feat: two/ })).click();
    await settled();
    within(dialog).getByRole("button", { name: "Cherry-pick 1 commit" }).click();
    return { fake, dialog };
  };

  it("takes the commits that are chosen, of sessions of the same repository", async () => {
    const status = { branch: "b", head: "h", state: null, files: [], commits: [] };
    const { fake } = await open(() => ({ commits: [commitOf("3", "feat: two")], status, point: { id: "p" }, dropped: [] }));
    await waitFor(() => expect(asked(fake, "git:cherry-pick")).toEqual([{ id: "s", commits: ["2".repeat(40)], from_session: "other" }]));
    await waitFor(() => expect(fake.app.toasts.all.at(-1)).toMatchObject({ title: "1 commit picked" }));
  });

  it("names the paths that conflict", async () => {
    const refused = refusal("pick_conflict", "2222222 does not apply here.", { conflicts: [{ path: "src/x.ts", kind: "add_add" }] });
    const { dialog } = await open(() => Promise.reject(refused));
    expect((await within(dialog).findByRole("list", { name: "Conflicts" })).textContent).toContain("src/x.ts");
  });
});
