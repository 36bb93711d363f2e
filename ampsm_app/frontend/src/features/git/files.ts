import type { ChangedFile, ChangeList, CommitLine, GitStatus, Iteration, WorkingFile } from "$lib/generated/contract";

/** A heading, a file or a commit: one row of the list. */
export type ListRow = HeadingRow | FileRow | CommitRow;

export interface HeadingRow {
  type: "heading";
  key: string;
  label: string;
  count: number;
}

export interface FileRow {
  type: "file";
  key: string;
  file: ChangedFile;
  /** What stands beside the name: only part of it is staged, it is in conflict, git does not know it yet. */
  remark: string | null;
}

export interface CommitRow {
  type: "commit";
  key: string;
  commit: CommitLine;
}

/** What can be compared with the worktree, and the commits that can be looked at one by one. */
export interface AgainstGroup {
  label: string;
  options: { value: string; label: string }[];
}

type Group = "staged" | "changes" | "committed";

/** The rows of the list: files in groups, those whose path holds `filter`, then the branch's commits. */
export function listRows(list: ChangeList, status: GitStatus | null, baseBranch: string, filter: string): ListRow[] {
  const wanted = filter.trim().toLowerCase();
  const passes = (file: ChangedFile): boolean =>
    wanted === "" || file.path.toLowerCase().includes(wanted) || (file.old_path ?? "").toLowerCase().includes(wanted);
  const rows =
    list.against === "base"
      ? groupedRows(list.files, status?.files ?? [], baseBranch, passes)
      : section(againstLabel(list), list.files.filter(passes).map((file) => fileRow(file, null)));
  return [...rows, ...commitRows(status?.commits ?? [], wanted)];
}

/** The file rows only, in order: what keys move through. */
export function filesIn(rows: readonly ListRow[]): FileRow[] {
  return rows.filter((row) => row.type === "file");
}

/** The file row after (or before) the one with this path; the first where there is none. */
export function neighbour(rows: readonly ListRow[], path: string | null, step: 1 | -1): FileRow | null {
  const files = filesIn(rows);
  const at = files.findIndex((row) => row.file.path === path);
  if (at < 0) return files[0] ?? null;
  return files[Math.min(Math.max(0, at + step), files.length - 1)] ?? null;
}

/** Whose work a file is, in one word. */
export function byWord(by: ChangedFile["by"]): string {
  return { agent: "agent", user: "you", both: "agent, you", none: "" }[by ?? "none"];
}

const letters: Record<ChangedFile["change"], [letter: string, word: string]> = {
  added: ["A", "added"],
  modified: ["M", "modified"],
  deleted: ["D", "deleted"],
  renamed: ["R", "renamed"],
  copied: ["C", "copied"],
  type_changed: ["T", "type changed"],
  unmerged: ["!", "in conflict"],
};

/** A change as one letter, and in words. */
export function changeMark(change: ChangedFile["change"]): { letter: string; word: string } {
  const [letter, word] = letters[change];
  return { letter, word };
}

/** A path cut before its last name. */
export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf("/") + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}

/** Everything the diff can be made against, grouped; the newest iteration and commit first. */
export function againstGroups(base: string, iterations: readonly Iteration[], commits: readonly CommitLine[]): AgainstGroup[] {
  const groups = [
    { label: "Session", options: [{ value: "base", label: `Base ${base}` }] },
    {
      label: "Uncommitted",
      options: [
        { value: "staged", label: "Staged" },
        { value: "unstaged", label: "Not staged" },
      ],
    },
    {
      label: "Iterations",
      options: iterations
        .filter((iteration) => iteration.commit_sha !== null)
        .map(({ number, prompt }) => ({ value: `iteration:${number}`, label: cut(`Iteration ${number} · ${oneLine(prompt)}`) }))
        .reverse(),
    },
    {
      label: "Commits",
      options: commits
        .map(({ sha, subject }) => ({ value: `commit:${sha}`, label: cut(`${sha.slice(0, 7)} ${oneLine(subject)}`) }))
        .reverse(),
    },
  ];
  return groups.filter((group) => group.options.length > 0);
}

function againstLabel(list: ChangeList): string {
  return list.from_label === "" ? list.to_label : `${list.from_label} → ${list.to_label}`;
}

function groupedRows(
  files: readonly ChangedFile[],
  working: readonly WorkingFile[],
  base: string,
  passes: (file: ChangedFile) => boolean,
): ListRow[] {
  const uncommitted = new Map(working.map((file) => [file.path, file]));
  const groups: Record<Group, FileRow[]> = { staged: [], changes: [], committed: [] };
  const place = (file: ChangedFile): void => {
    const here = uncommitted.get(file.path);
    uncommitted.delete(file.path);
    if (passes(file)) groups[groupOf(here)].push(fileRow(file, here === undefined ? null : remarkOf(here)));
  };
  files.forEach(place);
  // What was changed back to how base has it is no longer part of the session, but it is not committed either.
  [...uncommitted.values()].forEach((file) => place(asChanged(file)));
  return [
    ...section("Staged", groups.staged),
    ...section("Changes", groups.changes),
    ...section(`Committed since ${base}`, groups.committed),
  ];
}

function groupOf(file: WorkingFile | undefined): Group {
  if (file === undefined) return "committed";
  return file.staged && !file.unstaged && !file.unmerged ? "staged" : "changes";
}

function remarkOf(file: WorkingFile): string | null {
  if (file.unmerged) return "conflict";
  if (file.untracked) return "new";
  return file.staged && file.unstaged ? "partly staged" : null;
}

function asChanged(file: WorkingFile): ChangedFile {
  const change = file.unmerged ? "unmerged" : "modified";
  return { path: file.path, old_path: file.old_path, change, added: null, deleted: null, binary: false, by: null };
}

function section(label: string, rows: FileRow[]): ListRow[] {
  if (rows.length === 0) return [];
  return [{ type: "heading", key: `heading:${label}`, label, count: rows.length }, ...rows];
}

function fileRow(file: ChangedFile, remark: string | null): FileRow {
  return { type: "file", key: `file:${file.path}`, file, remark };
}

function commitRows(commits: readonly CommitLine[], wanted: string): ListRow[] {
  const shown = commits.filter(({ subject, sha }) => wanted === "" || subject.toLowerCase().includes(wanted) || sha.startsWith(wanted));
  if (shown.length === 0) return [];
  const heading: HeadingRow = { type: "heading", key: "heading:commits", label: "Commits", count: shown.length };
  return [heading, ...shown.map((commit): CommitRow => ({ type: "commit", key: `commit:${commit.sha}`, commit })).reverse()];
}

function oneLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function cut(text: string): string {
  return text.length > 72 ? `${text.slice(0, 71)}…` : text;
}
