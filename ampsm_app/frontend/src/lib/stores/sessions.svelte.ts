import type { SessionSummary } from "../generated/contract";

/** Every session that is known, as rows of the list. What is older than what is known is dropped. */
export class SessionsStore {
  /** Whether the archived ones are known too. */
  archivedKnown = $state(false);
  /** Whether the first rows have come. */
  ready = $state(false);
  readonly #rows = new Map<string, SessionSummary>();
  // The seq at which a session was last heard of, deleted ones included.
  readonly #heard = new Map<string, number>();
  #version = $state(0);
  readonly #all = $derived.by(() => {
    void this.#version;
    return [...this.#rows.values()];
  });

  /** All rows, in no order. */
  get all(): readonly SessionSummary[] {
    return this.#all;
  }

  /** A session by its id. */
  get(id: string | null): SessionSummary | undefined {
    void this.#version;
    return id === null ? undefined : this.#rows.get(id);
  }

  /** Starts anew from a snapshot. */
  reset(rows: readonly SessionSummary[], seq: number): void {
    this.#rows.clear();
    this.#heard.clear();
    this.archivedKnown = false;
    this.ready = true;
    this.merge(rows, seq);
  }

  /** Adds rows as they were at `seq`. */
  merge(rows: readonly SessionSummary[], seq: number): void {
    for (const row of rows) {
      if (seq < (this.#heard.get(row.id) ?? 0)) continue;
      this.#rows.set(row.id, row);
      this.#heard.set(row.id, seq);
    }
    this.#version++;
  }

  /** A session was deleted at `seq`. */
  remove(id: string, seq: number): void {
    this.#heard.set(id, seq);
    if (this.#rows.delete(id)) this.#version++;
  }
}
