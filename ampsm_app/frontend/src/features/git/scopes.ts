import type { CommitLine, Iteration } from "$lib/generated/contract";
import { shortSha } from "$lib/format";

/** The state of the worktree: what is staged, what is not, what is committed. Any other scope is one change. */
export const BY_STAGE = "session";
/** Choices that ask for two ends before they are a scope. */
export const PICK_ITERATIONS = "pick:iterations";
export const PICK_COMMITS = "pick:commits";

/** Choices of what to show, under one heading. */
export interface ScopeGroup {
  label: string;
  options: { value: string; label: string }[];
}

/** Everything that can be shown; the newest iteration and commit first, and `current` wherever it belongs. */
export function scopeGroups(
  base: string,
  iterations: readonly Iteration[],
  commits: readonly CommitLine[],
  current: string,
): ScopeGroup[] {
  const ended = iterations.filter((iteration) => iteration.outcome !== null);
  const known = [
    {
      label: "Session",
      options: [
        { value: BY_STAGE, label: "By stage" },
        { value: "base", label: `All since ${base}` },
      ],
    },
    {
      label: "Uncommitted",
      options: [
        { value: "staged", label: "Staged" },
        { value: "unstaged", label: "Not staged" },
      ],
    },
    {
      label: "Iterations",
      options: [
        ...(ended.length > 1 ? [{ value: PICK_ITERATIONS, label: "Between two iterations…" }] : []),
        ...ended.map(({ number, prompt }) => ({ value: `iteration:${number}`, label: cut(`Iteration ${number} · ${oneLine(prompt)}`) })).reverse(),
      ],
    },
    {
      label: "Commits",
      options: [
        ...(commits.length > 0 ? [{ value: PICK_COMMITS, label: "Between two commits…" }] : []),
        ...commits.map(({ sha, subject }) => ({ value: `commit:${sha}`, label: cut(`${shortSha(sha)} ${oneLine(subject)}`) })).reverse(),
      ],
    },
  ];
  const listed = known.some((group) => group.options.some((option) => option.value === current));
  const chosen = { label: "Chosen", options: [{ value: current, label: scopeWords(current, base) }] };
  return [...(listed ? [] : [chosen]), ...known].filter((group) => group.options.length > 0);
}

/** What a diff shows, in a few words: "staged", "iteration 2", "since main". */
export function scopeWords(against: string, base: string): string {
  const [kind = "", which = ""] = split(against);
  const [from = "", to = ""] = which.split("..");
  switch (kind) {
    case "base":
      return `since ${base}`;
    case "committed":
      return `committed since ${base}`;
    case "staged":
      return "staged";
    case "unstaged":
      return "not staged";
    case "iteration":
      return `iteration ${which}`;
    case "iterations":
      return `iterations ${from}–${to}`;
    case "commit":
      return `commit ${shortSha(which)}`;
    case "commits":
      return `${endWords(from)} → ${endWords(to)}`;
    case "point":
      return "restore point";
    default:
      return against;
  }
}

/** The heading of a list that is one change. */
export function listLabel(against: string, base: string): string {
  const words = scopeWords(against, base);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A commit as a choice. */
export function commitChoice({ sha, subject }: CommitLine): { value: string; label: string } {
  return { value: sha, label: cut(`${shortSha(sha)} ${oneLine(subject)}`) };
}

/** The first line of a text, cut to fit. */
export function oneLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

function endWords(rev: string): string {
  return /^[0-9a-f]{40,}$/.test(rev) ? shortSha(rev) : rev;
}

function split(against: string): string[] {
  const at = against.indexOf(":");
  return at < 0 ? [against] : [against.slice(0, at), against.slice(at + 1)];
}

function cut(text: string): string {
  return text.length > 72 ? `${text.slice(0, 71)}…` : text;
}
