import type { FileDiff, LineSelection } from "$lib/generated/contract";
import { plural } from "$lib/format";
import type { Action } from "$lib/stores/actions.svelte";
import type { Changes } from "./changes.svelte";
import type { HunkTools } from "./foldRows";
import type { LineKey } from "./hunkLines";
import type { LineChoice } from "./lineChoice.svelte";
import type { Staging } from "./staging.svelte";

/** Something that can be done with a part of the diff that is shown. */
export interface Verb {
  name: "Stage" | "Unstage" | "Discard";
  keys: string;
  /** Does it with these lines; `lines` says in words which. */
  run: (selection: LineSelection, words: string) => void;
}

/** What can be done with parts of a diff: only what is not committed can be moved. */
export function partVerbs(diff: FileDiff, against: string, staging: Staging): Verb[] {
  if (diff.digest === "" || diff.change === "unmerged") return [];
  const part = (selection: LineSelection) => ({ paths: [diff.path], selection });
  const stage: Verb = { name: "Stage", keys: "s", run: (lines) => void staging.stage(part(lines)) };
  const unstage: Verb = { name: "Unstage", keys: "u", run: (lines) => void staging.unstage(part(lines)) };
  const discard: Verb = {
    name: "Discard",
    keys: "Delete",
    run: (lines, words) => staging.askDiscard(part(lines), `${words} of ${diff.path}`),
  };
  if (against === "staged") return [unstage];
  return against === "unstaged" ? [stage, discard] : [];
}

/** Why parts cannot be moved now; null where they can. */
export function lockedParts(store: Changes, staging: Staging): string | null {
  return store.ignoreWhitespace ? "Show white space again to do this with parts of a file" : staging.reason;
}

/** The buttons above each hunk; null where there are none. */
export function hunkTools(verbs: readonly Verb[], choice: LineChoice | null, reason: string | null): HunkTools | null {
  if (verbs.length === 0 || choice === null) return null;
  const buttons = verbs.map(({ name, run }) => ({
    label: `${name} hunk`,
    danger: name === "Discard",
    run: (hunk: number) => run(choice.ofHunk(hunk), "this hunk"),
  }));
  return { buttons, reason };
}

/** The words for the lines that are chosen. */
export function chosenWords(choice: LineChoice): string {
  return plural(choice.chosen.size, "line");
}

/** What the keys of the diff act on. */
interface Around {
  files: { stage: () => void; unstage: () => void; askDiscard: () => void };
  verbs: () => readonly Verb[];
  choice: () => LineChoice | null;
  editor: () => { currentHunk: () => number; reveal: (key: LineKey) => void; move: (step: 1 | -1) => void } | null;
  locked: () => string | null;
  /** Whether the keyboard is in the diff. */
  reading: () => boolean;
}

/** The keys of the diff. Without lines chosen they mean the current hunk while one reads, the file otherwise. */
export function diffActions(around: Around): Action[] {
  const on = (name: Verb["name"], file: () => void) => (): void => {
    const [choice, verb] = [around.choice(), around.verbs().find((each) => each.name === name)];
    const hunk = around.editor()?.currentHunk() ?? -1;
    if (choice === null || (choice.chosen.size === 0 && !around.reading())) file();
    else if (verb === undefined || around.locked() !== null) return;
    else if (choice.chosen.size > 0) verb.run(choice.selection(), chosenWords(choice));
    else if (hunk >= 0) verb.run(choice.ofHunk(hunk), "this hunk");
  };
  const extend = (step: 1 | -1) => (): void => {
    const editor = around.editor();
    const key = around.choice()?.extend(step, editor?.currentHunk() ?? 0);
    if (key !== null && key !== undefined) editor?.reveal(key);
  };
  const choosing = (): boolean => around.verbs().length > 0 && around.reading();
  const some = (): boolean => (around.choice()?.chosen.size ?? 0) > 0;
  const move = (step: 1 | -1) => (): void => around.editor()?.move(step);
  const discard = on("Discard", () => around.files.askDiscard());
  const group = "Git";
  return [
    { id: "git.nextChange", label: "Next change", group, keys: "Alt+ArrowDown", run: move(1) },
    { id: "git.previousChange", label: "Previous change", group, keys: "Alt+ArrowUp", run: move(-1) },
    { id: "git.stage", label: "Stage file, hunk or lines", group, keys: "s", run: on("Stage", () => around.files.stage()) },
    { id: "git.unstage", label: "Unstage file, hunk or lines", group, keys: "u", run: on("Unstage", () => around.files.unstage()) },
    { id: "git.discard", label: "Discard file, hunk or lines…", group, keys: "Delete", run: discard },
    { id: "git.discard2", label: "Discard…", group, keys: "Backspace", hidden: true, run: discard },
    { id: "git.moreLines", label: "Choose the next changed line too", group, keys: "Shift+ArrowDown", enabled: choosing, run: extend(1) },
    { id: "git.fewerLines", label: "Choose one changed line less", group, keys: "Shift+ArrowUp", enabled: choosing, run: extend(-1) },
    { id: "git.noLines", label: "Choose no lines", group, keys: "Escape", hidden: true, enabled: some, run: () => around.choice()?.clear() },
  ];
}
