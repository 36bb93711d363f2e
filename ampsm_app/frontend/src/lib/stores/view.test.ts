import { describe, expect, it, vi } from "vitest";
import { fakeApp } from "../testing";

describe("the view", () => {
  it("changes at once and is kept by the server once it settles", async () => {
    vi.useFakeTimers();
    const { app, sent } = fakeApp();
    app.feed.start();
    await vi.advanceTimersByTimeAsync(1);
    for (const width of [300, 310, 320]) app.view.set("list", width);
    expect(app.view.get("list", 0)).toBe(320);
    await vi.advanceTimersByTimeAsync(300);
    expect(sent.filter(({ name }) => name === "view:set")).toEqual([{ name: "view:set", payload: { key: "list", value: 320 } }]);
    vi.useRealTimers();
  });

  it("falls back where what was kept is of another kind", () => {
    const { app } = fakeApp();
    app.view.reset({ width: "wide", folded: null, recent: { 0: "x" } }, "light");
    expect(app.view.get("width", 320)).toBe(320);
    expect(app.view.get("folded", true)).toBe(true);
    expect(app.view.get<string[]>("recent", [])).toEqual([]);
    expect(app.view.shownTheme).toBe("light");
  });
});
