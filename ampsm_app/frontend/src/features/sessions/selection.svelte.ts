/** The sessions that are chosen for one common action. */
export class Selection {
  ids: readonly string[] = $state.raw([]);
  #anchor: string | null = null;

  /** Whether a session is chosen. */
  has(id: string): boolean {
    return this.ids.includes(id);
  }

  /** Chooses a session, or no longer. */
  toggle(id: string): void {
    this.ids = this.has(id) ? this.ids.filter((known) => known !== id) : [...this.ids, id];
    this.#anchor = id;
  }

  /** Chooses everything from the last one chosen to this one, in the order of the list. */
  extend(id: string, order: readonly string[]): void {
    const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) {
      this.toggle(id);
      return;
    }
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.ids = [...new Set([...this.ids, ...range])];
  }

  /** Forgets the choice, or the part of it that is gone. */
  clear(): void {
    this.ids = [];
    this.#anchor = null;
  }
}
