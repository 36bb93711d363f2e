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

/** What git says of a conflict, without its own marks and without where it left what. */
export function gitWords(message: string): string {
  return message
    .replace(/^(?:CONFLICT \([^)]*\): ?|warning: )/, "")
    .replace(/\s*Version \S+ of .* left in tree(?: at .*)?\.?$/, "")
    .trim();
}

/** Whether the result can be written as text. */
export function canEdit(conflict: Conflicted, texts: ConflictTexts | null): boolean {
  if (texts === null || texts.binary || texts.result === null) return false;
  if (conflict.kind === "submodule" || conflict.kind === "binary") return false;
  return ![conflict.base_mode, conflict.session_mode].some((mode) => mode === SUBMODULE || mode === LINK);
}

/** The ways to settle a path at once, each with what it means. */
export function choicesFor(conflict: Conflicted, texts: ConflictTexts | null): Choice[] {
  return [oneSide(conflict, "base"), oneSide(conflict, "session"), ...both(conflict, texts)];
}

function oneSide({ kind, base_oid, session_oid, base_mode, session_mode }: Conflicted, side: "base" | "session"): Choice {
  const [oid, mode] = side === "base" ? [base_oid, base_mode] : [session_oid, session_mode];
  const label = `Take ${side}`;
  if (kind === "rename") return { side, label, means: `as ${side} has it, under ${side}'s name` };
  if (oid === null) return { side, label: `${label}: delete`, means: `${side} has no such file: it goes` };
  if (mode === SUBMODULE) return { side, label, means: `the submodule's commit ${oid.slice(0, 10)}` };
  if (mode === LINK) return { side, label, means: "the link" };
  if (kind === "delete_modify") return { side, label: `${label}: keep`, means: `keeps the file as ${side} changed it` };
  return { side, label, means: "" };
}

/** Both make sense where both sides have something: lines one after the other, or two files beside each other. */
function both(conflict: Conflicted, texts: ConflictTexts | null): Choice[] {
  const { kind, base_oid, session_oid, base_mode, session_mode, related } = conflict;
  if (kind === "rename" && related.length > 0) return [{ side: "both", label: "Keep both", means: "the file under both names" }];
  if (base_oid === null || session_oid === null || [base_mode, session_mode].includes(SUBMODULE)) return [];
  if (canEdit(conflict, texts)) return [{ side: "both", label: "Take both", means: "base's lines, then session's" }];
  if (texts === null) return [];
  return [{ side: "both", label: "Keep both", means: `base keeps the name, the session's goes beside it as ${conflict.path}~session` }];
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
