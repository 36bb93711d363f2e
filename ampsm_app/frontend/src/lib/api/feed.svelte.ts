import type { Event, Snapshot } from "../generated/contract";
import type { AppError } from "./errors";
import { asAppError } from "./errors";
import type { Api } from "./socket";
import type { Wire } from "./wire";

/** Whether events flow: not yet, now, not any more for a moment, or never again. */
export type FeedStatus = "connecting" | "live" | "lost" | "refused";
type Listener = (event: Event) => void;

interface Receivers {
  snapshot: (snapshot: Snapshot) => void;
  event: Listener;
  /** Events flow, or flow again. */
  live: () => void;
}

/**
 * Everything that happens, in order and once: a snapshot, then the events after it.
 * Start, reconnection and a gap are one code: follow the log from the last `seq` that was applied.
 */
export class Feed {
  status: FeedStatus = $state("connecting");
  problem: AppError | null = $state.raw(null);
  readonly #wire: Wire;
  readonly #api: Api;
  readonly #receivers: Receivers;
  readonly #listeners = new Map<Listener, string | null>();
  #last: number | null = null;
  #following = false;
  // A gap that the server confirmed by sending it again: numbers that were really deleted.
  #hole: { after: number; first: number } | null = null;

  constructor(wire: Wire, api: Api, receivers: Receivers) {
    this.#wire = wire;
    this.#api = api;
    this.#receivers = receivers;
  }

  /** Connects, and from then on stays connected. */
  start(): void {
    this.#wire.on("connect", () => void this.#follow());
    this.#wire.on("disconnect", () => {
      this.#following = false;
      this.status = "lost";
    });
    // A server that refuses is not asked again; one that is away is.
    this.#wire.on("connect_error", () => (this.status = this.#wire.active ? "lost" : "refused"));
    this.#wire.on("events", (events: Event[], acknowledge?: () => void) => {
      this.#receive(events);
      acknowledge?.();
    });
    this.#wire.connect();
  }

  /** Calls back with each event of a session, or of all for null, until the returned function is called. */
  on(sessionId: string | null, listener: Listener): () => void {
    this.#listeners.set(listener, sessionId);
    return () => this.#listeners.delete(listener);
  }

  async #follow(): Promise<void> {
    this.#following = false;
    try {
      if (this.#last === null) {
        const snapshot = await this.#api.request("app:snapshot", {});
        this.#last = snapshot.seq;
        this.#receivers.snapshot(snapshot);
      }
      const after = this.#last;
      // The first batch may overtake the answer.
      this.#following = true;
      const { seq } = await this.#api.request("events:follow", { after_seq: after });
      if (seq < after) {
        await this.#startOver();
        return;
      }
      this.status = "live";
      this.problem = null;
      this.#receivers.live();
    } catch (thrown) {
      const error = asAppError(thrown);
      // A lost connection comes back as `connect`; anything else must be seen.
      if (error.code !== "disconnected") this.problem = error;
    }
  }

  /** Another database answers: what was known is worth nothing. */
  #startOver(): Promise<void> {
    this.#last = null;
    this.#hole = null;
    return this.#follow();
  }

  #receive(events: readonly Event[]): void {
    if (!this.#following || this.#last === null) return;
    const last = this.#last;
    const fresh = events.filter((event) => event.seq > last);
    const first = fresh[0]?.seq;
    if (first === undefined) return;
    if (first > last + 1 && !(this.#hole?.after === last && this.#hole.first === first)) {
      this.#hole = { after: last, first };
      void this.#follow();
      return;
    }
    for (const event of fresh) this.#deliver(event);
  }

  #deliver(event: Event): void {
    this.#last = event.seq;
    this.#receivers.event(event);
    for (const [listener, sessionId] of this.#listeners) {
      if (sessionId === null || sessionId === event.session_id) listener(event);
    }
  }
}
