import { describe, expect, it } from "vitest";
import type { OutputPiece, OutputQuery } from "$lib/generated/contract";
import { fakeApp } from "$lib/testing";
import { RawStore } from "./rawStore.svelte";

async function storeOf(output: { text: string }): Promise<RawStore> {
  let points: string[] = [];
  const answer = ({ offset = 0, limit = 1000 }: OutputQuery): OutputPiece => {
    if (points.length !== output.text.length) points = Array.from(output.text);
    const end = Math.min(points.length, offset + limit);
    return { text: points.slice(offset, end).join(""), next_offset: end < points.length ? end : null, size: points.length };
  };
  const fake = fakeApp({ answers: { "iteration:output": answer } });
  await fake.connect();
  return new RawStore(fake.api, "i");
}
const long = Array.from({ length: 60_000 }, (_, index) => `line ${String(index)}`).join("\n");

describe("raw output", () => {
  it("is read forward in pieces", async () => {
    const store = await storeOf({ text: long });
    await store.first();
    expect([store.text.length, store.before, store.after]).toEqual([200_000, false, true]);
    await store.next();
    expect(store.text).toBe(long.slice(0, 400_000));
  });

  it("is read backward from its end", async () => {
    const store = await storeOf({ text: long });
    await store.last();
    expect(store.text).toBe(long.slice(-200_000));
    await store.previous();
    expect(store.text).toBe(long.slice(-400_000));
    expect([store.before, store.after]).toEqual([true, false]);
  });

  it("goes on where a running turn has written more", async () => {
    const output = { text: "one\n" };
    const store = await storeOf(output);
    await store.first();
    output.text += "two\n";
    await store.next();
    expect(store.text).toBe("one\ntwo\n");
  });

  it("counts characters as the server does", async () => {
    const store = await storeOf({ text: "🙂".repeat(250_000) });
    await store.first();
    await store.next();
    expect([store.text, store.end, store.after]).toEqual(["🙂".repeat(250_000), 250_000, false]);
  });

  it("keeps a bounded part of an endless one", async () => {
    const store = await storeOf({ text: "x".repeat(5_000_000) });
    await store.first();
    for (let piece = 0; piece < 24; piece += 1) await store.next();
    expect(store.text.length).toBe(2_000_000);
    expect([store.start, store.end]).toEqual([3_000_000, 5_000_000]);
  });
});
