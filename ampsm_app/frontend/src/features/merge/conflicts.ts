import type { Conflicted, ConflictTexts } from "$lib/generated/contract";
import type { ConflictKind, Side } from "$lib/types";

/** A way to settle a path, or why it is not offered. */
export interface Choice {
  side: Side;
  label: string;
  /** What taking it means, where that is more than its name says. */
  means: string;
}

const SUBMODULE = "160000";
const LINK = "120000";

const kindWords: Record<ConflictKind, string> = {
  content: "content · both changed the same lines",
  add_add: "add/add · both added it, each in its own way",
  delete_modify: "delete/modify",
  rename: "rename · the two sides renamed differently",
  binary: "binary · both changed it, and it is not text",
  mode: "mode · a file on one side, a link on the other",
  submodule: "submodule · the sides point to different commits",
};

/** What happened, in words; with delete/modify which side did what. */
export function describe({ kind, base_oid: base, session_oid: session }: Conflicted): string {
  if (kind !== "delete_modify") return kindWords[kind];
  if (base === null) return "delete/modify · base deleted it, session changed it";
  return session === null ? "delete/modify · base changed it, session deleted it" : kindWords[kind];
}

/** Whether the result can be written as text. */
export function canEdit(conflict: Conflicted, texts: ConflictTexts | null): boolean {
  if (texts === null || texts.binary || texts.result === null) return false;
  if (conflict.kind === "submodule" || conflict.kind === "binary") return false;
  return ![conflict.base_mode, conflict.session_mode].some((mode) => mode === SUBMODULE || mode === LINK);
}

/** The sides that can be taken. Both make sense only where both have text. */
export function choicesFor(conflict: Conflicted, texts: ConflictTexts | null): Choice[] {
  const gone = (oid: string | null): string => (oid === null ? "deletes the file" : "");
  const choices: Choice[] = [
    { side: "base", label: "Take base", means: gone(conflict.base_oid) },
    { side: "session", label: "Take session", means: gone(conflict.session_oid) },
  ];
  const bothText = conflict.base_oid !== null && conflict.session_oid !== null && canEdit(conflict, texts);
  if (bothText) choices.push({ side: "both", label: "Take both", means: "base's lines, then session's" });
  return choices;
}

/** What a side of a path that has no text is, in a few words. */
export function sideWords(oid: string | null, mode: string | null, text: string | null): string {
  if (oid === null) return "no such file on this side";
  if (mode === SUBMODULE) return `submodule at ${oid.slice(0, 10)}`;
  if (mode === LINK) return `link to ${text?.trim() ?? "somewhere"}`;
  return `${mode === "100755" ? "executable file" : "file"} ${oid.slice(0, 10)}`;
}

/** The path to look at next: the first after this one that is not settled, else the first at all. */
export function nextUnresolved(conflicts: readonly Conflicted[], path: string | null): string | null {
  const at = conflicts.findIndex((conflict) => conflict.path === path);
  const order = [...conflicts.slice(at + 1), ...conflicts.slice(0, at + 1)];
  return order.find((conflict) => !conflict.resolved)?.path ?? null;
}
