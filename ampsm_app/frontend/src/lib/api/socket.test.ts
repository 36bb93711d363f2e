import { describe, expect, it } from "vitest";
import { AppError, asAppError } from "./errors";
import { SocketApi } from "./socket";
import type { Wire } from "./wire";

/** A wire whose answers are given by hand. */
function handWire() {
  const waiting: { name: string; answer: (answer: unknown) => void; fail: (error: Error) => void }[] = [];
  const wire = {
    connected: true as boolean,
    active: true,
    on: () => undefined,
    connect: () => undefined,
    emitWithAck: (name: string) =>
      new Promise<unknown>((answer, fail) => waiting.push({ name, answer, fail })),
  } satisfies Wire;
  const names = (): string[] => waiting.map((request) => request.name);
  return { wire, waiting, names, api: new SocketApi(wire) };
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("requests", () => {
  it("give the answer of the server", async () => {
    const { api, waiting } = handWire();
    const answer = api.request("session:stop", { id: "a" });
    waiting[0]?.answer({ ok: { stopped: true } });
    expect(await answer).toEqual({ stopped: true });
  });

  it("throw the server's error with its code, words, hint and details", async () => {
    const { api, waiting } = handWire();
    const answer = api.request("session:get", { id: "a" });
    const error = { code: "busy", message: "Busy.", hint: "Wait.", details: { by: 4 } };
    waiting[0]?.answer({ error });
    const thrown = asAppError(await answer.catch((reason: unknown) => reason));
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown.toJSON()).toEqual(error);
  });

  it("that change a session wait for each other, also after one failed", async () => {
    const { api, waiting, names } = handWire();
    const first = api.request("session:rename", { id: "a", name: "1" });
    const second = api.request("session:rename", { id: "a", name: "2" });
    second.catch(() => undefined);
    await turn();
    expect(names()).toEqual(["session:rename"]);
    waiting[0]?.answer({ error: { code: "conflict", message: "no" } });
    await first.catch(() => undefined);
    await turn();
    expect(names()).toEqual(["session:rename", "session:rename"]);
  });

  it("of different sessions, and those that only read, do not wait", async () => {
    const { api, names } = handWire();
    void api.request("session:check", { id: "a" });
    void api.request("session:rename", { id: "b", name: "x" });
    void api.request("session:get", { id: "a" });
    await turn();
    expect(names().sort()).toEqual(["session:check", "session:get", "session:rename"]);
  });

  it("that stop something never wait behind what they stop", async () => {
    const { api, names } = handWire();
    void api.request("merge:start", { id: "a" });
    void api.request("merge:abort", { id: "a" });
    void api.request("session:stop", { id: "a" });
    await turn();
    expect(names().sort()).toEqual(["merge:abort", "merge:start", "session:stop"]);
  });

  it("fail at once without a connection, and when it breaks before the answer", async () => {
    const { api, wire, waiting } = handWire();
    const open = api.request("session:get", { id: "a" });
    wire.connected = false;
    waiting[0]?.fail(new Error("socket has been disconnected"));
    await expect(open).rejects.toMatchObject({ code: "disconnected" });
    await expect(api.request("session:get", { id: "a" })).rejects.toMatchObject({ code: "disconnected" });
    expect(waiting).toHaveLength(1);
  });
});
