import type { ChangedFile, WorkingFile } from "$lib/generated/contract";

/** Where a file of the list stands; `all` where the list shows one change and not the state of the worktree. */
export type Group = "staged" | "changes" | "committed" | "all";
/** How much of a path is staged. */
export type Stage = "none" | "part" | "all";

/** Files under one heading. */
export interface FileGroup {
  group: Group;
  label: string;
  files: readonly ChangedFile[];
}

/** What is worked out for the rows of a list. */
export interface RowOptions {
  filter: string;
  tree: boolean;
  /** Folders that are shut, as keys of their rows. */
  shut: ReadonlySet<string>;
  /** What is not committed, by path: says what can be staged and what of it is. */
  working: ReadonlyMap<string, WorkingFile>;
}

/** A heading, a folder or a file: one row of the list. */
export type ListRow = HeadingRow | FolderRow | FileRow;

export interface HeadingRow {
  type: "heading";
  key: string;
  group: Group;
  label: string;
  count: number;
}

export interface FolderRow {
  type: "folder";
  key: string;
  group: Group;
  /** With its slash at the end. */
  path: string;
  name: string;
  depth: number;
  shut: boolean;
  files: readonly FileRow[];
  stage: Stage | null;
}

export interface FileRow {
  type: "file";
  key: string;
  group: Group;
  file: ChangedFile;
  depth: number;
  /** What stands beside the name: only part of it is staged, it is in conflict. */
  remark: string | null;
  /** Git does not know it yet. */
  untracked: boolean;
  /** How much of it is staged; null where that cannot be asked. */
  stage: Stage | null;
}

/** The rows of the list: files in groups, those whose path holds the filter, flat or as a tree. */
export function listRows(groups: readonly FileGroup[], options: RowOptions): ListRow[] {
  const wanted = options.filter.trim().toLowerCase();
  const passes = (file: ChangedFile): boolean =>
    wanted === "" || file.path.toLowerCase().includes(wanted) || (file.old_path ?? "").toLowerCase().includes(wanted);
  return groups.flatMap(({ group, label, files }) => {
    const rows = files.filter(passes).map((file) => fileRow(file, group, options));
    if (rows.length === 0) return [];
    const heading: HeadingRow = { type: "heading", key: `heading:${group}`, group, label, count: rows.length };
    return [heading, ...(options.tree ? treeRows(rows, group, options.shut) : rows)];
  });
}

/** The file rows only, in order: what the keys for files move through. */
export function filesIn(rows: readonly ListRow[]): FileRow[] {
  return rows.filter((row) => row.type === "file");
}

/** Every folder that a tree of these groups has, as keys of rows. */
export function foldersOf(groups: readonly FileGroup[], options: RowOptions): string[] {
  const open = listRows(groups, { ...options, filter: "", tree: true, shut: new Set() });
  return open.flatMap((row) => (row.type === "folder" ? [row.key] : []));
}

/** The key of a file's row. */
export function fileKey(group: Group, path: string): string {
  return `${group}:${path}`;
}

/** What a file of a group is compared with, where the list shows the state of the worktree. */
export function againstOf(group: Group): string {
  return { staged: "staged", changes: "unstaged", committed: "committed", all: "base" }[group];
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

/** The mark of a file that git does not know yet. */
export const untrackedMark = { letter: "U", word: "new, untracked" };

/** A path cut before its last name. */
export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf("/") + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}

/** How much of some paths is staged, taken together. */
export function stageOf(stages: readonly (Stage | null)[]): Stage | null {
  const known = stages.filter((stage) => stage !== null);
  if (known.length === 0) return null;
  return known.every((stage) => stage === known[0]) ? (known[0] ?? null) : "part";
}

function fileRow(file: ChangedFile, group: Group, { working }: RowOptions): FileRow {
  const here = group === "committed" ? undefined : working.get(file.path);
  const remark = here === undefined ? null : remarkOf(here, group);
  const stage = here === undefined ? null : stageIn(here);
  return { type: "file", key: fileKey(group, file.path), group, file, depth: 0, remark, untracked: here?.untracked ?? false, stage };
}

function stageIn(file: WorkingFile): Stage {
  if (!file.staged || file.unmerged) return "none";
  return file.unstaged ? "part" : "all";
}

function remarkOf(file: WorkingFile, group: Group): string | null {
  if (file.unmerged) return "conflict";
  return file.staged && file.unstaged && group === "all" ? "partly staged" : null;
}

interface Folder {
  folders: Map<string, Folder>;
  files: FileRow[];
}

function treeRows(files: readonly FileRow[], group: Group, shut: ReadonlySet<string>): ListRow[] {
  const root: Folder = { folders: new Map(), files: [] };
  for (const row of files) place(root, row);
  const rows: ListRow[] = [];
  spread(root, "", 0, { group, shut, rows });
  return rows;
}

function place(root: Folder, row: FileRow): void {
  const names = row.file.path.split("/").slice(0, -1);
  const last = names.reduce((folder, name) => {
    let inner = folder.folders.get(name);
    if (inner === undefined) folder.folders.set(name, (inner = { folders: new Map(), files: [] }));
    return inner;
  }, root);
  last.files.push(row);
}

function spread(folder: Folder, path: string, depth: number, into: { group: Group; shut: ReadonlySet<string>; rows: ListRow[] }): void {
  const byName = [...folder.folders].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [first, found] of byName) {
    const [name, inner] = withOnlyChildren(first, found);
    const within = allFiles(inner);
    const key = `${into.group}:${path}${name}/`;
    const shut = into.shut.has(key);
    const stage = stageOf(within.map((row) => row.stage));
    into.rows.push({ type: "folder", key, group: into.group, path: `${path}${name}/`, name, depth, shut, files: within, stage });
    if (!shut) spread(inner, `${path}${name}/`, depth + 1, into);
  }
  into.rows.push(...folder.files.map((row) => ({ ...row, depth })));
}

/** A folder that holds nothing but one folder is one row with it. */
function withOnlyChildren(name: string, folder: Folder): [string, Folder] {
  const [only, ...more] = folder.folders;
  if (only === undefined || more.length > 0 || folder.files.length > 0) return [name, folder];
  return withOnlyChildren(`${name}/${only[0]}`, only[1]);
}

function allFiles(folder: Folder): FileRow[] {
  return [...[...folder.folders.values()].flatMap(allFiles), ...folder.files];
}
