import Archive from "@lucide/svelte/icons/archive";
import Code from "@lucide/svelte/icons/code";
import Copy from "@lucide/svelte/icons/copy";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import History from "@lucide/svelte/icons/history";
import FoldVertical from "@lucide/svelte/icons/fold-vertical";
import GitPullRequestArrow from "@lucide/svelte/icons/git-pull-request-arrow";
import PencilLine from "@lucide/svelte/icons/pencil-line";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { App } from "$lib/app";
import type { SessionSummary } from "$lib/generated/contract";
import type { MenuItem } from "$ui/types";
import { archive, openIn } from "./actions";

/** What stands behind the ⋯ of a session. */
export function sessionMenu(app: App, session: SessionSummary): MenuItem[] {
  const { nav, toasts } = app;
  const { id } = session;
  const running = session.status === "running";
  const wait = { disabled: running, reason: "A turn is running" };
  const copy = (text: string): void => {
    navigator.clipboard.writeText(text).catch((thrown: unknown) => toasts.fail(thrown, "Could not copy"));
  };
  return [
    { label: "Squash…", icon: FoldVertical, action: () => nav.show({ kind: "squash", id }), ...wait },
    { label: "Rebase…", icon: GitPullRequestArrow, action: () => nav.show({ kind: "rebase", id }), ...wait },
    { label: "Time machine…", icon: History, keys: "t", action: () => nav.show({ kind: "time", id }) },
    { label: "Open in editor", icon: Code, keys: "e", separated: true, action: () => void openIn(app, session, "editor") },
    { label: "Open the folder", icon: FolderOpen, action: () => void openIn(app, session, "files") },
    { label: "Open a terminal", icon: SquareTerminal, action: () => void openIn(app, session, "terminal") },
    { label: "Copy the path", icon: Copy, action: () => copy(session.worktree_path) },
    { label: "Rename…", icon: PencilLine, keys: "F2", separated: true, action: () => nav.show({ kind: "rename", id }) },
    { label: session.archived_at === null ? "Archive" : "Unarchive", icon: Archive, action: () => void archive(app, session) },
    { label: "Delete", icon: Trash2, danger: true, action: () => nav.show({ kind: "delete", ids: [id] }), ...wait },
  ];
}
