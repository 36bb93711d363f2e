import { describe, expect, it } from "vitest";
import { byWord, filesIn, foldersOf, listRows, splitPath, stageOf, type FileGroup, type ListRow, type RowOptions } from "./files";
import { changed, working } from "./testing";

const status = [working("a.ts", { staged: true, unstaged: false }), working("b.ts", { staged: true }), working("d.ts", { untracked: true })];
const options = (more: Partial<RowOptions> = {}): RowOptions => ({
  filter: "",
  tree: false,
  shut: new Set(),
  working: new Map(status.map((file) => [file.path, file])),
  ...more,
});
const groups: FileGroup[] = [
  { group: "staged", label: "Staged", files: [changed("a.ts"), changed("b.ts")] },
  { group: "changes", label: "Changes", files: [changed("b.ts"), changed("d.ts")] },
  { group: "committed", label: "Committed since main", files: [changed("c.ts"), changed("a.ts")] },
];
const outline = (rows: readonly ListRow[]): string[] =>
  rows.map((row) => {
    if (row.type === "heading") return `# ${row.label} ${row.count}`;
    return row.type === "folder" ? `${" ".repeat(row.depth)}${row.name}/ ${row.files.length}` : `${" ".repeat(row.depth)}${row.file.path}`;
  });

describe("the list of files", () => {
  it("groups what is staged, changed and committed; a file may be in more than one", () => {
    expect(outline(listRows(groups, options()))).toEqual([
      "# Staged 2",
      "a.ts",
      "b.ts",
      "# Changes 2",
      "b.ts",
      "d.ts",
      "# Committed since main 2",
      "c.ts",
      "a.ts",
    ]);
  });

  it("says of each how much is staged, and nothing of what is committed", () => {
    const stages = filesIn(listRows(groups, options())).map((row) => row.stage);
    expect(stages).toEqual(["all", "part", "part", "none", null, null]);
  });

  it("says what is special about a file", () => {
    const remarks = filesIn(listRows(groups, options())).map((row) => row.remark);
    expect(remarks).toEqual([null, null, null, null, null, null]);
    expect(filesIn(listRows(groups, options())).map((row) => row.untracked)).toEqual([false, false, false, true, false, false]);
    const all = listRows([{ group: "all", label: "Since main", files: [changed("b.ts")] }], options());
    expect(filesIn(all)[0]?.remark).toBe("partly staged");
  });

  it("filters by path, the former one too", () => {
    expect(outline(listRows(groups, options({ filter: "D.T" })))).toEqual(["# Changes 1", "d.ts"]);
    const renamed: FileGroup[] = [{ group: "all", label: "Since main", files: [changed("new", { old_path: "former" })] }];
    expect(outline(listRows(renamed, options({ filter: "form" })))).toEqual(["# Since main 1", "new"]);
  });
});

describe("the tree of files", () => {
  const tree: FileGroup[] = [
    { group: "all", label: "Since main", files: ["README", "src/ui/Menu.ts", "src/ui/deep/er/X.ts", "src/ui/deep/er/Y.ts", "web/a.css"].map((path) => changed(path)) },
  ];

  it("has folders first, and those that hold one folder only in one row with it", () => {
    expect(outline(listRows(tree, options({ tree: true })))).toEqual([
      "# Since main 5",
      "src/ui/ 3",
      " deep/er/ 2",
      "  src/ui/deep/er/X.ts",
      "  src/ui/deep/er/Y.ts",
      " src/ui/Menu.ts",
      "web/ 1",
      " web/a.css",
      "README",
    ]);
  });

  it("hides what is in a folder that is shut", () => {
    const folders = foldersOf(tree, options({ tree: true }));
    expect(folders).toEqual(["all:src/ui/", "all:src/ui/deep/er/", "all:web/"]);
    expect(outline(listRows(tree, options({ tree: true, shut: new Set(folders) })))).toEqual(["# Since main 5", "src/ui/ 3", "web/ 1", "README"]);
  });

  it("has a box for a folder that says what holds for all in it", () => {
    expect(stageOf(["all", "all"])).toBe("all");
    expect(stageOf(["none", "all"])).toBe("part");
    expect(stageOf(["none", null])).toBe("none");
    expect(stageOf([null])).toBeNull();
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
});
