import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { ChangeList, FileDiff, GitStatus } from "$lib/generated/contract";
import { filesIn, listRows, neighbour, type ListRow } from "./files";

const QUIET_MS = 300;

/** What a session changed: the files, the one that is open, and its diff. */
export class Changes {
  against = $state("base");
  filter = $state("");
  ignoreWhitespace = $state(false);
  selected: string | null = $state(null);
  list: ChangeList | null = $state.raw(null);
  status: GitStatus | null = $state.raw(null);
  diff: FileDiff | null = $state.raw(null);
  listError: AppError | null = $state.raw(null);
  diffError: AppError | null = $state.raw(null);
  loading = $state(false);
  loadingDiff = $state(false);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #lists = 0;
  #diffs = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** The rows of the list as they are filtered now. */
  rows(baseBranch: string): ListRow[] {
    return this.list === null ? [] : listRows(this.list, this.status, baseBranch, this.filter);
  }

  /** Fetches the list, then the diff of the open file, or of the first one. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#lists;
    this.loading = true;
    const [list, status] = await Promise.allSettled([
      this.api.request("diff:list", { session_id: this.sessionId, against: this.against, ignore_whitespace: this.ignoreWhitespace }),
      this.api.request("git:status", { id: this.sessionId }),
    ]);
    if (turn !== this.#lists) return;
    this.loading = false;
    this.status = status.status === "fulfilled" ? status.value : null;
    this.list = list.status === "fulfilled" ? list.value : null;
    this.listError = list.status === "fulfilled" ? null : asAppError(list.reason);
    this.#keepSelection();
    await this.#loadDiff();
  }

  /** Shows what another place of the page points to; where that names nothing, what is shown stays. */
  async show({ path, against }: { path: string | null; against: string | null }): Promise<void> {
    if (path !== null) this.selected = path;
    if (against !== null) this.against = against;
    else if (path !== null) this.against = "base";
    await this.load();
  }

  /** Fetches everything again once nothing was asked for a moment. */
  reloadSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), QUIET_MS);
  }

  /** Opens a file. */
  async open(path: string): Promise<void> {
    if (this.selected === path && this.diff?.path === path && this.diffError === null) return;
    this.selected = path;
    await this.#loadDiff();
  }

  /** Compares with something else. */
  async compareWith(against: string): Promise<void> {
    this.against = against;
    await this.load();
  }

  /** Hides or shows changes that are only white space. */
  async setIgnoreWhitespace(ignored: boolean): Promise<void> {
    this.ignoreWhitespace = ignored;
    await this.load();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#lists += 1;
    this.#diffs += 1;
  }

  #keepSelection(): void {
    const files = this.list?.files ?? [];
    const known = files.some((file) => file.path === this.selected) || this.status?.files.some((file) => file.path === this.selected);
    if (known) return;
    this.selected = neighbour(filesIn(this.rows("")), null, 1)?.file.path ?? null;
  }

  async #loadDiff(): Promise<void> {
    const turn = ++this.#diffs;
    const path = this.selected;
    if (path === null) {
      this.diff = null;
      return;
    }
    this.loadingDiff = true;
    try {
      const diff = await this.api.request("diff:file", {
        session_id: this.sessionId,
        against: this.against,
        path,
        ignore_whitespace: this.ignoreWhitespace,
      });
      if (turn !== this.#diffs) return;
      this.diffError = null;
      if (!isSame(this.diff, diff)) this.diff = diff;
    } catch (error) {
      if (turn !== this.#diffs) return;
      this.diffError = asAppError(error);
      this.diff = null;
    } finally {
      if (turn === this.#diffs) this.loadingDiff = false;
    }
  }
}

/** Whether two diffs show the same, so that what is on screen can stay where it is. */
function isSame(one: FileDiff | null, other: FileDiff): boolean {
  if (one === null || one.hunks.length !== other.hunks.length) return false;
  const { hunks: mine, ...rest } = one;
  const alike = Object.entries(rest).every(([name, value]) => other[name as keyof FileDiff] === value);
  return alike && mine.every((hunk, index) => hunk.new_start === other.hunks[index]?.new_start && hunk.lines.length === other.hunks[index].lines.length);
}
