import { describe, expect, it } from "vitest";
import type { FileDiff } from "$lib/generated/contract";
import { fileKind, modeChange, noticeFor } from "./notices";
import { diffOf } from "./testing";

const diff = (more: Partial<FileDiff>): FileDiff => diffOf("f", { hunks: [], digest: "", ...more });
const hunk = { old_start: 1, old_lines: 1, new_start: 1, new_lines: 1, header: "", lines: ["-a", "+b"] };

describe("in the place of a text diff", () => {
  it("stands nothing where there are hunks", () => {
    expect(noticeFor(diff({ hunks: [hunk] }))).toBeNull();
  });

  it.each([
    [{ too_large: true }, "Too large to show"],
    [{ binary: true }, "Binary file"],
    [{ new_mode: "100755" }, "Only the mode changed"],
    [{ change: "renamed", old_path: "b" }, "The content is the same"],
    [{ change: "added" }, "An empty file"],
    [{ change: "deleted" }, "An empty file"],
    [{}, "No difference"],
  ] as const)("a word for %j", (more, title) => {
    expect(noticeFor(diff(more))?.title).toBe(title);
  });

  it("modes are named", () => {
    expect(modeChange(diff({ new_mode: "100755" }))).toBe("now executable");
    expect(modeChange(diff({ new_mode: "120000" }))).toBe("a file (100644) → a symbolic link (120000)");
    expect(modeChange(diff({}))).toBeNull();
  });
});

describe("the kind of a file", () => {
  it.each([
    ["symbolic link", { old_mode: null, new_mode: "120000" }],
    ["submodule", { old_mode: "160000", new_mode: null }],
    ["LFS pointer", { new_text: "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n" }],
    [null, {}],
  ])("is told where it is no plain one: %s", (kind, more) => {
    expect(fileKind(diff(more))).toBe(kind);
  });
});
