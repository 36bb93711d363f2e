import { asAppError } from "$lib/api/errors";
import type { App } from "$lib/app";

/** Starting and stopping turns of a session, with the notes for the next one. */
export class Starter {
  notes = $state("");
  busy = $state(false);
  /** The set-up that must be trusted before the turn can start. */
  untrusted: string | null = $state(null);
  readonly #app: App;
  readonly #id: string;

  constructor(app: App, id: string) {
    this.#app = app;
    this.#id = id;
    this.notes = app.sessions.get(id)?.notes ?? "";
  }

  /** Starts the next turn, with the notes if there are any. */
  async start(trust = false): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.untrusted = null;
    const notes = this.notes.trim() || null;
    try {
      await this.#app.api.request("session:start", { session_id: this.#id, notes, trust_setup: trust });
      this.notes = "";
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Ends the running turn; what it changed stays. */
  async stop(): Promise<void> {
    this.busy = true;
    try {
      await this.#app.api.request("session:stop", { id: this.#id });
    } catch (thrown) {
      this.#app.toasts.fail(thrown, "The turn could not be stopped");
    } finally {
      this.busy = false;
    }
  }

  /** Keeps the notes with the session. */
  keepNotes(): void {
    const known = this.#app.sessions.get(this.#id)?.notes ?? "";
    if (this.notes === known) return;
    this.#app.api
      .request("session:notes", { id: this.#id, notes: this.notes })
      .catch((thrown: unknown) => this.#app.toasts.fail(thrown, "The notes could not be kept"));
  }

  #failed(thrown: unknown): void {
    const error = asAppError(thrown);
    const setup = error.code === "setup_untrusted" ? setupOf(error.details) : null;
    if (setup === null) this.#app.toasts.fail(error, "The turn could not start");
    else this.untrusted = setup;
  }
}

function setupOf(details: unknown): string | null {
  const setup = typeof details === "object" && details !== null && "setup" in details ? details.setup : null;
  return typeof setup === "string" ? setup : null;
}
