import { render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import App from "./App.svelte";
import { click, press, settle } from "./test/user";

async function opened(view: Record<string, unknown> = {}, connect = true): Promise<FakeApp> {
  const row = session({ id: "a", name: "Alpha" });
  const fake = fakeApp({
    snapshot: { sessions: [row], total: 1, view, theme: "light" },
    answers: {
      "session:get": () => ({ session: row, iterations: [], merge: null, busy: false }),
      "events:page": () => ({ events: [], more: false }),
      "git:status": () => ({ branch: row.branch, head: "b", state: null, files: [], commits: [] }),
      "history:list": () => [],
      ...(connect ? {} : { "app:snapshot": () => new Promise(() => undefined) }),
    },
  });
  render(App, { app: fake.app });
  await settle();
  return fake;
}

describe("the page", () => {
  afterEach(() => delete document.documentElement.dataset["theme"]);

  it("has its landmarks, and says that it loads until the first snapshot", async () => {
    await opened({}, false);
    expect(screen.getByRole("navigation", { name: "Main" })).toBeDefined();
    expect(screen.getByText("Loading sessions")).toBeDefined();
    expect(screen.queryByRole("list", { name: "Sessions" })).toBeNull();
  });

  it("shows sessions in the theme that the server kept", async () => {
    await opened();
    expect(screen.getByRole("link", { name: "Sessions" })).toBeDefined();
    expect(screen.getByRole("list", { name: "Sessions" }).textContent).toContain("Alpha");
    expect(document.documentElement.dataset["theme"]).toBe("light");
  });

  it("opens the session that was open last, with its tabs", async () => {
    const { app } = await opened({ session: "a", tab: "overview" });
    await settle();
    expect(app.nav.sessionId).toBe("a");
    expect(screen.getAllByRole("tab").map((tab) => tab.textContent.trim())).toEqual(["Overview", "Git", "Timeline", "Logs"]);
    expect(document.title).toBe("Alpha – Amp Sessions");
  });

  it("says when the connection is lost, and that it is back", async () => {
    const fake = await opened();
    fake.drop();
    await settle();
    expect(screen.getByText("Reconnecting")).toBeDefined();
    await fake.connect();
    await settle();
    expect(screen.queryByText("Reconnecting")).toBeNull();
  });

  it("leaves a session that was deleted elsewhere", async () => {
    const fake = await opened({ session: "a" });
    await settle();
    fake.emit("a", { type: "session_deleted", trash_path: null });
    await settle();
    expect(fake.app.nav.sessionId).toBeNull();
    expect(screen.getByText("Start with a goal")).toBeDefined();
  });

  it("opens dialogs by their keys and gives the focus back", async () => {
    await opened();
    const search = screen.getByRole("textbox", { name: "Search" });
    await press("?");
    expect(screen.getByRole("dialog", { name: "Keys" }).textContent).toContain("Next session");
    await click(screen.getByRole("button", { name: "Close" }));
    await press("/");
    expect(document.activeElement).toBe(search);
    await press("k", { ctrlKey: true });
    expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Search or run" }));
  });
});
