import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { AppError } from "$lib/api/errors";
import type { Iteration, SessionSummary } from "$lib/generated/contract";
import { fakeApp, iteration, session, type Answers, type FakeApp } from "$lib/testing";
import { click, settle, type } from "../../test/user";
import SessionView from "./SessionView.svelte";

async function opened(
  fields: Partial<SessionSummary> = {},
  turns: Iteration[] = [],
  answers: Answers = {},
): Promise<FakeApp> {
  const row = session({ id: "a", name: "Alpha", script: "make test", ...fields });
  const fake = fakeApp({
    snapshot: { sessions: [row], total: 1 },
    answers: {
      "session:get": () => ({ session: row, iterations: turns, merge: null, busy: false }),
      "events:page": () => ({ events: [], more: false }),
      "git:status": () => ({ branch: row.branch, head: "b", state: null, files: [], commits: [] }),
      "history:list": () => [],
      "session:start": () => iteration({ id: "t", session_id: "a" }),
      "session:stop": () => ({ stopped: true }),
      "session:notes": () => row,
      ...answers,
    },
  });
  await fake.connect();
  fake.app.nav.open("a", "overview");
  fake.app.detail.open("a");
  render(SessionView, { context: fake.context });
  await settle();
  return fake;
}
const asked = (fake: FakeApp, name: string): unknown[] => fake.sent.filter((sent) => sent.name === name).map(({ payload }) => payload);

describe("an open session", () => {
  it("starts the next turn with the notes written for it", async () => {
    const fake = await opened();
    await type(screen.getByLabelText("Next turn"), "Also the tests");
    await click(screen.getByRole("button", { name: "Start" }));
    expect(asked(fake, "session:start")).toEqual([{ session_id: "a", notes: "Also the tests", trust_setup: false }]);
  });

  it("stops the running turn", async () => {
    const fake = await opened({ status: "running", running_iteration: 1 });
    expect(screen.queryByRole("button", { name: "Start" })).toBeNull();
    await click(screen.getByRole("button", { name: "Stop" }));
    expect(asked(fake, "session:stop")).toEqual([{ id: "a" }]);
  });

  it("asks for trust where the set-up is not trusted, then starts", async () => {
    const fake = await opened({}, [], {
      "session:start": ({ trust_setup }) => {
        if (!trust_setup) throw new AppError({ code: "setup_untrusted", message: "…", details: { setup: "script: npm ci" } });
        return iteration({ id: "t", session_id: "a" });
      },
    });
    await click(screen.getByRole("button", { name: "Start" }));
    expect(screen.getByRole("dialog", { name: "Trust this set-up?" }).textContent).toContain("npm ci");
    await click(screen.getByRole("button", { name: "Trust and start" }));
    expect(asked(fake, "session:start").at(-1)).toMatchObject({ trust_setup: true });
  });

  it("shows why the last turn failed and what stayed out of its commit", async () => {
    const error = { code: "check_failed", message: "The check failed.", hint: "Start sends its output." };
    const withheld = [{ path: ".env", line: 3, kind: "AWS key" }];
    await opened({ status: "error" }, [iteration({ id: "t", session_id: "a", error, withheld })]);
    expect(screen.getByRole("alert").textContent).toContain("Start sends its output.");
    expect(screen.getByText(".env:3")).toBeDefined();
  });

  it("marks a cost as estimated, and says where it is unknown", async () => {
    await opened({ cost_usd: 0.41, cost_kind: "estimated" });
    expect(screen.getByText("~$0.41")).toBeDefined();
    expect(screen.getByText("estimated")).toBeDefined();
  });

  it("shows a turn's change in the Git tab", async () => {
    const fake = await opened({}, [iteration({ id: "t", session_id: "a", number: 4, prompt: "Do the thing" })]);
    await click(screen.getByRole("button", { name: /Do the thing/ }));
    expect(fake.app.nav.tab).toBe("git");
    expect(fake.app.nav.against).toBe("iteration:4");
  });

  it("does not ask for commits and points again when only its row changes", async () => {
    const fake = await opened();
    const before = fake.sent.length;
    fake.emit("a", { type: "session_changed", session: session({ id: "a", name: "Renamed" }), previous_status: null });
    await settle();
    expect(fake.sent.slice(before).filter(({ name }) => name !== "ack")).toEqual([]);
  });

  it("shows hostile text as text", async () => {
    await opened({ prompt: "<script>alert(1)</script><img src=x onerror=alert(2)>" });
    expect(screen.getByText(/<script>alert\(1\)<\/script>/)).toBeDefined();
    expect(document.querySelector("img, script")).toBeNull();
  });
});
