import { asAppError, type AppError } from "$lib/api/errors";
import type { App } from "$lib/app";
import type { NewSession, RepoInfo, SessionSummary } from "$lib/generated/contract";
import type { Mode } from "$lib/types";
import { suggestName } from "./names";

const SETTLE_MS = 200;

/** A session that is about to be made: what was typed, and what the repository says about it. */
export class Draft {
  repo = $state("");
  base = $state("");
  prompt = $state("");
  model = $state("default");
  mode: Mode | "" = $state("");
  followUps = $state("");
  autoCommit = $state(true);
  trust = $state(false);
  info: RepoInfo | null = $state.raw(null);
  inspecting = $state(false);
  repoError: AppError | null = $state.raw(null);
  error: AppError | null = $state.raw(null);
  busy: "create" | "start" | null = $state(null);
  #name: string | null = $state(null);
  #script: string | null = $state(null);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const open = app.sessions.get(app.nav.sessionId)?.repo_root;
    this.repo = open ?? app.machine.recentRepos[0] ?? "";
    if (this.repo !== "") void this.inspect();
  }

  /** The name: as typed, else suggested from the prompt. */
  get name(): string {
    return this.#name ?? suggestName(this.prompt);
  }
  set name(name: string) {
    this.#name = name === "" ? null : name;
  }

  /** The check script: as typed, else the repository's own. */
  get script(): string {
    return this.#script ?? this.info?.suggested_script ?? "";
  }
  set script(script: string) {
    this.#script = script;
  }

  /** Whether the check script is the one that the repository suggests. */
  get scriptSuggested(): boolean {
    return this.#script === null && this.script !== "";
  }

  /** Why it cannot be made yet; null where it can. */
  get missing(): string | null {
    if (this.repo.trim() === "") return "Choose a repository.";
    if (this.repoError !== null) return "The repository cannot be used.";
    if (this.info === null) return "Looking at the repository…";
    if (this.prompt.trim() === "") return "Write a prompt.";
    if (this.info.setup !== null && !this.info.setup_trusted && !this.trust) return "Read the set-up and trust it.";
    return null;
  }

  /** Looks at the repository once typing has paused. */
  inspectSoon(): void {
    this.info = null;
    this.repoError = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.inspect(), SETTLE_MS);
  }

  /** Looks at the repository now; an answer that was overtaken is dropped. */
  async inspect(): Promise<void> {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const path = this.repo.trim();
    this.info = null;
    this.repoError = null;
    this.trust = false;
    if (path === "") return;
    this.inspecting = true;
    try {
      const info = await this.#app.api.request("repo:inspect", { path });
      if (asked !== this.#asked) return;
      this.info = info;
      this.base = info.default_base ?? info.head_branch ?? "";
    } catch (thrown) {
      if (asked === this.#asked) this.repoError = asAppError(thrown);
    } finally {
      if (asked === this.#asked) this.inspecting = false;
    }
  }

  /** Makes the session and, if asked, starts its first turn. True where it was made. */
  async create(start: boolean): Promise<boolean> {
    if (this.busy !== null) return false;
    const { api, sessions, nav, toasts, machine } = this.#app;
    this.busy = start ? "start" : "create";
    this.error = null;
    try {
      // Asked for by key while the repository is still being looked at.
      if (this.info === null && this.repoError === null) await this.inspect();
      if (this.missing !== null) return false;
      const session: SessionSummary = await api.request("session:create", this.#request());
      sessions.merge([session], 0);
      machine.used(session.repo_root);
      nav.open(session.id, "overview");
      if (start) {
        api
          .request("session:start", { session_id: session.id })
          .catch((thrown: unknown) => toasts.fail(thrown, `${session.name} was made, but could not start`));
      }
      return true;
    } catch (thrown) {
      this.error = asAppError(thrown);
      return false;
    } finally {
      this.busy = null;
    }
  }

  #request(): NewSession {
    const followUps = this.followUps.split("\n").map((line) => line.trim());
    return {
      repo: this.info?.root ?? this.repo.trim(),
      name: this.name.trim() || null,
      prompt: this.prompt,
      follow_ups: followUps.filter((line) => line !== ""),
      base: this.base.trim() || null,
      script: this.script.trim() || null,
      model: this.model === "default" ? null : this.model,
      auto_commit: this.autoCommit,
      choice: { mode: this.mode === "" ? null : this.mode },
      trust_setup: this.trust,
    };
  }
}
