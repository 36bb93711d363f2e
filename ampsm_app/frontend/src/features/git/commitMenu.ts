import Copy from "@lucide/svelte/icons/copy";
import FileDiff from "@lucide/svelte/icons/file-diff";
import History from "@lucide/svelte/icons/history";
import Pencil from "@lucide/svelte/icons/pencil";
import type { CommitLine } from "$lib/generated/contract";
import type { MenuItem } from "$ui/types";
import type { Changes } from "./changes.svelte";
import type { Staging } from "./staging.svelte";

interface Around {
  store: Changes;
  staging: Staging;
  newest: boolean;
}

/** What can be done with a commit of the branch. */
export function commitMenu(commit: CommitLine, { store, staging, newest }: Around): MenuItem[] {
  const { reason } = staging;
  const locked = { disabled: reason !== null, reason };
  const items: (MenuItem | null)[] = [
    { label: "Show its change", icon: FileDiff, action: () => void store.showScope(`commit:${commit.sha}`) },
    { label: "Copy id", icon: Copy, detail: commit.sha.slice(0, 12), action: () => void navigator.clipboard.writeText(commit.sha) },
    newest
      ? { label: "Amend", icon: Pencil, separated: true, action: () => (staging.draft.setAmend(true, commit)), ...locked }
      : null,
    {
      label: "Roll back to here…",
      icon: History,
      danger: true,
      separated: !newest,
      action: () => (staging.question = { kind: "rollback", commit }),
      ...(newest && store.status?.files.length === 0 ? { disabled: true, reason: "The session is here already" } : locked),
    },
  ];
  return items.filter((item) => item !== null);
}
