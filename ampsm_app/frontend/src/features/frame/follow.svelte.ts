import type { App } from "$lib/app";
import type { SessionTab } from "$lib/stores/nav.svelte";
import { untrack } from "svelte";

const TABS: readonly string[] = ["overview", "git", "timeline", "logs"] satisfies SessionTab[];

/** What runs as long as the page is there: the connection, the clock, the theme, and where the user is. */
export function followApp({ feed, clock, view, nav, detail, sessions, agent }: App): void {
  $effect(() => untrack(() => feed.start()));
  $effect(() => clock.start());
  $effect(() => view.watchSystem(matchMedia("(prefers-color-scheme: dark)")));
  $effect(() => {
    document.documentElement.dataset["theme"] = view.shownTheme;
  });
  $effect(() => {
    if (sessions.ready) untrack(() => void agent.look());
  });
  let restored = false;
  $effect(() => {
    if (restored || !sessions.ready) return;
    restored = true;
    const id = view.get("session", "");
    const tab = view.get("tab", "overview");
    if (sessions.get(id) !== undefined && nav.sessionId === null) nav.open(id, isTab(tab) ? tab : "overview");
  });
  $effect(() => {
    const id = nav.sessionId;
    untrack(() => detail.open(id));
  });
  $effect(() => {
    if (!restored) return;
    view.set("session", nav.sessionId ?? "");
    view.set("tab", nav.tab);
  });
  // A session that was deleted, here or elsewhere, cannot stay open.
  $effect(() => {
    if (sessions.ready && !detail.loading && nav.sessionId !== null && sessions.get(nav.sessionId) === undefined) {
      nav.open(null);
    }
  });
  $effect(() => {
    const name = sessions.get(nav.sessionId)?.name;
    document.title = name === undefined ? "Amp Sessions" : `${name} – Amp Sessions`;
  });
}

function isTab(tab: string): tab is SessionTab {
  return TABS.includes(tab);
}
