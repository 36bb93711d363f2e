import type { FileDiff } from "$lib/generated/contract";

/** What is shown in the place of a text diff. */
export interface Notice {
  title: string;
  words: string;
}

const kinds: Record<string, string> = {
  "100644": "a file",
  "100755": "an executable file",
  "120000": "a symbolic link",
  "160000": "a submodule",
};

/** A file mode in words, with git's number. */
export function modeWords(mode: string): string {
  const words = kinds[mode];
  return words === undefined ? mode : `${words} (${mode})`;
}

/** The change of a file's mode in words, null where it stayed. */
export function modeChange({ old_mode: before, new_mode: after }: FileDiff): string | null {
  if (before === null || after === null || before === after) return null;
  if (before === "100644" && after === "100755") return "now executable";
  if (before === "100755" && after === "100644") return "no longer executable";
  return `${modeWords(before)} → ${modeWords(after)}`;
}

/** What a file is, where it is no plain one: a symbolic link, a submodule, the pointer of a large file. */
export function fileKind({ old_mode, new_mode, old_text, new_text }: FileDiff): string | null {
  const mode = new_mode ?? old_mode;
  if (mode === "120000") return "symbolic link";
  if (mode === "160000") return "submodule";
  return (new_text ?? old_text)?.startsWith(LFS) ? "LFS pointer" : null;
}

const LFS = "version https://git-lfs.github.com/spec/v1\n";

/** Why a file has no text diff to show; null where it has one. */
export function noticeFor(diff: FileDiff): Notice | null {
  if (diff.too_large) {
    return { title: "Too large to show", words: "This file is larger than what is compared here. Open it in your editor instead." };
  }
  if (diff.binary) return { title: "Binary file", words: `It is not text, and was ${diff.change.replace("_", " ")} as a whole.` };
  if (diff.hunks.length > 0) return null;
  const mode = modeChange(diff);
  if (mode !== null) return { title: "Only the mode changed", words: `It is ${mode}. The content is the same.` };
  if (diff.change === "renamed" || diff.change === "copied") {
    return { title: "The content is the same", words: `The file was ${diff.change} from ${diff.old_path ?? "elsewhere"}.` };
  }
  if (diff.change === "added") return { title: "An empty file", words: "It was added without content." };
  if (diff.change === "deleted") return { title: "An empty file", words: "It had no content and was deleted." };
  return { title: "No difference", words: "Both sides are the same, white space left out of account." };
}
