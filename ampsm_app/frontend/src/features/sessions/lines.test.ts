import { describe, expect, it } from "vitest";
import { session } from "$lib/testing";
import { arrange, reasonOf, sessionsOf, type Arrangement } from "./lines";

const everything: Arrangement = { by: "status", search: "", stages: [], archived: false };
const sessions = [
  session({ id: "done", status: "done", created_at: "2026-11-20T10:00:00.000Z" }),
  session({ id: "idle", status: "idle", created_at: "2026-11-20T11:00:00.000Z", repo_root: "/r/core" }),
  session({ id: "error", status: "error", last_run_at: "2026-11-20T12:00:00.000Z" }),
  session({ id: "waiting", status: "awaiting-input", last_run_at: "2026-11-20T09:00:00.000Z", name: "Übersetzung" }),
  session({ id: "running", status: "running", repo_root: "/r/core" }),
  session({ id: "conflict", status: "idle", merge_status: "conflict" }),
  session({ id: "archived", archived_at: "2026-11-20T10:00:00.000Z" }),
];
const ids = (arrangement: Partial<Arrangement>): string[] =>
  sessionsOf(arrange(sessions, { ...everything, ...arrangement })).map(({ id }) => id);

describe("the list of sessions", () => {
  it("puts what waits for the user first, then work, then the rest, newest first", () => {
    expect(ids({})).toEqual(["waiting", "error", "conflict", "running", "idle", "done"]);
  });

  it("has a heading with a count for each group", () => {
    const headings = arrange(sessions, everything).filter((line) => line.kind === "group");
    expect(headings.map(({ label, count }) => `${label} ${count}`)).toEqual(["Needs you 3", "Working 1", "Ready 1", "Done 1"]);
  });

  it("groups by repository with the urgent first in each", () => {
    const headings = arrange(sessions, { ...everything, by: "repository" }).filter((line) => line.kind === "group");
    expect(headings.map(({ label }) => label)).toEqual(["frontend", "core"]);
    expect(ids({ by: "repository" })).toEqual(["waiting", "error", "conflict", "done", "running", "idle"]);
  });

  it("filters by stage, by words anywhere in it, and shows archived ones on request", () => {
    expect(ids({ stages: ["working", "done"] })).toEqual(["running", "done"]);
    expect(ids({ search: "ÜBERSETZUNG" })).toEqual(["waiting"]);
    expect(ids({ search: "core run" })).toEqual(["running"]);
    expect(ids({ archived: true })).toContain("archived");
  });

  it("says why a session is in its status", () => {
    expect(reasonOf(session({ id: "a", status: "error", last_check_passed: false }))).toBe("check failed");
    expect(reasonOf(session({ id: "a", status: "error", last_outcome: "timeout" }))).toBe("timeout");
    expect(reasonOf(session({ id: "a", status: "running", running_iteration: 3 }))).toBe("iteration 3");
    expect(reasonOf(session({ id: "a", status: "idle" }))).toBe("not started");
    expect(reasonOf(session({ id: "a", status: "idle", iterations: 2, last_outcome: "completed" }))).toBeNull();
  });

  it("arranges ten thousand sessions", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => session({ id: String(index), status: index % 3 ? "idle" : "error" }));
    expect(arrange(many, everything)).toHaveLength(10_002);
  });
});
