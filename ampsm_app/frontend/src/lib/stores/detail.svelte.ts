import type { Api } from "../api/socket";
import { asAppError, type AppError } from "../api/errors";
import type { Iteration, Merge, SessionDetail, SessionSummary } from "../generated/contract";
import type { SessionsStore } from "./sessions.svelte";

/** The session that is open: its turns and its merge, kept fresh by events. */
export class DetailStore {
  id: string | null = $state(null);
  iterations: readonly Iteration[] = $state.raw([]);
  merge: Merge | null = $state.raw(null);
  busy = $state(false);
  loading = $state(false);
  error: AppError | null = $state.raw(null);
  readonly #api: Api;
  readonly #sessions: SessionsStore;
  #stale = false;
  #running: Promise<void> | null = null;

  constructor(api: Api, sessions: SessionsStore) {
    this.#api = api;
    this.#sessions = sessions;
  }

  /** The open session's row. */
  get session(): SessionSummary | undefined {
    return this.#sessions.get(this.id);
  }

  /** Opens a session, or none. */
  open(id: string | null): void {
    if (id === this.id) return;
    this.id = id;
    this.iterations = [];
    this.merge = null;
    this.busy = false;
    this.error = null;
    this.loading = id !== null;
    this.#running = null;
    if (id !== null) void this.reload();
  }

  /** Asks the server again. What changes while it answers makes it ask once more. */
  reload(): Promise<void> {
    if (this.#running !== null) {
      this.#stale = true;
      return this.#running;
    }
    const running = this.#load().finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }

  /** The merge took a step. */
  mergeChanged(merge: Merge): void {
    if (merge.session_id === this.id) this.merge = merge;
  }

  async #load(): Promise<void> {
    const id = this.id;
    do {
      this.#stale = false;
      if (id === null) return;
      try {
        const detail = await this.#api.request("session:get", { id });
        if (this.id !== id) return;
        // An answer that an event overtook is asked for again instead of shown.
        if (!this.#stale) this.#show(detail);
      } catch (thrown) {
        if (this.id !== id) return;
        this.error = asAppError(thrown);
        this.loading = false;
      }
    } while (this.#stale);
  }

  #show(detail: SessionDetail): void {
    if (this.#sessions.get(detail.session.id) === undefined) this.#sessions.merge([detail.session], 0);
    this.iterations = detail.iterations;
    this.merge = detail.merge;
    this.busy = detail.busy;
    this.error = null;
    this.loading = false;
  }
}
