import { untrack } from "svelte";
import type { Api } from "../api/socket";
import type { Theme } from "../types";

const SETTLE_MS = 250;

/**
 * How the page looks: theme, sizes, what is folded. Kept by the server, because the window's origin has
 * another port each time and would lose anything that is kept in the browser.
 */
export class ViewStore {
  theme: Theme = $state("dark");
  #systemDark = $state(true);
  #values: Readonly<Record<string, unknown>> = $state.raw({});
  readonly #api: Api;
  readonly #pending = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** The theme that is shown: `system` is one of the others. */
  get shownTheme(): Exclude<Theme, "system"> {
    if (this.theme !== "system") return this.theme;
    return this.#systemDark ? "dark" : "light";
  }

  /** Starts anew from a snapshot. */
  reset(values: Readonly<Record<string, unknown>>, theme: Theme): void {
    this.#values = values;
    this.theme = theme;
  }

  /** Follows the system's dark or light preference; returns what ends it. */
  watchSystem(query: MediaQueryList): () => void {
    const follow = (): void => void (this.#systemDark = query.matches);
    follow();
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }

  /** A piece of view state, or the fallback where there is none of its kind. */
  get<Value>(key: string, fallback: Value): Value {
    const value = this.#values[key];
    return typeof value === typeof fallback && value !== null && Array.isArray(value) === Array.isArray(fallback)
      ? (value as Value)
      : fallback;
  }

  /** Changes a piece of view state here at once and on the server soon. */
  set(key: string, value: unknown): void {
    untrack(() => (this.#values = { ...this.#values, [key]: value }));
    clearTimeout(this.#pending.get(key));
    this.#pending.set(key, setTimeout(() => this.#keep(key, value), SETTLE_MS));
  }

  /** Changes the theme. */
  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep("theme", theme);
  }

  #keep(key: string, value: unknown): void {
    this.#pending.delete(key);
    // How a list was folded is not worth a word when it could not be kept.
    this.#api.request("view:set", { key, value }).catch(() => undefined);
  }
}
