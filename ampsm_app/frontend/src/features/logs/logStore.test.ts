import { describe, expect, it, vi } from "vitest";
import type { Event, EventPage, EventQuery } from "$lib/generated/contract";
import { event, fakeApp } from "$lib/testing";
import { LogStore } from "./logStore.svelte";

const all = { kinds: [], search: "", iterationId: null };
const said = (seq: number): Event =>
  event(seq, "s", { type: "assistant_message", text: `line ${String(seq)}`, message_id: null, parent_tool_use_id: null });
const log = (count: number): Event[] => Array.from({ length: count }, (_, index) => said(index + 1));

/** A log on a server: pages of at most 500, oldest first. */
function pager(events: Event[]): (query: EventQuery) => EventPage {
  return ({ before_seq: before, after_seq: after, limit = 200 }) => {
    if (typeof after === "number") {
      const rest = events.filter((entry) => entry.seq > after);
      return { events: rest.slice(0, limit), more: rest.length > limit };
    }
    const rest = events.filter((entry) => entry.seq < (before ?? Infinity));
    return { events: rest.slice(-limit), more: rest.length > limit };
  };
}
async function storeOf(events: Event[]): Promise<LogStore> {
  const fake = fakeApp({ answers: { "events:page": pager(events) } });
  await fake.connect();
  const store = new LogStore(fake.api, "s");
  await store.show(all);
  return store;
}
const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

describe("the log", () => {
  it("shows the newest page first and older ones when asked", async () => {
    const store = await storeOf(log(1200));
    expect([store.lines.length, store.lines[0]?.text, store.more]).toEqual([500, "line 701", true]);
    expect(await store.older()).toBe(500);
    expect(await store.older()).toBe(200);
    expect([store.lines[0]?.text, store.lines.length, store.more]).toEqual(["line 1", 1200, false]);
    expect(await store.older()).toBe(0);
  });

  it("adds what happens, once, and counts what is out of sight", async () => {
    const store = await storeOf(log(3));
    store.add(said(4));
    await frame();
    expect(store.lines.map((line) => line.seq)).toEqual([1, 2, 3, 4]);
    store.atEnd = false;
    store.add(said(4));
    store.add(said(5));
    await frame();
    expect([store.lines.length, store.unseen]).toEqual([5, 1]);
  });

  it("does not grow for ever while it is followed", async () => {
    const store = await storeOf([]);
    for (let seq = 1; seq <= 20_000; seq += 1) {
      store.add(said(seq));
      if (seq % 1000 === 0) await frame();
    }
    await frame();
    expect(store.lines.length).toBeLessThanOrEqual(7500);
    expect(store.lines.at(-1)?.seq).toBe(20_000);
    expect(store.more).toBe(true);
  });

  it("gives everything for a file", async () => {
    const store = await storeOf(log(1201));
    expect((await store.everything()).map((entry) => entry.seq)).toEqual(log(1201).map((entry) => entry.seq));
  });

  it("forgets an answer that another filter overtook", async () => {
    const answers: ((page: EventPage) => void)[] = [];
    const api = { request: vi.fn(() => new Promise<EventPage>((resolve) => answers.push(resolve))) };
    const store = new LogStore(api as never, "s");
    const first = store.show(all);
    const second = store.show({ ...all, search: "x" });
    answers[1]?.({ events: [said(9)], more: false });
    await second;
    answers[0]?.({ events: [said(1)], more: true });
    await first;
    expect(store.lines.map((line) => line.seq)).toEqual([9]);
    expect(store.more).toBe(false);
  });

  it("says why it could not be read", async () => {
    const fake = fakeApp();
    await fake.connect();
    const store = new LogStore(fake.api, "s");
    await store.show(all);
    expect(store.error?.code).toBe("not_found");
  });
});
