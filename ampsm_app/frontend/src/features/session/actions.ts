import type { App } from "$lib/app";
import type { Requests, SessionSummary } from "$lib/generated/contract";
import type { Action } from "$lib/stores/actions.svelte";
import type { Starter } from "./starter.svelte";

type Place = Requests["session:open"]["request"]["what"];

/** What can be done with the open session, for the palette and the keys. */
export function sessionActions(app: App, session: SessionSummary, starter: Starter): readonly Action[] {
  const { nav } = app;
  const running = session.status === "running";
  const group = "Session";
  return [
    running
      ? { id: "session.stop", label: "Stop the turn", group, keys: "Mod+.", run: () => void starter.stop() }
      : { id: "session.start", label: "Start the next turn", group, keys: "Mod+Enter", run: () => void starter.start() },
    { id: "session.merge", label: "Merge…", group, keys: "m", run: () => nav.startMerge() },
    { id: "session.overview", label: "Show the overview", group, keys: "1", run: () => nav.openTab("overview") },
    { id: "session.git", label: "Show the changes", group, keys: "2", run: () => nav.openTab("git") },
    { id: "session.timeline", label: "Show the timeline", group, keys: "3", run: () => nav.openTab("timeline") },
    { id: "session.logs", label: "Show the logs", group, keys: "4", run: () => nav.openTab("logs") },
    { id: "session.squash", label: "Squash…", group, run: () => nav.show({ kind: "squash", id: session.id }) },
    { id: "session.rebase", label: "Rebase…", group, run: () => nav.show({ kind: "rebase", id: session.id }) },
    { id: "session.time", label: "Time machine…", group, keys: "t", run: () => nav.show({ kind: "time", id: session.id }) },
    { id: "session.rename", label: "Rename…", group, keys: "F2", run: () => nav.show({ kind: "rename", id: session.id }) },
    {
      id: "session.archive",
      label: session.archived_at === null ? "Archive" : "Unarchive",
      group,
      run: () => void archive(app, session),
    },
    { id: "session.delete", label: "Delete", group, run: () => nav.show({ kind: "delete", ids: [session.id] }) },
    { id: "session.editor", label: "Open in editor", group, keys: "e", run: () => void openIn(app, session, "editor") },
    { id: "session.files", label: "Open the folder", group, run: () => void openIn(app, session, "files") },
    { id: "session.terminal", label: "Open a terminal", group, run: () => void openIn(app, session, "terminal") },
    { id: "session.close", label: "Close the session", group, run: () => nav.open(null) },
  ];
}

/** Puts a session out of sight, or back. */
export async function archive({ api, toasts }: App, session: SessionSummary): Promise<void> {
  const archived = session.archived_at === null;
  try {
    await api.request("session:archive", { id: session.id, archived });
  } catch (thrown) {
    toasts.fail(thrown, `${session.name} could not be ${archived ? "archived" : "unarchived"}`);
  }
}

/** Opens a session's worktree in a program of the user's. */
export async function openIn({ api, toasts }: App, session: SessionSummary, what: Place): Promise<void> {
  try {
    await api.request("session:open", { id: session.id, what });
  } catch (thrown) {
    toasts.fail(thrown, "The worktree could not be opened");
  }
}
