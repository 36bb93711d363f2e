import { describe, expect, it } from "vitest";
import { session } from "../testing";
import { SessionsStore } from "./sessions.svelte";

describe("the sessions", () => {
  it("keep what is newer when an older list arrives", () => {
    const store = new SessionsStore();
    store.reset([session({ id: "a", name: "first" })], 10);
    store.merge([session({ id: "a", name: "changed" })], 12);
    store.merge([session({ id: "a", name: "listed" }), session({ id: "b" })], 11);
    expect(store.get("a")?.name).toBe("changed");
    expect(store.get("b")).toBeDefined();
  });

  it("stay deleted when an older list still has them", () => {
    const store = new SessionsStore();
    store.reset([session({ id: "a" })], 10);
    store.remove("a", 12);
    store.merge([session({ id: "a" })], 11);
    expect(store.all).toEqual([]);
  });

  it("start anew with a snapshot", () => {
    const store = new SessionsStore();
    store.reset([session({ id: "a" })], 10);
    store.remove("b", 99);
    store.reset([session({ id: "b" })], 4);
    expect(store.all.map(({ id }) => id)).toEqual(["b"]);
  });
});
