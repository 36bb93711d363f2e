import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import { lossOf } from "$lib/losses";
import type { CleanedUp, Loss, Merge, MergeOptions, Preflight } from "$lib/generated/contract";
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
    await this.look();
    if (merge === undefined || merge === null || isOpen(merge)) return;
    if (isLanded(merge) && this.#nothingLeft()) this.take(merge);
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

  /** Takes a merge as the server says it stands, and goes to where something is to do. */
  take(merge: Merge): void {
    const before = this.merge;
    this.merge = merge;
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
        return waits || this.preflight?.ready === true;
      case "merge":
        return isLanded(this.merge) || waits || this.preflight?.ready === true;
      case "cleanup":
        return false;
    }
  }

  /** Goes on; from some steps that begins or continues the merge. */
  async next(): Promise<void> {
    if (!this.canGoOn) return;
    const predicted = (this.preflight?.predicted_conflicts.length ?? 0) > 0;
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
    const merge = await this.#ask(() => this.api.request("merge:continue", { id: this.sessionId }));
    if (merge !== undefined && this.merge === before) this.take({ ...merge, code: null, status: merge.status === "conflict" ? "preparing" : merge.status });
  }

  /** Whether a merged session has done nothing since: then only its clean-up is left. */
  #nothingLeft(): boolean {
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
