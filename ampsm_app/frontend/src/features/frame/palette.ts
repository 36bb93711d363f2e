import type { App } from "$lib/app";
import { baseName } from "$lib/format";
import { matching } from "$ui/match";

/** Something that the palette finds. */
export interface Found {
  readonly id: string;
  readonly kind: "Action" | "Session" | "File";
  readonly label: string;
  readonly detail: string;
  readonly keys?: string;
  readonly run: () => void;
}

const MOST = 60;
const GROUPS = ["Session", "Git", "Sessions", "General", "Mode", "Theme"];

/** Everything that can be found: what can be done, sessions, and the files of the open session. */
export function findable({ actions, sessions, nav }: App, files: readonly string[]): Found[] {
  return [
    ...actions.all
      .filter((action) => !action.hidden && (action.enabled?.() ?? true))
      .map((action) => ({ id: action.id, kind: "Action" as const, label: action.label, detail: action.group, keys: action.keys, run: action.run })),
    ...sessions.all.map((session) => ({
      id: `session:${session.id}`,
      kind: "Session" as const,
      label: session.name,
      detail: `${session.status} · ${baseName(session.repo_root)}`,
      run: () => nav.open(session.id),
    })),
    ...files.map((path) => ({
      id: `file:${path}`,
      kind: "File" as const,
      label: path,
      detail: "",
      run: () => nav.openFile(path),
    })),
  ];
}

/** What answers a query, best first; without one, what was used last and then what can be done. */
export function answers(all: readonly Found[], query: string, recent: readonly string[]): Found[] {
  if (query.trim() !== "") {
    const rank = { Action: 0, Session: 1, File: 2 };
    return matching(all, query, (found) => `${found.label} ${found.detail}`, (found) => rank[found.kind]).slice(0, MOST);
  }
  const known = new Map(all.map((found) => [found.id, found]));
  const used = recent.flatMap((id) => known.get(id) ?? []);
  const others = all
    .filter((found) => found.kind === "Action" && !recent.includes(found.id))
    .sort((one, other) => GROUPS.indexOf(one.detail) - GROUPS.indexOf(other.detail));
  return [...used, ...others].slice(0, MOST);
}

/** The recent ones after one more was used. */
export function usedLast(recent: readonly string[], id: string): string[] {
  return [id, ...recent.filter((known) => known !== id)].slice(0, 8);
}
