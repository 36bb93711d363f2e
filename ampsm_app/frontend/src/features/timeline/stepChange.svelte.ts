import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { ChangeList, FileDiff } from "$lib/generated/contract";

/** What a step changed, or what differs between two states: its files, and the diff of one of them. */
export class StepChange {
  list: ChangeList | null = $state.raw(null);
  diff: FileDiff | null = $state.raw(null);
  path: string | null = $state(null);
  loading = $state(false);
  error: AppError | null = $state.raw(null);

  #turn = 0;
  #against: string | null = null;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** Fetches the files, then the diff of the one that was open, or of the first; null shows nothing. */
  async show(against: string | null): Promise<void> {
    const turn = ++this.#turn;
    const same = against === this.#against;
    this.#against = against;
    if (!same) this.#clear();
    if (against === null) return;
    this.loading = !same;
    try {
      const list = await this.api.request("diff:list", { session_id: this.sessionId, against });
      if (turn !== this.#turn) return;
      this.list = list;
      if (!list.files.some((file) => file.path === this.path)) this.path = list.files[0]?.path ?? null;
      await this.#load(turn);
    } catch (thrown) {
      if (turn === this.#turn) this.error = asAppError(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Opens a file. */
  async open(path: string): Promise<void> {
    if (path === this.path && this.diff?.path === path) return;
    this.path = path;
    const turn = ++this.#turn;
    try {
      await this.#load(turn);
    } catch (thrown) {
      if (turn === this.#turn) this.error = asAppError(thrown);
    }
  }

  async #load(turn: number): Promise<void> {
    if (this.path === null || this.#against === null) {
      this.diff = null;
      return;
    }
    const asked = { session_id: this.sessionId, against: this.#against, path: this.path };
    const diff = await this.api.request("diff:file", asked);
    if (turn !== this.#turn) return;
    this.error = null;
    // What is on screen stays where it is while it is the same.
    if (JSON.stringify(this.diff) !== JSON.stringify(diff)) this.diff = diff;
  }

  #clear(): void {
    this.list = null;
    this.diff = null;
    this.path = null;
    this.error = null;
  }
}
