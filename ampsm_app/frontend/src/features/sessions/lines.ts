import type { SessionSummary } from "$lib/generated/contract";
import { baseName } from "$lib/format";
import { groupBy } from "$lib/group";

/** What a session wants of its user, in the order of urgency. */
export const STAGES = ["needs-you", "working", "ready", "done"] as const;
export type Stage = (typeof STAGES)[number];
export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  "needs-you": "Needs you",
  working: "Working",
  ready: "Ready",
  done: "Done",
};

/** How the list is arranged, and what of it is shown. */
export interface Arrangement {
  readonly by: "status" | "repository";
  readonly search: string;
  readonly stages: readonly Stage[];
  readonly archived: boolean;
}

/** A line of the list: the heading of a group, or a session. */
export type Line =
  | { readonly kind: "group"; readonly id: string; readonly label: string; readonly count: number }
  | { readonly kind: "session"; readonly session: SessionSummary };

/** The stage of a session: a question, an error and a merge conflict wait for the user. */
export function stageOf(session: SessionSummary): Stage {
  if (session.status === "running") return "working";
  if (session.status === "awaiting-input" || session.status === "error" || session.merge_status === "conflict") {
    return "needs-you";
  }
  return session.status === "done" ? "done" : "ready";
}

/** Why a session is in its status, in a few words; null where the status says it all. */
export function reasonOf(session: SessionSummary): string | null {
  if (session.merge_status === "conflict") return "merge conflict";
  if (session.status === "running") return session.running_iteration === null ? null : `iteration ${session.running_iteration}`;
  if (session.status === "done") return session.merged_at === null ? null : `merged into ${session.base_branch}`;
  if (session.status === "error") {
    if (session.last_check_passed === false) return "check failed";
    return session.last_outcome === "completed" ? null : session.last_outcome;
  }
  if (session.limit_until !== null) return "limit reached";
  if (session.last_outcome === "cancelled" || session.last_outcome === "interrupted") return session.last_outcome;
  return session.iterations === 0 ? "not started" : null;
}

/** The sessions that an arrangement shows, with the headings of their groups. */
export function arrange(all: readonly SessionSummary[], arrangement: Arrangement): Line[] {
  const shown = all.filter((session) => isShown(session, arrangement)).sort(byUrgency);
  const keyOf = arrangement.by === "status" ? stageOf : (session: SessionSummary): string => session.repo_root;
  const groups = [...groupBy<SessionSummary, string>(shown, keyOf)];
  return groups.flatMap(([id, sessions]) => [
    { kind: "group" as const, id, label: labelOf(id), count: sessions.length },
    ...sessions.map((session) => ({ kind: "session" as const, session })),
  ]);
}

/** The sessions of a list, in its order. */
export function sessionsOf(lines: readonly Line[]): SessionSummary[] {
  return lines.flatMap((line) => (line.kind === "session" ? [line.session] : []));
}

function isShown(session: SessionSummary, { search, stages, archived }: Arrangement): boolean {
  if (session.archived_at !== null && !archived) return false;
  if (stages.length > 0 && !stages.includes(stageOf(session))) return false;
  return search.trim() === "" || answersSearch(session, search);
}

function answersSearch(session: SessionSummary, search: string): boolean {
  const text = `${session.name}\n${session.branch}\n${session.repo_root}\n${session.status}\n${session.id}\n${session.prompt}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function byUrgency(one: SessionSummary, other: SessionSummary): number {
  const stage = STAGES.indexOf(stageOf(one)) - STAGES.indexOf(stageOf(other));
  if (stage !== 0) return stage;
  const waiting = Number(other.status === "awaiting-input") - Number(one.status === "awaiting-input");
  if (waiting !== 0) return waiting;
  const [a, b] = [lastActive(one), lastActive(other)];
  return a < b ? 1 : a > b ? -1 : 0;
}

/** When something last happened in a session. */
export function lastActive(session: SessionSummary): string {
  return session.last_run_at ?? session.created_at;
}

function labelOf(id: string): string {
  return id in STAGE_NAMES ? STAGE_NAMES[id as Stage] : baseName(id);
}
