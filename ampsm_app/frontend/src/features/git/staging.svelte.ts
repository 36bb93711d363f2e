import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { CommitLine, LineSelection } from "$lib/generated/contract";
import type { ToastsStore } from "$lib/stores/toasts.svelte";
import { plural, shortSha } from "$lib/format";
import type { Changes } from "./changes.svelte";
import type { CommitDraft } from "./commitDraft.svelte";

/** What is moved between worktree and index: paths, or lines of one path. */
export interface Part {
  paths: string[];
  selection?: LineSelection | null;
}

/** What a dialog asks about. */
export type Question =
  | { kind: "discard"; part: Part; words: string }
  | { kind: "rollback"; commit: CommitLine }
  | { kind: "pick" }
  | { kind: "range"; of: "iterations" | "commits" };

/** What the user does to a session's worktree and branch in the Git tab. */
export class Staging {
  /** What is being done; null while nothing is. */
  doing: string | null = $state(null);
  question: Question | null = $state.raw(null);
  /** Why a commit was refused. */
  commitError: AppError | null = $state.raw(null);
  #turn = 0;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
    private readonly changes: Changes,
    /** The message of the next commit. */
    readonly draft: CommitDraft,
    private readonly toasts: ToastsStore,
    /** Why nothing may be changed now; null where it may. */
    private readonly locked: () => string | null,
  ) {}

  /** Why nothing may be changed now; null where it may. */
  get reason(): string | null {
    return this.locked();
  }

  /** Puts changes into the index; without paths all of them. */
  async stage(part: Part): Promise<void> {
    if (!this.#overtaken(part)) await this.#do("stage", "It could not be staged", () => this.api.request("git:stage", { id: this.sessionId, ...part }));
  }

  /** Takes changes out of the index; without paths all of them. */
  async unstage(part: Part): Promise<void> {
    if (!this.#overtaken(part)) await this.#do("unstage", "It could not be unstaged", () => this.api.request("git:unstage", { id: this.sessionId, ...part }));
  }

  /** Asks before it takes changes back. */
  askDiscard(part: Part, words: string): void {
    if (this.reason === null) this.question = { kind: "discard", part, words };
  }

  /** Takes changes back; a point keeps them. */
  async discard(part: Part): Promise<void> {
    const done = await this.#do("discard", "It could not be discarded", () => this.api.request("git:discard", { id: this.sessionId, ...part }));
    if (done === null) return;
    const aside = done.set_aside.length > 0 ? ` ${plural(done.set_aside.length, "file")} that no point can hold moved to ${done.aside ?? "the trash"}.` : "";
    const left = done.left.length > 0 ? ` Left as they are: ${done.left.join(", ")}.` : "";
    this.#told("Discarded", done.point.id, `A restore point has what was there.${aside}${left}`);
  }

  /** Commits what is staged; true where it was done, else `commitError` says why not. */
  async commit(message: string, options: { amend: boolean; allowSecrets: boolean }): Promise<boolean> {
    this.commitError = null;
    const { amend, allowSecrets } = options;
    const request = { id: this.sessionId, message, amend, allow_secrets: allowSecrets };
    const done = await this.#do("commit", null, () => this.api.request("git:commit", request));
    return done !== null;
  }

  /** Puts the branch, index and files back to a commit. */
  async rollBack(commit: CommitLine): Promise<void> {
    const done = await this.#do("rollback", "It could not be rolled back", () => this.api.request("git:rollback", { id: this.sessionId, sha: commit.sha }));
    if (done === null) return;
    this.#told(`Rolled back to ${shortSha(commit.sha)}`, done.point.id, "A restore point has what was there.");
  }

  /** Applies commits of another session; throws what refused them. */
  async pick(commits: readonly string[], from: string): Promise<string> {
    const done = await this.#run("pick", () => this.api.request("git:cherry-pick", { id: this.sessionId, commits: [...commits], from_session: from }));
    const there = done.dropped.length > 0 ? `; ${plural(done.dropped.length, "other")} already here` : "";
    return `${plural(done.commits.length, "commit")} picked${there}`;
  }

  /** Lines are those of the diff that is shown, which is another one as soon as what is being done is done. */
  #overtaken(part: Part): boolean {
    return this.doing !== null && part.selection !== undefined && part.selection !== null;
  }

  #told(title: string, point: string, text: string): void {
    const undo = (): void =>
      void this.#do("restore", "It could not be put back", () => this.api.request("history:restore", { id: this.sessionId, point }));
    this.toasts.show({ tone: "ok", title, text, action: { label: "Undo", run: undo } });
  }

  async #do<Result>(name: string, failure: string | null, request: () => Promise<Result>): Promise<Result | null> {
    if (this.reason !== null) return null;
    try {
      return await this.#run(name, request);
    } catch (thrown) {
      if (failure === null) this.commitError = asAppError(thrown);
      else this.toasts.fail(thrown, failure);
      return null;
    }
  }

  async #run<Result>(name: string, request: () => Promise<Result>): Promise<Result> {
    const turn = ++this.#turn;
    this.doing = name;
    try {
      return await request();
    } finally {
      // Refused requests too: most often something changed meanwhile.
      await this.changes.load();
      if (turn === this.#turn) this.doing = null;
    }
  }
}
