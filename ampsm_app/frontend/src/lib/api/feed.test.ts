import { describe, expect, it } from "vitest";
import type { EventData } from "../generated/contract";
import { event, fakeApp, session } from "../testing";

const stop: EventData = { type: "stop_requested" };
const named = (id: string, name: string): EventData => ({
  type: "session_changed",
  session: session({ id, name }),
  previous_status: null,
});
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** An app that has its snapshot at seq 10, and the numbers of the events that were delivered. */
async function started() {
  const fake = fakeApp({ snapshot: { seq: 10, sessions: [session({ id: "a", name: "old" })], total: 1 } });
  const seen: number[] = [];
  fake.app.feed.on(null, ({ seq }) => seen.push(seq));
  await fake.connect();
  const follows = (): unknown[] => fake.sent.filter(({ name }) => name === "events:follow").map(({ payload }) => payload);
  return { ...fake, seen, follows };
}

describe("the feed", () => {
  it("starts with a snapshot and follows the log from its number", async () => {
    const { app, follows } = await started();
    expect(app.sessions.get("a")?.name).toBe("old");
    expect(follows()).toEqual([{ after_seq: 10 }]);
    expect(app.feed.status).toBe("live");
  });

  it("applies deltas once and drops what is older than the snapshot", async () => {
    const { app, push, seen } = await started();
    push([event(9, "a", named("a", "older")), event(10, "a", named("a", "older")), event(11, "a", named("a", "new"))]);
    push([event(11, "a", named("a", "again"))]);
    expect(seen).toEqual([11]);
    expect(app.sessions.get("a")?.name).toBe("new");
  });

  it("acknowledges every batch", async () => {
    const { push, sent } = await started();
    push([event(11, "a", stop), event(12, "a", stop)]);
    expect(sent.at(-1)).toEqual({ name: "ack", payload: 12 });
  });

  it("fetches a gap again instead of skipping it", async () => {
    const { push, seen, follows } = await started();
    push([event(11, "a", stop)]);
    push([event(14, "a", stop)]);
    expect(seen).toEqual([11]);
    expect(follows().at(-1)).toEqual({ after_seq: 11 });
    await turn();
    push([event(12, "a", stop), event(13, "a", stop), event(14, "a", stop)]);
    expect(seen).toEqual([11, 12, 13, 14]);
  });

  it("takes a hole for true that the server sends twice", async () => {
    const { push, seen } = await started();
    push([event(20, "a", stop)]);
    await turn();
    push([event(20, "a", stop), event(21, "a", stop)]);
    expect(seen).toEqual([20, 21]);
  });

  it("resumes from the last number after a lost connection", async () => {
    const { app, push, seen, follows, drop, connect, sent } = await started();
    push([event(11, "a", stop)]);
    drop();
    expect(app.feed.status).toBe("lost");
    await connect();
    expect(follows()).toEqual([{ after_seq: 10 }, { after_seq: 11 }]);
    expect(sent.filter(({ name }) => name === "app:snapshot")).toHaveLength(1);
    push([event(12, "a", stop)]);
    expect(seen).toEqual([11, 12]);
  });

  it("starts over when another database answers", async () => {
    let seq = 10;
    const fake = fakeApp({
      answers: {
        "app:snapshot": () => ({ ...fakeSnapshot, seq, sessions: [session({ id: "b" })], total: 1 }),
        "events:follow": () => ({ seq }),
      },
    });
    await fake.connect();
    fake.drop();
    seq = 3;
    await fake.connect();
    await turn();
    expect(fake.sent.filter(({ name }) => name === "events:follow").at(-1)?.payload).toEqual({ after_seq: 3 });
    expect(fake.app.feed.status).toBe("live");
  });

  it("tells listeners of a session only about it, until they leave", async () => {
    const { app, emit } = await started();
    const heard: string[] = [];
    const leave = app.feed.on("a", ({ data }) => heard.push(data.type));
    emit("b", stop);
    emit("a", stop);
    leave();
    emit("a", stop);
    expect(heard).toEqual(["stop_requested"]);
  });

  it("asks for the rest of the sessions where the snapshot has only the first", async () => {
    const fake = fakeApp({
      snapshot: { seq: 5, sessions: [session({ id: "a" })], total: 2 },
      answers: { "session:list": () => ({ sessions: [session({ id: "a" }), session({ id: "b" })], seq: 5 }) },
    });
    await fake.connect();
    await turn();
    expect(fake.app.sessions.all.map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

const fakeSnapshot = {
  version: "1",
  mode: null,
  modes: [],
  view: {},
  theme: "dark",
  recent_repos: [],
  platform: "linux",
  home: "/home/ada",
};
