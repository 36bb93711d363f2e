import Bot from "@lucide/svelte/icons/bot";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDot from "@lucide/svelte/icons/circle-dot";
import CircleHelp from "@lucide/svelte/icons/circle-help";
import CircleX from "@lucide/svelte/icons/circle-x";
import Flag from "@lucide/svelte/icons/flag";
import GitCommitHorizontal from "@lucide/svelte/icons/git-commit-horizontal";
import GitMerge from "@lucide/svelte/icons/git-merge";
import History from "@lucide/svelte/icons/history";
import OctagonX from "@lucide/svelte/icons/octagon-x";
import Wrench from "@lucide/svelte/icons/wrench";
import type { TimelineEntry } from "$lib/generated/contract";
import type { Icon } from "$ui/types";

/** A kind of step. */
export type Kind = TimelineEntry["kind"];

/** Kinds that are shown or hidden together. */
export interface KindGroup {
  readonly id: string;
  readonly label: string;
  readonly kinds: readonly Kind[];
}

export const kindGroups: readonly KindGroup[] = [
  { id: "turns", label: "Turns", kinds: ["created", "iteration", "stop"] },
  { id: "commits", label: "Commits", kinds: ["commit"] },
  { id: "checks", label: "Checks", kinds: ["check"] },
  { id: "merges", label: "Merges", kinds: ["merge"] },
  { id: "operations", label: "Operations", kinds: ["git"] },
  { id: "points", label: "Restore points", kinds: ["point"] },
  { id: "problems", label: "Status and errors", kinds: ["status", "error"] },
];

const icons: Record<Kind, Icon> = {
  created: Flag,
  iteration: Bot,
  commit: GitCommitHorizontal,
  check: CircleHelp,
  status: CircleDot,
  stop: OctagonX,
  merge: GitMerge,
  git: Wrench,
  point: History,
  error: CircleAlert,
};

/** The picture of a step; that of a check says how it ended. */
export function iconOf({ kind, tone }: TimelineEntry): Icon {
  if (kind === "check" && tone === "ok") return CircleCheck;
  if (kind === "check" && tone === "bad") return CircleX;
  return icons[kind];
}

/** Who did it, in a word; nothing where it happened by itself. */
export function actorOf({ actor, kind }: TimelineEntry): string {
  if (actor === "us" || kind === "iteration") return "";
  return actor === "user" ? "you" : "agent";
}
