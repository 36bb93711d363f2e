import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import { chordOf } from "$ui/keys";
import { click, press, settle, type } from "../../test/user";
import SessionList from "./SessionList.svelte";

const three = [
  session({ id: "a", name: "Alpha", status: "running", running_iteration: 1, created_at: "2026-11-20T10:00:00.000Z" }),
  session({ id: "b", name: "Beta", status: "idle", created_at: "2026-11-20T09:00:00.000Z" }),
  session({ id: "c", name: "<img src=x onerror=alert(1)>", status: "error", created_at: "2026-11-20T08:00:00.000Z" }),
];

let listening: AbortController | undefined;

async function shown(): Promise<FakeApp> {
  const fake = fakeApp({ snapshot: { sessions: three, total: 3 }, answers: { "session:archive": () => three[0] } });
  render(SessionList, { props: { folded: false }, context: fake.context });
  await fake.connect();
  listening?.abort();
  listening = new AbortController();
  const { signal } = listening;
  window.addEventListener("keydown", (event) => fake.app.actions.handle(event, chordOf(event, false)), { signal });
  await settle();
  return fake;
}
const rows = (): string[] =>
  screen.getAllByRole("listitem").map((row) => row.querySelector(".name")?.textContent ?? "");
const open = (name: string): HTMLElement => screen.getByRole("button", { name: new RegExp(name) });

describe("the list of sessions", () => {
  it("shows each session with its status in words", async () => {
    await shown();
    expect(rows()).toEqual(["<img src=x onerror=alert(1)>", "Alpha", "Beta"]);
    expect(open("Alpha").textContent).toContain("running");
    expect(document.querySelector("img")).toBeNull();
  });

  it("follows what happens", async () => {
    const { emit } = await shown();
    emit("b", { type: "session_changed", session: session({ id: "b", name: "Beta", status: "awaiting-input" }), previous_status: "idle" });
    emit("a", { type: "session_deleted", trash_path: null });
    await settle();
    expect(rows()).toEqual(["Beta", "<img src=x onerror=alert(1)>"]);
  });

  it("moves with j and k and opens with Enter", async () => {
    const { app } = await shown();
    await press("j");
    await press("j");
    await settle();
    const focused = document.activeElement;
    expect(focused?.textContent).toContain("Alpha");
    if (focused) await click(focused);
    expect(app.nav.sessionId).toBe("a");
    await press("k");
    await settle();
    expect(document.activeElement?.textContent).toContain("onerror");
  });

  it("goes to the search with / and filters", async () => {
    await shown();
    await press("/");
    const search = screen.getByRole("textbox", { name: "Search" });
    expect(document.activeElement).toBe(search);
    await type(search, "bet");
    expect(rows()).toEqual(["Beta"]);
    await type(search, "nothing like it");
    expect(screen.getByText("No session is like that")).toBeDefined();
    await click(screen.getByRole("button", { name: "Show all" }));
    expect(rows()).toHaveLength(3);
  });

  it("filters by what sessions need", async () => {
    await shown();
    await click(screen.getByRole("button", { name: "Working" }));
    expect(rows()).toEqual(["Alpha"]);
    await click(screen.getByRole("button", { name: "Ready" }));
    expect(rows()).toEqual(["Alpha", "Beta"]);
  });

  it("acts on several sessions at once", async () => {
    const { app, sent } = await shown();
    await click(open("Alpha"), { ctrlKey: true });
    await click(open("Beta"), { shiftKey: true });
    expect(screen.getByText("2 selected")).toBeDefined();
    await click(screen.getByRole("button", { name: "Archive selected" }));
    const archived = sent.filter(({ name }) => name === "session:archive").map(({ payload }) => payload);
    expect(archived).toEqual([{ id: "a", archived: true }, { id: "b", archived: true }]);
    await click(open("Beta"), { ctrlKey: true });
    await click(screen.getByRole("button", { name: "Delete selected" }));
    expect(app.nav.overlay).toEqual({ kind: "delete", ids: ["b"] });
  });
});
