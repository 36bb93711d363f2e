import { describe, expect, it } from "vitest";
import { settle } from "../../test/user";
import { fakeApp, type FakeApp } from "../testing";

const asked = (fake: FakeApp): unknown[] => fake.sent.filter(({ name }) => name === "worktree:watch").map(({ payload }) => payload);

async function started(): Promise<FakeApp> {
  const fake = fakeApp();
  await fake.connect();
  return fake;
}

describe("the watch of a worktree", () => {
  it("is asked for while somebody looks, and told to that one only", async () => {
    const fake = await started();
    let told = 0;
    const leave = fake.app.worktree.on("a", () => (told += 1));
    await settle();
    expect(asked(fake)).toEqual([{ id: "a" }]);
    fake.edit("a");
    fake.edit("b");
    expect(told).toBe(1);
    leave();
    fake.edit("a");
    expect(told).toBe(1);
    await settle(400);
    expect(asked(fake)).toEqual([{ id: "a" }, { id: null }]);
  });

  it("goes on from one tab to the next", async () => {
    const fake = await started();
    const leave = fake.app.worktree.on("a", () => undefined);
    await settle();
    leave();
    fake.app.worktree.on("a", () => undefined);
    await settle(400);
    expect(asked(fake)).toEqual([{ id: "a" }]);
  });

  it("follows the session that is opened", async () => {
    const fake = await started();
    fake.app.worktree.on("a", () => undefined)();
    fake.app.worktree.on("b", () => undefined);
    await settle(400);
    expect(asked(fake)).toEqual([{ id: "b" }]);
  });

  it("is renewed after a lost connection, and looks again at what may have changed", async () => {
    const fake = await started();
    let told = 0;
    fake.app.worktree.on("a", () => (told += 1));
    await settle();
    fake.drop();
    await fake.connect();
    await settle();
    expect(asked(fake)).toEqual([{ id: "a" }, { id: "a" }]);
    expect(told).toBe(1);
  });
});
