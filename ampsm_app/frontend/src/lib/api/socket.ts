import { MUTATING, type Requests } from "../generated/contract";
import { AppError, asAppError, disconnected } from "./errors";
import type { Problem } from "../problem";
import type { Wire } from "./wire";

/** The names of what can be asked. */
export type RequestName = keyof Requests;

/** The door to the server. */
export interface Api {
  /** Asks the server; throws AppError. Requests that change a session are sent one after the other. */
  request<Name extends RequestName>(
    name: Name,
    payload: Requests[Name]["request"],
  ): Promise<Requests[Name]["response"]>;
}

type Answer = { ok: unknown } | { error: Problem };

/** Ends what waits in the same lane, so it must not wait itself. */
const URGENT: ReadonlySet<RequestName> = new Set<RequestName>(["session:stop", "merge:abort"]);

/** Requests over a socket. */
export class SocketApi implements Api {
  readonly #wire: Wire;
  // Two quick requests may be handled in reverse order, so each lane waits for its last answer.
  readonly #lanes = new Map<string, Promise<unknown>>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  request<Name extends RequestName>(
    name: Name,
    payload: Requests[Name]["request"],
  ): Promise<Requests[Name]["response"]> {
    const send = (): Promise<Requests[Name]["response"]> => this.#send(name, payload);
    if (!MUTATING.has(name) || URGENT.has(name)) return send();
    return this.#inLane(laneOf(payload), send);
  }

  #inLane<Result>(lane: string, send: () => Promise<Result>): Promise<Result> {
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const turn = before.then(send, send);
    this.#lanes.set(lane, turn);
    const leave = (): void => void (this.#lanes.get(lane) === turn && this.#lanes.delete(lane));
    turn.then(leave, leave);
    return turn;
  }

  async #send<Name extends RequestName>(name: Name, payload: unknown): Promise<Requests[Name]["response"]> {
    if (!this.#wire.connected) throw disconnected();
    let answer: Answer;
    try {
      answer = (await this.#wire.emitWithAck(name, payload)) as Answer;
    } catch (thrown) {
      throw this.#wire.connected ? asAppError(thrown) : disconnected();
    }
    if ("error" in answer) throw new AppError(answer.error);
    // The server validated its answer against the model that this type was made from.
    return answer.ok as Requests[Name]["response"];
  }
}

/** One lane a session, one for everything else: a long check of a session must not hold up another. */
function laneOf(payload: object): string {
  const { id, session_id: session } = payload as { id?: unknown; session_id?: unknown };
  return typeof id === "string" ? id : typeof session === "string" ? session : "";
}
