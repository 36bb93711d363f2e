import type { ViewStore } from "$lib/stores/view.svelte";

const MOST = 10_000;

/** Which changes of a session were looked at, by their digests: a file that changes again is no longer viewed. */
export class Viewed {
  readonly #key: string;

  constructor(
    private readonly view: ViewStore,
    sessionId: string,
  ) {
    this.#key = `git.viewed.${sessionId}`;
  }

  /** The digests that are marked. */
  get all(): ReadonlySet<string> {
    return new Set(this.view.get<string[]>(this.#key, []));
  }

  /** Marks changes as looked at, or no longer. */
  set(digests: readonly string[], viewed: boolean): void {
    const marked = new Set(this.all);
    for (const digest of digests) {
      marked.delete(digest);
      if (viewed && digest !== "") marked.add(digest);
    }
    this.view.set(this.#key, [...marked].slice(-MOST));
  }
}
