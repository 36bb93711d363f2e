import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import { session } from "$lib/testing";
import { asked, changed, commitOf, openTab, options, press, settled, type, type Worktree } from "./testing";

const click = (name: string | RegExp): void => screen.getByRole("button", { name }).click();
const message = (): HTMLElement => screen.getByRole("textbox", { name: "Commit message" });
const hunks = [
  { old_start: 1, old_lines: 3, new_start: 1, new_lines: 3, header: "", lines: [" one", "-old", "+new", " three"] },
  { old_start: 20, old_lines: 2, new_start: 20, new_lines: 3, header: "", lines: [" 20", "+more", "+lines", " 21"] },
];
const long = (line: string, more: string): string => ["one", line, "three", ...Array.from({ length: 17 }, (_, at) => String(at + 4)), more, "21", ""].filter((each) => each !== "-").join("\n");
const texts = { old_text: long("old", "-"), new_text: long("new", "more\nlines"), hunks, digest: "seen" };
const dirty = (): Worktree => ({ unstaged: [changed("a.ts"), changed("b.ts")], commits: [commitOf("c", "docs: say it")], diffs: { "a.ts": texts } });

describe("staging files", () => {
  it("goes by their boxes, and on to the next file", async () => {
    const worktree = dirty();
    const fake = await openTab(worktree);
    worktree.staged = [changed("a.ts")];
    worktree.unstaged = [changed("b.ts")];
    screen.getByRole("checkbox", { name: "Stage a.ts" }).click();
    await waitFor(() => expect(asked(fake, "git:stage")).toEqual([{ id: "s", paths: ["a.ts"] }]));
    await waitFor(() => expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Stage a.ts" }).checked).toBe(true));
    expect(options().map((row) => row.getAttribute("aria-selected"))).toEqual(["false", "true"]);
    screen.getByRole("checkbox", { name: "Stage a.ts" }).click();
    await waitFor(() => expect(asked(fake, "git:unstage")).toEqual([{ id: "s", paths: ["a.ts"] }]));
  });

  it("goes by keys: space, s and u; Delete asks first", async () => {
    const fake = await openTab(dirty());
    press(" ");
    await waitFor(() => expect(asked(fake, "git:stage")).toHaveLength(1));
    await settled();
    press("j");
    await settled();
    press("s");
    await waitFor(() => expect(asked(fake, "git:stage").at(-1)).toEqual({ id: "s", paths: ["b.ts"] }));
    await settled();
    press("Delete");
    const dialog = await screen.findByRole("dialog", { name: "Discard?" });
    expect(dialog.textContent).toContain("the changes of b.ts");
    expect(asked(fake, "git:discard")).toEqual([]);
    within(dialog).getByRole("button", { name: "Discard" }).click();
    await waitFor(() => expect(asked(fake, "git:discard")).toEqual([{ id: "s", paths: ["b.ts"] }]));
    await waitFor(() => expect(fake.app.toasts.all.at(-1)).toMatchObject({ title: "Discarded", action: { label: "Undo" } }));
    fake.app.toasts.all.at(-1)?.action?.run();
    await waitFor(() => expect(asked(fake, "history:restore")).toEqual([{ id: "s", point: "point" }]));
  });

  it("can be all or nothing at once", async () => {
    const fake = await openTab({ ...dirty(), staged: [changed("c.ts")] });
    click("Stage all");
    await waitFor(() => expect(asked(fake, "git:stage")).toEqual([{ id: "s", paths: [] }]));
    await settled();
    click("Unstage all");
    await waitFor(() => expect(asked(fake, "git:unstage")).toEqual([{ id: "s", paths: [] }]));
  });

  it("has a menu for each file", async () => {
    await openTab(dirty());
    options()[1]?.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2, clientY: 60 }));
    const menu = await screen.findByRole("menu");
    expect(within(menu).getAllByRole("menuitem").map((item) => item.textContent.replace(/\s+/g, " ").trim())).toEqual([
      "Stage Space",
      "Discard changes… Delete",
      "Mark as viewed v",
      "Show all since base",
      "Copy path",
    ]);
  });
});

