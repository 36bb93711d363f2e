import { describe, expect, it } from "vitest";
import type { SessionDetail } from "../generated/contract";
import { AppError } from "../api/errors";
import { fakeApp, iteration, session } from "../testing";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const detailOf = (id: string, turns: number): SessionDetail => ({
  session: session({ id }),
  iterations: Array.from({ length: turns }, (_, index) => iteration({ id: `${id}${index}`, session_id: id, number: index + 1 })),
  merge: null,
  busy: false,
});

describe("the open session", () => {
  it("asks again when something happens while the server answers", async () => {
    const waiting: ((detail: SessionDetail) => void)[] = [];
    const fake = fakeApp({ answers: { "session:get": () => new Promise((answer) => waiting.push(answer)) } });
    await fake.connect();
    fake.app.detail.open("a");
    await turn();
    fake.emit("a", { type: "stop_requested" });
    waiting[0]?.(detailOf("a", 1));
    await turn();
    expect(fake.app.detail.iterations).toHaveLength(0);
    waiting[1]?.(detailOf("a", 2));
    await turn();
    expect(fake.app.detail.iterations).toHaveLength(2);
    expect(waiting).toHaveLength(2);
  });

  it("shows nothing of a session that was left meanwhile", async () => {
    const waiting: ((detail: SessionDetail) => void)[] = [];
    const fake = fakeApp({ answers: { "session:get": () => new Promise((answer) => waiting.push(answer)) } });
    await fake.connect();
    fake.app.detail.open("a");
    fake.app.detail.open("b");
    await turn();
    waiting[1]?.(detailOf("b", 2));
    await turn();
    waiting[0]?.(detailOf("a", 1));
    await turn();
    expect(fake.app.detail.iterations.map(({ session_id }) => session_id)).toEqual(["b", "b"]);
  });

  it("says why it cannot be shown", async () => {
    const answers = {
      "session:get": () => {
        throw new AppError({ code: "not_found", message: "No such session." });
      },
    };
    const fake = fakeApp({ answers });
    await fake.connect();
    fake.app.detail.open("a");
    await turn();
    expect(fake.app.detail.error?.code).toBe("not_found");
    expect(fake.app.detail.loading).toBe(false);
  });
});
