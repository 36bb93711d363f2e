import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { TimelineEntry } from "$lib/generated/contract";
import { comparison, positionOf, statesOf } from "./rows";

const QUIET_MS = 300;
const LONGEST_MS = 1500;

/** What happened to a session, which step is looked at, and what that is compared with. */
export class Timeline {
  entries: readonly TimelineEntry[] = $state.raw([]);
  selectedId: string | null = $state(null);
  /** The step or `worktree` that the selected one is compared with; null shows the step's own change. */
  otherId: string | null = $state(null);
  error: AppError | null = $state.raw(null);
  loading = $state(true);
  /** Grows with every answer: what is compared with the worktree is asked for again. */
  version = $state(0);

  readonly selected = $derived(this.entries.find((entry) => entry.id === this.selectedId) ?? null);
  readonly other = $derived(this.entries.find((entry) => entry.id === this.otherId) ?? null);
  readonly states = $derived(statesOf(this.entries));
  readonly position = $derived(positionOf(this.entries, this.states, this.selectedId));
  readonly against = $derived(
    this.otherId === null ? (this.selected?.against ?? null) : comparison(this.entries, this.selectedId, this.otherId),
  );

  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #turns = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** Fetches all steps. What is looked at stays. */
  async load(): Promise<void> {
    this.stop();
    const turn = this.#turns;
    try {
      const entries = await this.api.request("timeline:list", { id: this.sessionId });
      if (turn !== this.#turns) return;
      this.error = null;
      this.#show(entries);
    } catch (thrown) {
      if (turn === this.#turns) this.error = asAppError(thrown);
    } finally {
      if (turn === this.#turns) this.loading = false;
    }
  }

  /** Fetches them once nothing happened for a moment, or after a while of much. */
  reloadSoon(): void {
    const now = Date.now();
    if (this.#due === 0) this.#due = now + LONGEST_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), Math.min(QUIET_MS, Math.max(0, this.#due - now)));
  }

  /** Looks at a step, and no longer at a comparison. */
  select(id: string): void {
    this.selectedId = id;
    this.otherId = null;
  }

  /** Looks at the state at a place of the slider. */
  moveTo(position: number): void {
    const state = this.states[position];
    if (state !== undefined) this.select(state.id);
  }

  /** Compares the selected state with another one, or (null) shows its own change again. */
  compareWith(id: string | null): void {
    this.otherId = id === this.selectedId ? null : id;
  }

  /** Waits for no answer any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#due = 0;
    this.#turns += 1;
  }

  #show(entries: readonly TimelineEntry[]): void {
    this.entries = entries;
    this.version += 1;
    const known = (id: string | null): boolean => id === "worktree" || entries.some((entry) => entry.id === id);
    if (!known(this.otherId)) this.otherId = null;
    if (known(this.selectedId)) return;
    const changes = entries.filter((entry) => entry.against !== null);
    const work = changes.findLast((entry) => entry.kind === "iteration" || entry.kind === "commit");
    this.selectedId = (work ?? changes.at(-1) ?? entries.at(-1))?.id ?? null;
  }
}
