import { describe, expect, it } from "vitest";
import type { EventData } from "../generated/contract";
import { fakeApp, session } from "../testing";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function started() {
  const fake = fakeApp({
    snapshot: { sessions: [session({ id: "a", name: "Alpha" }), session({ id: "b", name: "Beta" })], total: 2 },
    answers: { "session:get": () => ({ session: session({ id: "a" }), iterations: [], merge: null, busy: false }) },
  });
  await fake.connect();
  fake.app.nav.open("a");
  return fake;
}
const ended = (outcome: "completed" | "failed", status: "idle" | "error"): EventData => ({
  type: "iteration_end",
  iteration_number: 1,
  status,
  outcome,
  git_sha: "a",
  commit_sha: null,
  changed_files: 0,
  duration_ms: 5,
  exit_code: 0,
  message: null,
});

describe("events", () => {
  it("change and delete rows of the list", async () => {
    const { app, emit } = await started();
    emit("a", { type: "session_changed", session: session({ id: "a", name: "Renamed" }), previous_status: null });
    emit("b", { type: "session_deleted", trash_path: null });
    expect(app.sessions.all.map(({ name }) => name)).toEqual(["Renamed"]);
  });

  it("tell of a turn that ended elsewhere, with a way to it", async () => {
    const { app, emit } = await started();
    emit("b", ended("failed", "error"));
    expect(app.toasts.all).toMatchObject([{ tone: "bad", title: "Beta failed" }]);
    app.toasts.all[0]?.action?.run();
    expect(app.nav.sessionId).toBe("b");
  });

  it("tell nothing of the session on screen", async () => {
    const { app, emit } = await started();
    emit("a", ended("completed", "idle"));
    expect(app.toasts.all).toEqual([]);
  });

  it("tell of an error that belongs to no session", async () => {
    const { app, emit } = await started();
    emit(null, { type: "error", code: "disk_full", message: "The disk is full.", hint: "Free some space." });
    expect(app.toasts.all).toMatchObject([{ tone: "bad", title: "The disk is full.", text: "Free some space." }]);
  });

  it("of a turn make the open session fresh, those of others do not", async () => {
    const { app, emit, sent } = await started();
    app.detail.open("a");
    await turn();
    const asked = (): number => sent.filter(({ name }) => name === "session:get").length;
    const before = asked();
    emit("b", ended("completed", "idle"));
    await turn();
    expect(asked()).toBe(before);
    emit("a", ended("completed", "idle"));
    await turn();
    expect(asked()).toBe(before + 1);
  });

  it("of a kind that a newer server knows do no harm", async () => {
    const { app, emit } = await started();
    emit("a", { type: "from_the_future" } as unknown as EventData);
    emit("a", { type: "session_changed", session: session({ id: "a", name: "After" }), previous_status: null });
    expect(app.sessions.get("a")?.name).toBe("After");
  });
});
