import { describe, expect, it } from "vitest";
import type { ChangedFile, ChangeList, GitStatus, Iteration, WorkingFile } from "$lib/generated/contract";
import { againstGroups, byWord, filesIn, listRows, neighbour, splitPath } from "./files";

const changed = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  old_path: null,
  change: "modified",
  added: 1,
  deleted: 1,
  binary: false,
  by: "agent",
  ...more,
});
const working = (path: string, more: Partial<WorkingFile> = {}): WorkingFile => ({
  path,
  old_path: null,
  index: " ",
  worktree: "M",
  staged: false,
  unstaged: true,
  untracked: false,
  unmerged: false,
  ...more,
});
const listOf = (files: ChangedFile[], against = "base"): ChangeList => ({
  against,
  from_label: "main",
  to_label: "worktree",
  files,
  lines_added: 0,
  lines_deleted: 0,
});
const commit = (sha: string, subject: string) => ({ sha, subject, author: "A", time: "2026-11-20T10:00:00.000Z", by_agent: true });
const statusOf = (files: WorkingFile[]): GitStatus => ({
  branch: "amp/x",
  head: "a".repeat(40),
  state: null,
  files,
  commits: [commit("1".repeat(40), "amp: first"), commit("2".repeat(40), "amp: second")],
});
const outline = (rows: ReturnType<typeof listRows>): string[] =>
  rows.map((row) => (row.type === "heading" ? `# ${row.label} ${row.count}` : row.type === "file" ? row.file.path : row.commit.subject));

describe("the list of files", () => {
  const list = listOf([changed("a.ts"), changed("b.ts"), changed("c.ts")]);
  const status = statusOf([
    working("a.ts", { staged: true, unstaged: false }),
    working("b.ts", { staged: true }),
    working("d.ts", { untracked: true }),
  ]);

  it("groups what is staged, changed and committed", () => {
    expect(outline(listRows(list, status, "main", ""))).toEqual([
      "# Staged 1",
      "a.ts",
      "# Changes 2",
      "b.ts",
      "d.ts",
      "# Committed since main 1",
      "c.ts",
      "# Commits 2",
      "amp: second",
      "amp: first",
    ]);
  });

  it("says what is special about a file", () => {
    const remarks = filesIn(listRows(list, status, "main", "")).map((row) => row.remark);
    expect(remarks).toEqual([null, "partly staged", "new", null]);
  });

  it("filters by path and by commit", () => {
    expect(outline(listRows(list, status, "main", "B.T"))).toEqual(["# Changes 1", "b.ts"]);
    expect(outline(listRows(list, status, "main", "second"))).toEqual(["# Commits 1", "amp: second"]);
  });

  it("shows one group for anything but base", () => {
    const rows = listRows(listOf([changed("x")], "iteration:2"), null, "main", "");
    expect(outline(rows)).toEqual(["# main → worktree 1", "x"]);
  });

  it("moves with the keys and stays at its ends", () => {
    const rows = listRows(list, status, "main", "");
    expect(neighbour(rows, "a.ts", 1)?.file.path).toBe("b.ts");
    expect(neighbour(rows, "c.ts", 1)?.file.path).toBe("c.ts");
    expect(neighbour(rows, null, 1)?.file.path).toBe("a.ts");
    expect(neighbour([], null, 1)).toBeNull();
  });
});

describe("words", () => {
  it("name whose work it is", () => {
    expect(byWord("user")).toBe("you");
    expect(byWord("both")).toBe("agent, you");
    expect(byWord(null)).toBe("");
  });

  it("keep the file's name apart from its folder", () => {
    expect(splitPath("src/a/b.ts")).toEqual({ folder: "src/a/", name: "b.ts" });
    expect(splitPath("README")).toEqual({ folder: "", name: "README" });
  });

  it("offer only what there is to compare with", () => {
    const groups = againstGroups("main", [{ number: 1, prompt: "Do\nit", commit_sha: "1" } as Iteration], []);
    expect(groups.map((group) => group.label)).toEqual(["Session", "Uncommitted", "Iterations"]);
    expect(groups[2]?.options[0]?.label).toBe("Iteration 1 · Do");
  });
});
