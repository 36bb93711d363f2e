import type { App } from "$lib/app";
import type { Action } from "$lib/stores/actions.svelte";
import { MODE_NAMES } from "$lib/stores/agent.svelte";
import type { Mode, Theme } from "$lib/types";

const THEMES: Readonly<Record<Theme, string>> = {
  dark: "Gruvbox dark",
  light: "Gruvbox light",
  contrast: "High contrast",
  system: "Follow the system",
};

/** What can be done from anywhere. */
export function globalActions(app: App): readonly Action[] {
  const { nav, view } = app;
  return [
    { id: "palette", label: "Search or run", group: "General", keys: "Mod+K", hidden: true, run: () => nav.show({ kind: "palette" }) },
    { id: "keys", label: "Show all keys", group: "General", keys: "?", run: () => nav.show({ kind: "keys" }) },
    { id: "session.new", label: "New session", group: "Sessions", keys: "n", run: () => nav.show({ kind: "new-session" }) },
    { id: "go.sessions", label: "Go to Sessions", group: "General", keys: "g s", run: () => nav.openTab("overview") },
    { id: "storage", label: "Storage: space and trash", group: "General", run: () => nav.show({ kind: "storage" }) },
    { id: "agent", label: "Agent and machine", group: "General", run: () => nav.show({ kind: "agent" }) },
    {
      id: "rail",
      label: "Fold or unfold the rail",
      group: "General",
      keys: "Mod+B",
      run: () => view.set("rail.folded", !view.get("rail.folded", false)),
    },
    ...Object.entries(THEMES).map(([theme, name]) => ({
      id: `theme.${theme}`,
      label: `Theme: ${name}`,
      group: "Theme",
      run: () => view.setTheme(theme as Theme),
    })),
    ...app.agent.modes.map(({ mode }) => ({
      id: `mode.${mode}`,
      label: `Mode: ${MODE_NAMES[mode]}`,
      group: "Mode",
      run: () => switchMode(app, mode),
    })),
  ];
}

/** Switches the mode at once, or asks for the path or address that the mode needs first. */
export function switchMode({ agent, nav, toasts }: App, mode: Mode): void {
  const known = agent.of(mode);
  if ((mode === "local-cli" && known?.binary === null) || (mode === "local-server" && known?.server_url === null)) {
    nav.show({ kind: "mode", mode });
    return;
  }
  agent.switchTo(mode).catch((thrown: unknown) => toasts.fail(thrown, `The mode stays as it is`));
}
