import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import { lossOf } from "$lib/losses";
import { shortSha } from "$lib/format";
import type { CleanedUp, EventData, Loss, Merge, MergeChoices, MergeOptions, Preflight } from "$lib/generated/contract";
import { isLanded, isOpen, isRunning, leftIn, stepOf, stepOrder, type StepId } from "./steps";

const LOOK_AGAIN_MS = 350;

/** Options as they are before anybody chose. */
export function plainOptions(): MergeOptions {
  return {
    message: null,
    onto: null,
    manual_commits: null,
    no_ff: false,
    skip_squash: false,
    skip_check: false,
    push: false,
    remote: "origin",
    pull_request: false,
    export_patch: null,
    in_worktree: false,
    allow_folding: false,
  };
}

/** A merge from the first look to the clean-up. The server holds its state: this only shows and asks. */
export class Wizard {
  current: StepId = $state("preflight");
  reached: StepId = $state("preflight");
  options: MergeOptions = $state(plainOptions());
  preflight: Preflight | null = $state.raw(null);
  merge: Merge | null = $state.raw(null);
  /** The attempt before this one, where it was refused or aborted. */
  last: Merge | null = $state.raw(null);
  error: AppError | null = $state.raw(null);
  looking = $state(false);
  busy = $state(false);
  cleaned: CleanedUp | null = $state.raw(null);
  loss: Loss | null = $state.raw(null);
  /** The pull request that the session's branch was given to last. */
  request: Merge | null = $state.raw(null);
  /** The check runs on the merged result, without a merge. */
  checking = $state(false);
  /** What was done to the branch by itself, in words. */
  moved: string | null = $state(null);
  #looks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    readonly sessionId: string,
  ) {}

  /** Finds out how far the merge is, in whichever window or terminal it was taken, and looks at it. */
  async begin(): Promise<void> {
    const merge = await this.#ask(() => this.api.request("merge:state", { id: this.sessionId }));
    if (merge !== undefined && isOpen(merge)) {
      this.options = merge.options;
      this.take(merge);
    }
    if (merge?.status === "pull_request") {
      this.request = merge;
      this.options = { ...plainOptions(), pull_request: true, remote: merge.options.remote, onto: merge.options.onto };
    }
    await this.look();
    if (merge === undefined || merge === null || isOpen(merge)) return;
    if (isLanded(merge) && this.#nothingLeft(merge)) this.take(merge);
    else if (!isLanded(merge)) this.last = merge;
  }

  /** Looks at what would happen with the present options; `fetch` asks base's remote first. */
  async look(fetch = false): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#looks;
    this.looking = true;
    try {
      const preflight = await this.api.request("merge:preflight", { id: this.sessionId, options: this.options, fetch });
      if (turn !== this.#looks) return;
      this.preflight = preflight;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#looks) this.error = asAppError(thrown);
    } finally {
      if (turn === this.#looks) this.looking = false;
    }
  }

  /** Changes options, and looks again once they stay. */
  choose(options: Partial<MergeOptions>): void {
    this.options = { ...this.options, ...options };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN_MS);
  }

  /** Takes what happened in the session. */
  hear(data: EventData): void {
    if (data.type === "merge_changed") this.take(data.merge);
    const checked = data.type === "test_result" && data.reason === "merge";
    if (checked) this.checking = false;
    if (checked || (data.type === "iteration_end" && this.merge === null)) void this.look();
  }

  /** Takes a merge as the server says it stands, and goes to where something is to do. */
  take(merge: Merge): void {
    const before = this.merge;
    this.merge = merge;
    if (merge.status === "pull_request") this.request = merge;
    // Begun elsewhere: what it began with counts, until something else is chosen here.
    if (isOpen(merge) && before?.id !== merge.id) this.options = merge.options;
    if (before?.id === merge.id && before.status === merge.status && before.code === merge.code) return;
    if (isOpen(merge) || isLanded(merge) || merge.status === "refused") this.go(stepOf(merge));
    if (merge.status === "aborted" && before?.id === merge.id) {
      this.merge = null;
      this.last = merge;
      this.go("preflight");
    }
  }

  go(step: StepId): void {
    this.current = step;
    this.error = null;
    this.moved = null;
    if (stepOrder.indexOf(step) > stepOrder.indexOf(this.reached)) this.reached = step;
  }

  back(): void {
    this.go(stepOrder[Math.max(0, stepOrder.indexOf(this.current) - 1)] ?? "preflight");
  }

  /** Whether `next` can be pressed. */
  get canGoOn(): boolean {
    if (this.busy || isRunning(this.merge)) return false;
    const waits = this.merge?.status === "conflict";
    switch (this.current) {
      case "preflight":
      case "squash":
      case "rebase":
        return waits || (this.preflight?.ready === true && !this.looking);
      case "conflicts":
        return waits ? this.merge?.in_worktree === true || leftIn(this.merge as Merge) === 0 : this.preflight?.ready === true;
      case "check":
        return !this.checking && (waits || this.preflight?.ready === true);
      case "merge":
        return isLanded(this.merge) || waits || this.preflight?.ready === true;
      case "cleanup":
        return false;
    }
  }

  /** Goes on; from some steps that begins or continues the merge. */
  async next(): Promise<void> {
    if (!this.canGoOn) return;
    const predicted = (this.preflight?.predicted_conflicts.length ?? 0) > 0 && !this.options.pull_request;
    if (this.current === "conflicts" && predicted && !isOpen(this.merge)) return this.#start();
    if (this.current === "merge" && this.merge?.status === "conflict") return this.#goOn();
    if (this.current === "merge" && !isLanded(this.merge)) return this.#start();
    this.go(stepOrder[stepOrder.indexOf(this.current) + 1] ?? "cleanup");
  }

  /** Undoes an open merge; resolves to whether there was one. */
  async abort(): Promise<boolean> {
    if (!isOpen(this.merge)) return false;
    const merge = await this.#ask(() => this.api.request("merge:abort", { id: this.sessionId }));
    if (merge === undefined) return true;
    this.take(merge);
    this.last = merge;
    this.merge = null;
    this.reached = "preflight";
    await this.look();
    return true;
  }

  /** Opens the pull request again: what is new on the branch goes to the one that is open. */
  async pushAgain(): Promise<void> {
    this.merge = null;
    this.choose({ pull_request: true });
    await this.#start();
  }

  /** Runs the check on the merged result now, again where it ran before; nothing moves. */
  async runCheck(): Promise<void> {
    this.checking = true;
    const begun = await this.#ask(() => this.api.request("merge:check", { id: this.sessionId, options: this.options }));
    if (begun === undefined) this.checking = false;
  }

  /** Ends what works for this session: the check, or a merge. */
  async stopWork(): Promise<void> {
    await this.#ask(() => this.api.request("session:stop", { id: this.sessionId }));
    this.checking = false;
  }

  /** Makes one commit of the agent's on the branch itself, before anything is merged. */
  async squashNow(): Promise<void> {
    const { message, manual_commits } = this.options;
    const done = await this.#ask(() => this.api.request("merge:squash", { id: this.sessionId, message, manual_commits }));
    if (done === undefined) return;
    this.moved = `The branch is at ${shortSha(done.commit_sha)} now. Before: ${done.backup_ref}`;
    await this.look();
  }

  /** Moves the branch itself onto base, before anything is merged; on a conflict nothing moves. */
  async rebaseNow(): Promise<void> {
    const onto = this.options.onto ?? this.preflight?.base_branch ?? "HEAD";
    const done = await this.#ask(() => this.api.request("merge:rebase", { id: this.sessionId, onto }));
    if (done === undefined) return;
    const paths = done.conflicts.map((conflict) => conflict.path).join(", ");
    this.moved =
      done.status === "conflict"
        ? `Nothing moved: one by one, the commits conflict in ${paths}. The merge asks for each conflict once.`
        : `The branch is at ${shortSha(done.commit_sha)} now.${done.backup_ref === null ? "" : ` Before: ${done.backup_ref}`}`;
    await this.look();
  }

  /** Puts the conflicts into the session's worktree, for an editor or for hand work. */
  async intoWorktree(): Promise<void> {
    const merge = await this.#ask(() => this.api.request("merge:worktree", { id: this.sessionId }));
    if (merge !== undefined) this.take(merge);
  }

  /** Removes worktree and branch; what would be lost is told before, and `force` accepts it. */
  async cleanUp(force: boolean): Promise<void> {
    const answer = await this.#ask(() => this.api.request("merge:cleanup", { id: this.sessionId, force }));
    if (answer?.cleaned === true) {
      this.cleaned = answer;
      this.loss = null;
    } else if (answer !== undefined) this.loss = answer.loss;
    else if (this.error !== null) {
      this.loss = lossOf(this.error);
      if (this.loss !== null) this.error = null;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#looks += 1;
  }

  async #start(): Promise<void> {
    const before = this.merge;
    const merge = await this.#ask(() => this.api.request("merge:start", { id: this.sessionId, options: this.options }));
    if (merge?.code === "merge_in_progress") return this.begin();
    // Events may have overtaken the answer: they know better, and only a refusal at once is in no event.
    if (merge !== undefined && (this.merge === before || merge.status === "refused")) this.take(merge);
  }

  async #goOn(): Promise<void> {
    const before = this.merge;
    const merge = await this.#ask(() => this.api.request("merge:continue", { id: this.sessionId, choices: this.#choices() }));
    if (merge !== undefined && this.merge === before) this.take({ ...merge, code: null, status: merge.status === "conflict" ? "preparing" : merge.status });
  }

  /** What was chosen while the merge waited. */
  #choices(): MergeChoices {
    const { message, manual_commits, skip_check, allow_folding } = this.options;
    return { message, manual_commits, skip_check, allow_folding };
  }

  /** Whether a merged session has done nothing since: then only its clean-up is left. */
  #nothingLeft(merge: Merge): boolean {
    if (merge.status === "pull_request") return this.preflight?.session_sha === merge.session_sha;
    const gone = this.preflight === null;
    if (gone) this.error = null;
    return gone || this.preflight?.issues.some((issue) => issue.code === "nothing_to_merge") === true;
  }

  async #ask<Answer>(request: () => Promise<Answer>): Promise<Answer | undefined> {
    this.busy = true;
    this.error = null;
    try {
      return await request();
    } catch (thrown) {
      this.error = asAppError(thrown);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
