import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";

const PIECE = 200_000;
/** Together no more than this is kept; what is let go can be fetched again. */
const KEPT = 2_000_000;

/** The raw output of one turn, in pieces: a window of characters from `start` to `end` out of `size`. */
export class RawStore {
  text = $state.raw("");
  start = $state(0);
  end = $state(0);
  size = $state(0);
  loading = $state(false);
  error: AppError | null = $state.raw(null);
  #turn = 0;

  constructor(
    private readonly api: Api,
    private readonly iterationId: string,
  ) {}

  /** Whether there is more before or after the window. */
  get before(): boolean {
    return this.start > 0;
  }
  get after(): boolean {
    return this.end < this.size;
  }

  /** Shows the beginning. */
  async first(): Promise<void> {
    await this.#show(0);
  }

  /** Shows the end. */
  async last(): Promise<void> {
    if (this.size === 0) await this.#show(0);
    await this.#show(Math.max(0, this.size - PIECE));
    // One endless line gives nothing to scroll, and so no wish for what stands before it.
    while (this.before && this.text.length < KEPT / 2 && fewLines(this.text) && this.error === null) await this.previous();
  }

  /** Adds the piece after the window; also when the turn goes on and has written more. */
  async next(): Promise<void> {
    if (this.loading) return;
    const from = this.end;
    const piece = await this.#piece(from, PIECE);
    if (piece === null) return;
    const text = this.text + piece;
    const gone = Math.max(0, text.length - KEPT);
    this.start += points(text.slice(0, gone));
    this.text = text.slice(gone);
    this.end = from + points(piece);
  }

  /** Adds the piece before the window. */
  async previous(): Promise<void> {
    if (this.loading || !this.before) return;
    const from = Math.max(0, this.start - PIECE);
    const piece = await this.#piece(from, this.start - from);
    if (piece === null) return;
    this.text = (piece + this.text).slice(0, KEPT);
    this.start = from;
    this.end = from + points(this.text);
  }

  stop(): void {
    this.#turn += 1;
  }

  async #show(from: number): Promise<void> {
    const piece = await this.#piece(from, PIECE);
    if (piece === null) return;
    this.text = piece;
    this.start = from;
    this.end = from + points(piece);
  }

  async #piece(offset: number, limit: number): Promise<string | null> {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const piece = await this.api.request("iteration:output", { iteration_id: this.iterationId, offset, limit });
      if (turn !== this.#turn) return null;
      this.error = null;
      this.size = piece.size;
      return piece.text;
    } catch (thrown) {
      if (turn === this.#turn) this.error = asAppError(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }
}

function fewLines(text: string): boolean {
  return (text.match(/\n/g)?.length ?? 0) < 100;
}

/** Characters as the server counts them: code points, not halves of a pair. */
function points(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
