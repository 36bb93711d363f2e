import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { ChangedFile, CommitLine, TimelineEntry } from "$lib/generated/contract";
import { NOW } from "./rows";

/** What going back to a state would change. Commits that leave are named where they are known, else counted. */
export interface Effect {
  readonly branch: string | null;
  readonly leaving: number;
  readonly commits: readonly CommitLine[];
  readonly returning: number;
  readonly files: readonly ChangedFile[];
  /** New files that git does not know yet, and which stay; null where they are part of the state. */
  readonly staying: number | null;
}

/** Going back to a state: what that would change, and the doing of it. */
export class Restoring {
  effect: Effect | null = $state.raw(null);
  busy = $state(false);
  error: AppError | null = $state.raw(null);

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
    private readonly entry: TimelineEntry,
  ) {}

  /** Finds out what would change. */
  async look(): Promise<void> {
    try {
      this.effect = this.entry.point === null ? await this.#ofCommit() : await this.#ofPoint(this.entry.point);
    } catch (thrown) {
      this.error = asAppError(thrown);
    }
  }

  /** Goes back; whether that worked. */
  async restore(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    const { point, state } = this.entry;
    try {
      if (point !== null) await this.api.request("history:restore", { id: this.sessionId, point });
      else await this.api.request("git:rollback", { id: this.sessionId, sha: state ?? "" });
      return true;
    } catch (thrown) {
      this.error = asAppError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #ofPoint(point: string): Promise<Effect> {
    const { effect, point: held } = await this.api.request("history:holds", { id: this.sessionId, point });
    return {
      branch: effect?.branch ?? held.branch,
      leaving: effect?.commits_leaving ?? 0,
      commits: [],
      returning: effect?.commits_returning ?? 0,
      files: effect?.files ?? [],
      staying: null,
    };
  }

  async #ofCommit(): Promise<Effect> {
    const against = `commits:${NOW}..${this.entry.state ?? ""}`;
    const [status, list] = await Promise.all([
      this.api.request("git:status", { id: this.sessionId }),
      this.api.request("diff:list", { session_id: this.sessionId, against }),
    ]);
    const at = status.commits.findIndex((commit) => commit.sha === this.entry.state);
    const commits = status.commits.slice(at + 1).reverse();
    const untracked = new Set(status.files.filter((file) => file.untracked).map((file) => file.path));
    const files = list.files.filter((file) => !untracked.has(file.path));
    return { branch: status.branch, leaving: commits.length, commits, returning: 0, files, staying: untracked.size };
  }
}