describe("staging parts of a file", () => {
  it("has buttons on each hunk that name it with what was seen", async () => {
    const fake = await openTab(dirty());
    expect(await screen.findAllByRole("button", { name: "Stage hunk" })).toHaveLength(2);
    screen.getAllByRole("button", { name: "Stage hunk" })[1]?.click();
    await waitFor(() =>
      expect(asked(fake, "git:stage")).toEqual([{ id: "s", paths: ["a.ts"], selection: { digest: "seen", hunks: [{ index: 1, lines: null }] } }]),
    );
  });

  it("offers to unstage what is staged, and nothing of what is committed", async () => {
    const fake = await openTab({ staged: [changed("a.ts")], committed: [changed("a.ts")] });
    (await screen.findByRole("button", { name: "Unstage hunk" })).click();
    await waitFor(() => expect(asked(fake, "git:unstage").at(-1)).toMatchObject({ selection: { hunks: [{ index: 0 }] } }));
    await settled();
    options()[1]?.click();
    await waitFor(() => expect(screen.queryByRole("button", { name: /hunk$/ })).toBeNull());
  });

  it("goes by keys while one reads", async () => {
    const fake = await openTab(dirty());
    document.querySelector<HTMLElement>(".cm-content")?.focus();
    const run = (id: string): void => fake.app.actions.all.find((action) => action.id === id)?.run();
    run("git.moreLines");
    run("git.moreLines");
    await screen.findByText("2 lines chosen");
    click("Stage lines");
    await waitFor(() => expect(asked(fake, "git:stage").at(-1)).toMatchObject({ selection: { digest: "seen", hunks: [{ index: 0, lines: null }] } }));
    await settled();
    run("git.fewerLines");
    run("git.discard");
    const dialog = await screen.findByRole("dialog", { name: "Discard?" });
    expect(dialog.textContent).toContain("1 line of a.ts");
  });

  it("is told apart from a change that came meanwhile", async () => {
    const fake = await openTab({
      ...dirty(),
      answers: {
        "git:stage": () => {
          throw new AppError({ code: "diff_changed", message: "a.ts has changed since.", hint: "look at it again" });
        },
      },
    });
    const before = asked(fake, "diff:file").length;
    (await screen.findAllByRole("button", { name: "Stage hunk" }))[0]?.click();
    await waitFor(() => expect(fake.app.toasts.all.at(-1)).toMatchObject({ title: "It could not be staged", tone: "bad" }));
    expect(asked(fake, "diff:file").length).toBeGreaterThan(before);
  });

  it("needs white space to be shown", async () => {
    await openTab(dirty());
    await screen.findAllByRole("button", { name: "Stage hunk" });
    click("Ignore white space");
    await waitFor(() => expect(screen.getAllByRole<HTMLButtonElement>("button", { name: "Stage hunk" })[0]?.disabled).toBe(true));
  });
});

describe("while the agent works", () => {
  it("nothing can be changed, and everything says why", async () => {
    const fake = await openTab({ ...dirty(), staged: [changed("c.ts")] });
    fake.app.sessions.reset([session({ id: "s", status: "running" })], 1);
    await waitFor(() => expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Stage a.ts" }).disabled).toBe(true));
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Stage all" }).disabled).toBe(true);
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Commit message" }).readOnly).toBe(true);
    expect(screen.getByText(/The agent is working/)).toBeTruthy();
    press("s");
    await settled();
    expect(asked(fake, "git:stage")).toEqual([]);
  });
});

describe("the commit message", () => {
  it("is kept with the session while it is written", async () => {
    const fake = await openTab({ ...dirty(), view: { "git.message.s": "half a" } });
    expect((message() as HTMLTextAreaElement).value).toBe("half a");
    type(message(), "half a thought");
    await waitFor(() => expect(asked(fake, "view:set")).toContainEqual({ key: "git.message.s", value: "half a thought" }));
  });
});
