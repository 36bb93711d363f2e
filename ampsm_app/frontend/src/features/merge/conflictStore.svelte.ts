import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { Conflicted, ConflictTexts, Merge, Resolve } from "$lib/generated/contract";
import type { Side } from "$lib/types";
import { nextUnresolved } from "./conflicts";
import { leftoverMarkers } from "./markers";

/** The conflicts of a waiting merge: the path that is open, its sides, and what was written but not yet sent. */
export class ConflictStore {
  path: string | null = $state(null);
  texts: ConflictTexts | null = $state.raw(null);
  error: AppError | null = $state.raw(null);
  loading = $state(false);
  busy = $state(false);
  /** Lines that still are markers, after an attempt to send them. */
  leftover: readonly number[] = $state.raw([]);
  readonly #drafts = new Map<string, string>();
  #turn = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
    private readonly changed: (merge: Merge) => void,
  ) {}

  /** Opens a path. */
  async open(path: string): Promise<void> {
    const turn = ++this.#turn;
    this.path = path;
    this.leftover = [];
    this.loading = true;
    try {
      const texts = await this.api.request("merge:conflict", { id: this.sessionId, path });
      if (turn !== this.#turn) return;
      this.texts = texts;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.texts = null;
      this.error = asAppError(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Reads the open path again: it was settled elsewhere. What was written here and not sent stays. */
  async refresh(): Promise<void> {
    if (this.path !== null && !this.busy && !this.loading) await this.open(this.path);
  }

  /** Opens the next path that is not settled, or the one before; false where no other is left. */
  async step(conflicts: readonly Conflicted[], direction: 1 | -1): Promise<boolean> {
    const order = direction === 1 ? conflicts : [...conflicts].reverse();
    const next = nextUnresolved(order, this.path);
    if (next === null || next === this.path) return false;
    await this.open(next);
    return true;
  }

  /** The result as it is edited here, or as the server has it. */
  get result(): string {
    return this.#drafts.get(this.path ?? "") ?? this.texts?.result ?? "";
  }

  /** Keeps what was written; nothing is sent. */
  write(text: string): void {
    if (this.path !== null) this.#drafts.set(this.path, text);
    if (this.leftover.length > 0) this.leftover = this.#leftoverIn(text);
  }

  /** Sends the result as it was written; refused here while markers are left in it. */
  async markResolved(): Promise<void> {
    this.leftover = this.#leftoverIn(this.result);
    if (this.leftover.length > 0) return;
    await this.#resolve({ text: this.result });
  }

  /** Settles the path by a side. */
  async take(side: Side): Promise<void> {
    await this.#resolve({ take: side });
  }

  /** Settles the path by deleting the file. */
  async remove(): Promise<void> {
    await this.#resolve({ delete: true });
  }

  /** Opens the first path that is not settled, where the present one is gone. */
  async keepOpen(conflicts: readonly Conflicted[]): Promise<void> {
    if (conflicts.some((conflict) => conflict.path === this.path)) return;
    const first = nextUnresolved(conflicts, null) ?? conflicts[0]?.path;
    if (first !== undefined) await this.open(first);
  }

  #leftoverIn(text: string): number[] {
    return leftoverMarkers(text, [this.texts?.base ?? null, this.texts?.session ?? null]);
  }

  async #resolve(how: Pick<Resolve, "take" | "text" | "delete">): Promise<void> {
    const { path } = this;
    if (path === null) return;
    this.busy = true;
    try {
      const merge = await this.api.request("merge:resolve", { session_id: this.sessionId, path, ...how });
      this.error = null;
      this.leftover = [];
      this.#drafts.delete(path);
      this.changed(merge);
      await this.open(nextUnresolved(merge.conflicts, path) ?? path);
    } catch (thrown) {
      this.error = asAppError(thrown);
    } finally {
      this.busy = false;
    }
  }
}
