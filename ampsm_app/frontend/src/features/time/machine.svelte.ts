import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { FileDiff, PointContent, RestorePoint } from "$lib/generated/contract";

/** Which files of a point are listed: those that were not committed then, or those that restoring changes now. */
export type Side = "holds" | "changes";

/** A file in a list; `size` in bytes, or the lines added and deleted. */
export interface FileRow {
  readonly path: string;
  readonly change: PointContent["files"][number]["change"];
  readonly size: number | null;
  readonly kept: boolean;
  readonly added: number | null;
  readonly deleted: number | null;
}

/** The points of a session: which there are, what one holds, and the diff of one of its files. */
export class TimeMachine {
  points: readonly RestorePoint[] = $state.raw([]);
  loading = $state(true);
  error: AppError | null = $state.raw(null);
  chosen: string | null = $state(null);
  side: Side = $state("holds");
  content: PointContent | null = $state.raw(null);
  path: string | null = $state(null);
  diff: FileDiff | null = $state.raw(null);
  contentError: AppError | null = $state.raw(null);

  readonly point: RestorePoint | null = $derived(this.points.find((point) => point.id === this.chosen) ?? null);
  readonly files: readonly FileRow[] = $derived(rowsOf(this.content, this.side));

  #lists = 0;
  #turn = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** Fetches the points; the chosen one stays, else the newest is. */
  async load(): Promise<void> {
    const turn = ++this.#lists;
    try {
      const points = await this.api.request("history:list", { id: this.sessionId });
      if (turn !== this.#lists) return;
      this.points = points;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#lists) this.error = asAppError(thrown);
    }
    this.loading = false;
    const known = this.points.some((point) => point.id === this.chosen);
    await this.choose(known ? (this.chosen ?? "") : (this.points[0]?.id ?? null));
  }

  /** Shows what a point holds. */
  async choose(id: string | null): Promise<void> {
    const turn = ++this.#turn;
    if (id !== this.chosen) this.#clear();
    this.chosen = id;
    if (id === null) return;
    try {
      const content = await this.api.request("history:holds", { id: this.sessionId, point: id });
      if (turn !== this.#turn) return;
      this.content = content;
      this.contentError = null;
      await this.#open(turn, this.#kept());
    } catch (thrown) {
      if (turn === this.#turn) this.contentError = asAppError(thrown);
    }
  }

  /** Lists the other files of the point. */
  async show(side: Side): Promise<void> {
    this.side = side;
    await this.#try(this.#kept());
  }

  /** Shows the diff of a file. */
  async open(path: string): Promise<void> {
    if (path !== this.path || this.diff?.path !== path) await this.#try(path);
  }

  /** Keeps the point until it is unpinned, or lets it expire again. */
  async pin(pinned: boolean): Promise<void> {
    if (this.chosen === null) return;
    const changed = await this.api.request("history:pin", { id: this.sessionId, point: this.chosen, pinned });
    this.points = this.points.map((point) => (point.id === changed.id ? changed : point));
  }

  /** Takes one file from the point; what was there before is a new point. */
  async restoreFile(path: string): Promise<void> {
    if (this.chosen === null) return;
    await this.api.request("history:restore-file", { id: this.sessionId, point: this.chosen, path });
    await this.load();
  }

  #kept(): string | null {
    return this.files.some((file) => file.path === this.path) ? this.path : (this.files.find((file) => file.kept)?.path ?? this.files[0]?.path ?? null);
  }

  async #try(path: string | null): Promise<void> {
    const turn = ++this.#turn;
    try {
      await this.#open(turn, path);
    } catch (thrown) {
      if (turn === this.#turn) this.contentError = asAppError(thrown);
    }
  }

  async #open(turn: number, path: string | null): Promise<void> {
    this.path = path;
    const file = this.files.find((each) => each.path === path);
    if (file === undefined || !file.kept || path === null || this.chosen === null) {
      this.diff = null;
      return;
    }
    const against = this.side === "holds" ? `point:${this.chosen}` : `commits:worktree..${this.chosen}`;
    const diff = await this.api.request("diff:file", { session_id: this.sessionId, against, path });
    if (turn !== this.#turn) return;
    this.contentError = null;
    // What is on screen stays where it is while it is the same.
    if (JSON.stringify(this.diff) !== JSON.stringify(diff)) this.diff = diff;
  }

  #clear(): void {
    this.content = null;
    this.diff = null;
    this.contentError = null;
  }
}

function rowsOf(content: PointContent | null, side: Side): readonly FileRow[] {
  if (content === null) return [];
  if (side === "holds") return content.files.map((file) => ({ ...file, added: null, deleted: null }));
  return (content.effect?.files ?? []).map(({ path, change, added, deleted }) => ({ path, change, size: null, kept: true, added, deleted }));
}
