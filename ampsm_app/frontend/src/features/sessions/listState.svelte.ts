import { loadSessions, type App } from "$lib/app";
import type { SessionSummary } from "$lib/generated/contract";
import { arrange, sessionsOf, type Line, type Stage } from "./lines";
import { Selection } from "./selection.svelte";

/** The list of sessions: how it is arranged, what is chosen in it, where its cursor is. */
export class ListState {
  search = $state("");
  stages: readonly Stage[] = $state.raw([]);
  /** The session that the keys are on. */
  cursor: string | null = $state(null);
  readonly selection = new Selection();
  readonly #app: App;
  readonly lines: readonly Line[] = $derived.by(() =>
    arrange(this.#app.sessions.all, {
      by: this.by,
      search: this.search,
      stages: this.stages,
      archived: this.archived,
    }),
  );
  /** The sessions in the order of the list. */
  readonly order: readonly SessionSummary[] = $derived(sessionsOf(this.lines));

  constructor(app: App) {
    this.#app = app;
  }

  /** Whether groups are stages or repositories. */
  get by(): "status" | "repository" {
    return this.#app.view.get<string>("sessions.by", "status") === "repository" ? "repository" : "status";
  }

  /** Whether archived sessions are shown. */
  get archived(): boolean {
    return this.#app.view.get("sessions.archived", false);
  }

  /** Whether something is hidden by the search or the filters. */
  get filtered(): boolean {
    return this.search.trim() !== "" || this.stages.length > 0;
  }

  /** Groups the list otherwise. */
  groupBy(by: "status" | "repository"): void {
    this.#app.view.set("sessions.by", by);
  }

  /** Shows the archived ones, or hides them. */
  toggleArchived(): void {
    this.#app.view.set("sessions.archived", !this.archived);
  }

  /** Fetches the archived ones where they are shown and not known yet. */
  fetchArchived(): void {
    const { api, sessions, toasts } = this.#app;
    if (this.archived && sessions.ready && !sessions.archivedKnown) void loadSessions(api, sessions, toasts, true);
  }

  /** Shows only sessions of a stage, or no longer. */
  toggleStage(stage: Stage): void {
    this.stages = this.stages.includes(stage) ? this.stages.filter((known) => known !== stage) : [...this.stages, stage];
  }

  /** Shows everything again. */
  showAll(): void {
    this.search = "";
    this.stages = [];
  }

  /** Moves the cursor by so many sessions; from nowhere to the open one, or the first. */
  move(step: number): void {
    const ids = this.order.map((session) => session.id);
    const at = ids.indexOf(this.cursor ?? this.#app.nav.sessionId ?? "");
    const to = at < 0 ? 0 : Math.min(Math.max(0, at + step), ids.length - 1);
    this.cursor = ids[to] ?? null;
  }
}
