import type { SessionRef } from "../generated/contract";
import type { Api } from "./socket";
import type { Wire } from "./wire";

// From one tab to the next the same worktree is watched: the watch outlives a moment without a listener.
const LINGER_MS = 300;

/** Tells of changes by hand in the worktree of the session that is looked at; the server watches no other. */
export class WorktreeWatch {
  readonly #api: Api;
  readonly #listeners = new Map<() => void, string>();
  #asked: string | null = null;
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(wire: Wire, api: Api) {
    this.#api = api;
    wire.on("worktree", ({ id }: SessionRef) => this.#tell(id));
  }

  /** Calls back after changes in a session's worktree, until the returned function is called. */
  on(sessionId: string, listener: () => void): () => void {
    this.#listeners.set(listener, sessionId);
    this.#askSoon(0);
    return () => {
      this.#listeners.delete(listener);
      this.#askSoon(LINGER_MS);
    };
  }

  /** After a lost connection: the server forgot what it watched, and what happened since was not told. */
  renew(): void {
    const watched = this.#asked;
    this.#asked = null;
    if (watched !== null) this.#tell(watched);
    this.#askSoon(0);
  }

  #tell(sessionId: string): void {
    for (const [listener, wanted] of this.#listeners) if (wanted === sessionId) listener();
  }

  #askSoon(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), delay);
  }

  /** Asks for what is wanted; one request at a time, as two could be handled in reverse order. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let wanted = this.#wanted(); wanted !== this.#asked; wanted = this.#wanted()) {
        this.#asked = wanted;
        await this.#api.request("worktree:watch", { id: wanted });
      }
    } catch {
      // Without the watch the page still shows what events tell; a new connection asks again.
    } finally {
      this.#asking = false;
    }
  }

  #wanted(): string | null {
    return [...this.#listeners.values()].at(-1) ?? null;
  }
}
