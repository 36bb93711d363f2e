import { clock, day, shortSha } from "$lib/format";
import type { TimelineEntry } from "$lib/generated/contract";
import { kindGroups, type Kind } from "./kinds";

/** A line of the list: a day, or a step. */
export type Row =
  | { readonly type: "day"; readonly key: string; readonly label: string }
  | { readonly type: "step"; readonly key: string; readonly entry: TimelineEntry };

/** The name of the state that the worktree is in now, as `commits:OLD..NEW` takes it. */
export const NOW = "worktree";

/** The steps of the chosen kinds (none chosen: all), under their days, oldest first. */
export function rowsOf(entries: readonly TimelineEntry[], chosen: readonly string[]): Row[] {
  const wanted = new Set<Kind>(kindGroups.filter(({ id }) => chosen.includes(id)).flatMap(({ kinds }) => kinds));
  const rows: Row[] = [];
  let last = "";
  for (const entry of entries) {
    if (wanted.size > 0 && !wanted.has(entry.kind)) continue;
    const label = day(entry.time);
    if (label !== last) rows.push({ type: "day", key: `day:${entry.id}`, label });
    last = label;
    rows.push({ type: "step", key: entry.id, entry });
  }
  return rows;
}

/** The height of a line, in pixels. */
export function heightOf(row: Row): number {
  return row.type === "day" ? 30 : 46;
}

/** The states between which the slider moves, oldest first. */
export function statesOf(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries.filter((entry) => entry.state !== null);
}

/** Where the slider stands for a step: on its state, else on the newest before it, else on the first. */
export function positionOf(entries: readonly TimelineEntry[], states: readonly TimelineEntry[], id: string | null): number {
  const at = entries.findIndex((entry) => entry.id === id);
  const before = new Set(entries.slice(0, at + 1).map((entry) => entry.id));
  return Math.max(0, states.findLastIndex((state) => before.has(state.id)));
}

/** What the slider says of a state. */
export function spoken(entry: TimelineEntry): string {
  return [entry.title, entry.word, `${day(entry.time)}, ${clock(entry.time)}`].filter((part) => part !== "").join(", ");
}

/** The diff between two states, from the older to the newer; null where one of them has none. */
export function comparison(entries: readonly TimelineEntry[], one: string | null, other: string | null): string | null {
  const place = (id: string | null): number => (id === NOW ? entries.length : entries.findIndex((entry) => entry.id === id));
  const [older, newer] = [place(one), place(other)].sort((a, b) => a - b) as [number, number];
  const state = (at: number): string | null => (at === entries.length ? NOW : (entries[at]?.state ?? null));
  const [from, to] = [state(older), state(newer)];
  return from === null || to === null || older === newer ? null : `commits:${from}..${to}`;
}

/** The commits of a step: `a1b2c3d → d4e5f6a`, or one. */
export function commitsOf({ before, after, kind }: TimelineEntry): string {
  if (kind === "point" || kind === "created") return after === null ? "" : shortSha(after);
  const shas = [before, after].filter((sha) => sha !== null);
  return [...new Set(shas)].map(shortSha).join(" → ");
}
