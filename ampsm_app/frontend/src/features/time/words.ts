import { bytes, plural } from "$lib/format";
import type { PointContent, RestorePoint, SpaceItem, TrashEntry } from "$lib/generated/contract";

/** What stands for a kind of change in a list. */
export const LETTERS = {
  added: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  copied: "C",
  type_changed: "T",
  unmerged: "U",
} as const;

/** The kinds of what takes space, in the plural. */
export const KIND_NAMES: Readonly<Record<SpaceItem["kind"], string>> = {
  worktree: "Worktrees",
  orphan: "Orphaned worktrees",
  check: "Check worktree",
  trash: "Trash",
  point: "Restore points",
  lock: "Stale locks",
  temp: "Temporary folders",
  database: "Database",
};

const ACTION_WORDS = { trash: "moves to the trash", delete: "is deleted", forget: "is forgotten", shrink: "shrinks" } as const;

/** What a point is for, as a sentence begins: "Before the commits were squashed". */
export function purposeOf(point: RestorePoint): string {
  const words = point.purpose || `before ${point.operation}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a point holds, in a few words: "2 files, 12.0 kB · 1 not kept". */
export function holdsOf(point: RestorePoint): string {
  const files = point.dirty_files > 0 ? plural(point.dirty_files, "file") : "the branch";
  const size = point.size === null || point.size === 0 ? "" : `, ${bytes(point.size)}`;
  const left = point.not_kept.length > 0 ? ` · ${point.not_kept.length} not kept` : "";
  return `${files}${size}${left}`;
}

/** What going back to a point would change now, one sentence each; nothing where it would change nothing. */
export function effectLines({ effect, point }: PointContent): string[] {
  if (effect === null) return ["The session has no worktree now: branch and worktree come back."];
  const lines: string[] = [];
  const { commits_leaving: leaving, commits_returning: returning, files } = effect;
  if (leaving > 0) lines.push(`${plural(leaving, "commit")} ${leaving === 1 ? "leaves" : "leave"} the branch. The new point keeps ${leaving === 1 ? "it" : "them"}.`);
  if (returning > 0) lines.push(`${plural(returning, "commit")} ${returning === 1 ? "comes" : "come"} back.`);
  if (files.length > 0) lines.push(`${plural(files.length, "file")} ${files.length === 1 ? "changes" : "change"}.`);
  if (lines.length === 0) lines.push("Nothing changes: the session is as it was then.");
  if (point.not_kept.length > 0) lines.push(`${plural(point.not_kept.length, "path")} that the point does not hold ${point.not_kept.length === 1 ? "stays as it is" : "stay as they are"}.`);
  return lines;
}

/** What is in an entry of the trash that no branch has, in a few words. */
export function workOf(entry: TrashEntry): string {
  if (entry.kind === "aside") return "was in the way of a restore";
  if (entry.unmerged_commits === null) return "nobody knows what of it is merged";
  const parts = [
    ...(entry.unmerged_commits > 0 ? [plural(entry.unmerged_commits, "unmerged commit")] : []),
    ...((entry.uncommitted_files ?? 0) > 0 ? [plural(entry.uncommitted_files ?? 0, "uncommitted file")] : []),
  ];
  return parts.join(", ") || "nothing unmerged";
}

/** What deleting these entries for good takes away, one sentence each. */
export function emptyingLines(entries: readonly TrashEntry[]): string[] {
  const lines: string[] = [];
  const held = entries.filter((entry) => entry.point !== null && workOf(entry) !== "nothing unmerged");
  for (const entry of held) lines.push(`${nameOf(entry)}: ${workOf(entry)}. Its restore point keeps that.`);
  for (const entry of entries.filter((each) => each.point === null)) lines.push(`${nameOf(entry)}: no restore point holds its files.`);
  const large = entries.flatMap((entry) => entry.not_kept.map((path) => `${nameOf(entry)}: no restore point holds ${path}.`));
  return [...lines, ...large];
}

/** What an entry of the trash is called. */
export function nameOf(entry: TrashEntry): string {
  return entry.session_name ?? entry.id;
}

/** What happens to an item that is cleaned up: "moves to the trash". */
export function actionOf(item: SpaceItem): string {
  return item.action === null ? "stays" : ACTION_WORDS[item.action];
}

/** What an item is called: its session, or the end of its path. */
export function itemName(item: SpaceItem): string {
  if (item.session_name !== null) return item.session_name;
  if (item.kind === "point") return item.path.replace(/^refs\/ampsm\/backup\//, "");
  return item.path;
}
