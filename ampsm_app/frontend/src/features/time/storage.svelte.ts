import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { SpaceItem, SpaceReport, SpaceTotal, TrashEmptied, TrashEntry, TrashRestored } from "$lib/generated/contract";

/** A repository, or (null) the machine, with what it has of each kind and what of that can go. */
export interface Room {
  readonly root: string | null;
  readonly totals: readonly SpaceTotal[];
  readonly items: readonly SpaceItem[];
}

/** What takes space, and what lies in the trash. */
export class Storage {
  report: SpaceReport | null = $state.raw(null);
  entries: readonly TrashEntry[] | null = $state.raw(null);
  error: AppError | null = $state.raw(null);
  busy = $state(false);
  /** What shall go, by id: what is proposed, until the user says otherwise. */
  chosen: ReadonlySet<string> = $state.raw(new Set());
  /** The entries of the trash that are ticked. */
  ticked: ReadonlySet<string> = $state.raw(new Set());

  readonly rooms: readonly Room[] = $derived(roomsOf(this.report));
  readonly going: readonly SpaceItem[] = $derived((this.report?.items ?? []).filter((item) => this.chosen.has(item.id)));
  readonly trashSize: number = $derived((this.entries ?? []).reduce((sum, entry) => sum + entry.size, 0));

  constructor(private readonly api: Api) {}

  /** Looks at everything anew. */
  async load(): Promise<void> {
    this.busy = true;
    try {
      const [report, entries] = await Promise.all([this.api.request("space:show", {}), this.api.request("trash:list", {})]);
      this.#show(report);
      this.entries = entries;
      this.error = null;
    } catch (thrown) {
      this.error = asAppError(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Chooses an item to go, or leaves it. */
  toggle(id: string, on: boolean): void {
    this.chosen = withId(this.chosen, id, on);
  }

  /** Ticks an entry of the trash, or not. */
  tick(id: string, on: boolean): void {
    this.ticked = withId(this.ticked, id, on);
  }

  /** Removes what is chosen; what was done and what was not. Throws what the server says. */
  async clean(): Promise<SpaceReport> {
    const done = await this.api.request("space:clean", { ids: [...this.chosen] });
    await this.load();
    return done;
  }

  /** Brings a worktree back. */
  async restore(entry: TrashEntry): Promise<TrashRestored> {
    const done = await this.api.request("trash:restore", { id: entry.id });
    await this.load();
    return done;
  }

  /** Deletes entries for good. */
  async empty(entries: readonly TrashEntry[]): Promise<TrashEmptied> {
    const done = await this.api.request("trash:empty", { ids: entries.map((entry) => entry.id) });
    this.ticked = new Set();
    await this.load();
    return done;
  }

  #show(report: SpaceReport): void {
    this.report = report;
    this.chosen = new Set(report.items.filter((item) => item.proposed).map((item) => item.id));
  }
}

function roomsOf(report: SpaceReport | null): readonly Room[] {
  if (report === null) return [];
  const roots = [...new Set(report.totals.map((total) => total.repo_root))];
  return roots.map((root) => ({
    root,
    totals: report.totals.filter((total) => total.repo_root === root),
    items: report.items.filter((item) => item.repo_root === root).sort(byUse),
  }));
}

/** What can go first, then the larger. */
function byUse(one: SpaceItem, other: SpaceItem): number {
  return rank(one) - rank(other) || other.size - one.size;
}

function rank(item: SpaceItem): number {
  if (item.proposed) return 0;
  return item.action === null ? 2 : 1;
}

function withId(ids: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}
