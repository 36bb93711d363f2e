import { getContext, setContext } from "svelte";
import { Feed } from "./api/feed.svelte";
import { SocketApi, type Api } from "./api/socket";
import type { Wire } from "./api/wire";
import { WorktreeWatch } from "./api/worktree";
import type { Snapshot } from "./generated/contract";
import { Actions } from "./stores/actions.svelte";
import { AgentStore } from "./stores/agent.svelte";
import { Clock } from "./stores/clock.svelte";
import { DetailStore } from "./stores/detail.svelte";
import { applyEvent } from "./stores/events";
import { MachineStore } from "./stores/machine.svelte";
import { NavStore } from "./stores/nav.svelte";
import { noticer } from "./stores/notices";
import { SessionsStore } from "./stores/sessions.svelte";
import { ToastsStore } from "./stores/toasts.svelte";
import { ViewStore } from "./stores/view.svelte";

/** Everything a component may use, put together once. */
export interface App {
  readonly api: Api;
  readonly feed: Feed;
  readonly worktree: WorktreeWatch;
  readonly sessions: SessionsStore;
  readonly detail: DetailStore;
  readonly agent: AgentStore;
  readonly view: ViewStore;
  readonly toasts: ToastsStore;
  readonly actions: Actions;
  readonly nav: NavStore;
  readonly clock: Clock;
  readonly machine: MachineStore;
}

/** The context key under which components find the app. */
export const APP = Symbol("app");

/** Puts the app together on a socket. Nothing is sent before `feed.start()`. */
export function createApp(wire: Wire): App {
  const api = new SocketApi(wire);
  const worktree = new WorktreeWatch(wire, api);
  const sessions = new SessionsStore();
  const detail = new DetailStore(api, sessions);
  const agent = new AgentStore(api);
  const view = new ViewStore(api);
  const toasts = new ToastsStore();
  const nav = new NavStore();
  const machine = new MachineStore();
  const targets = { sessions, detail, tell: noticer(sessions, nav, toasts) };
  const snapshot = (taken: Snapshot): void => {
    sessions.reset(taken.sessions, taken.seq);
    agent.reset(taken.mode, taken.modes);
    view.reset(taken.view, taken.theme);
    machine.reset(taken);
    if (taken.sessions.length < taken.total) void loadSessions(api, sessions, toasts, false);
  };
  const feed = new Feed(wire, api, { snapshot, event: (event) => applyEvent(event, targets), live: () => worktree.renew() });
  return { api, feed, worktree, sessions, detail, agent, view, toasts, nav, machine, actions: new Actions(), clock: new Clock() };
}

/** Fetches all sessions, with or without the archived ones. */
export async function loadSessions(
  api: Api,
  sessions: SessionsStore,
  toasts: ToastsStore,
  archived: boolean,
): Promise<void> {
  try {
    const list = await api.request("session:list", { include_archived: archived });
    sessions.merge(list.sessions, list.seq);
    if (archived) sessions.archivedKnown = true;
  } catch (thrown) {
    toasts.fail(thrown, "The list of sessions could not be loaded");
  }
}

/** Gives the app to all components below. */
export function provideApp(app: App): void {
  setContext(APP, app);
}

/** The app; to be called while a component is being made. */
export function useApp(): App {
  return getContext<App>(APP);
}
