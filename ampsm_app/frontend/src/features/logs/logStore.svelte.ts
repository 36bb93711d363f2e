import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { Event, EventQuery } from "$lib/generated/contract";
import { mergeLines, passes, typesOf, type Filter } from "./filters";
import { lineOf, type LogLine } from "./lines";

const PAGE = 500;
/** While the end is in sight, older lines than these are let go; scrolling up fetches them again. */
const KEPT = 5000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** A session's events as lines: the newest page, older ones when asked for, and what happens now. */
export class LogStore {
  lines: readonly LogLine[] = $state.raw([]);
  more = $state(false);
  loading = $state(false);
  error: AppError | null = $state.raw(null);
  /** Lines that came while the end was out of sight. */
  unseen = $state(0);
  atEnd = $state(true);

  #filter: Filter = { kinds: [], search: "", iterationId: null };
  #first = NEWEST;
  #turn = 0;
  #waiting: LogLine[] = [];
  #frame = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** Starts again from the newest page. */
  async show(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.#waiting = [];
    this.#first = NEWEST;
    this.unseen = 0;
    const page = await this.#page(++this.#turn, NEWEST);
    if (page === null) return;
    this.lines = mergeLines([], page);
    this.#flush();
  }

  /** Puts the page before the first line in front; resolves to how many lines that made more. */
  async older(): Promise<number> {
    if (this.loading || !this.more) return 0;
    const page = await this.#page(this.#turn, this.#first);
    if (page === null) return 0;
    const before = this.lines.length;
    this.lines = mergeLines(page, this.lines);
    return this.lines.length - before;
  }

  /** Takes an event that just happened; lines are added once a frame. */
  add(event: Event): void {
    const line = lineOf(event);
    if (line === null || !passes(line, this.#filter)) return;
    this.#waiting.push(line);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  stop(): void {
    this.#turn += 1;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** All events that pass the filter, from the first one on; for a file. */
  async everything(): Promise<Event[]> {
    const all: Event[] = [];
    for (let after = 0, more = true; more; ) {
      const page = await this.api.request("events:page", { ...this.#query(), after_seq: after });
      all.push(...page.events);
      more = page.more && page.events.length > 0;
      after = page.events.at(-1)?.seq ?? after;
    }
    return all;
  }

  #flush(): void {
    this.#frame = 0;
    if (this.#waiting.length === 0 || this.loading) return;
    const before = this.lines.length;
    const lines = mergeLines(this.lines, this.#waiting);
    this.#waiting = [];
    if (this.atEnd && lines.length > KEPT * 1.5) this.#letGo(lines);
    else this.lines = lines;
    if (!this.atEnd) this.unseen += Math.max(0, this.lines.length - before);
  }

  #letGo(lines: LogLine[]): void {
    this.lines = lines.slice(-KEPT);
    this.#first = this.lines[0]?.seq ?? NEWEST;
    this.more = true;
  }

  #query(): EventQuery {
    const { kinds, search, iterationId } = this.#filter;
    return {
      session_id: this.sessionId,
      iteration_id: iterationId,
      types: typesOf(kinds),
      search: search.trim() === "" ? null : search.trim(),
      limit: PAGE,
    };
  }

  async #page(turn: number, before: number): Promise<LogLine[] | null> {
    this.loading = true;
    try {
      const page = await this.api.request("events:page", { ...this.#query(), before_seq: before });
      if (turn !== this.#turn) return null;
      this.error = null;
      this.more = page.more;
      this.#first = page.events[0]?.seq ?? this.#first;
      return page.events.map(lineOf).filter((line) => line !== null);
    } catch (thrown) {
      if (turn === this.#turn) this.error = asAppError(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }
}
