import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeApp, session, type FakeApp } from "$lib/testing";
import { press, settle, type } from "../../test/user";
import { globalActions } from "./actions";
import Palette from "./Palette.svelte";
import { usedLast } from "./palette";

async function opened(view: Record<string, unknown> = {}): Promise<FakeApp> {
  const fake = fakeApp({ snapshot: { sessions: [session({ id: "a", name: "Theme of the reports" })], total: 1, view } });
  await fake.connect();
  fake.app.actions.register(globalActions(fake.app));
  fake.app.nav.show({ kind: "palette" });
  render(Palette, { context: fake.context });
  await settle();
  return fake;
}
const found = (): string[] => screen.getAllByRole("option").map((option) => option.querySelector(".ellipsis")?.textContent ?? "");

describe("the palette", () => {
  it("runs an action by its name and remembers it", async () => {
    const { app } = await opened();
    await type(screen.getByRole("combobox"), "gruvbox light");
    await press("Enter");
    expect(app.view.theme).toBe("light");
    expect(app.nav.overlay).toBeNull();
    expect(app.view.get<string[]>("palette.recent", [])).toEqual(["theme.light"]);
  });

  it("finds sessions and opens them", async () => {
    const { app } = await opened();
    await type(screen.getByRole("combobox"), "reports");
    await press("Enter");
    expect(app.nav.sessionId).toBe("a");
  });

  it("shows what was used last first", async () => {
    await opened({ "palette.recent": ["session:a", "theme.contrast"] });
    expect(found().slice(0, 2)).toEqual(["Theme of the reports", "Theme: High contrast"]);
  });

  it("keeps the last eight, each once", () => {
    const used = ["1", "2", "3", "4", "5", "6", "7", "8"];
    expect(usedLast(used, "4")).toEqual(["4", "1", "2", "3", "5", "6", "7", "8"]);
    expect(usedLast(used, "9")).toHaveLength(8);
  });
});
