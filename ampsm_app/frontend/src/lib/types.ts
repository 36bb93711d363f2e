import type {
  AgentHealth,
  ChangedFile,
  Conflicted,
  EventData,
  Resolve,
  SessionSummary,
  Snapshot,
} from "./generated/contract";

/** What turns run with: the user's agent, a local one, one on a local server, or the built-in demo. */
export type Mode = AgentHealth["mode"];
/** The looks of the page. */
export type Theme = Snapshot["theme"];
/** How far a session is. */
export type Status = SessionSummary["status"];
/** Where a price comes from. */
export type CostKind = SessionSummary["cost_kind"];
/** What happened to a file. */
export type FileChange = ChangedFile["change"];
/** Why the three-way merge could not settle a path. */
export type ConflictKind = Conflicted["kind"];
/** Which side settles a conflict. */
export type Side = NonNullable<Resolve["take"]>;
/** The event of one wire name. */
export type EventOf<Type extends EventData["type"]> = Extract<EventData, { type: Type }>;

/** Fails to compile where a case of a union was forgotten; does nothing for what a newer server sends. */
export function unreachable(_value: never): void {
  // A newer server may send what this page does not know: it is skipped, as the next snapshot will have it.
}
