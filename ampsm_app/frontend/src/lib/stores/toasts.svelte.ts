import { asAppError } from "../api/errors";
import type { Problem } from "../problem";

/** A short note in the corner. Those of failures stay until they are closed. */
export interface Toast {
  readonly id: number;
  readonly tone: "ok" | "warn" | "bad" | "neutral";
  readonly title: string;
  readonly text?: string | null;
  readonly error?: Problem;
  readonly action?: { label: string; run: () => void };
}

const SHOWN_MS = 6000;
const MOST = 4;

/** Notes of what finished elsewhere or failed. */
export class ToastsStore {
  all: readonly Toast[] = $state.raw([]);
  #next = 1;

  /** Shows a note for a few seconds. */
  show(toast: Omit<Toast, "id">): number {
    const id = this.#next++;
    this.all = [...this.all, { ...toast, id }].slice(-MOST);
    if (toast.tone !== "bad") setTimeout(() => this.dismiss(id), SHOWN_MS);
    return id;
  }

  /** Shows what was thrown, until it is closed. The same failure is shown once. */
  fail(thrown: unknown, title?: string): void {
    const error = asAppError(thrown);
    const told = title ?? error.message;
    const text = [title === undefined ? null : error.message, error.hint].filter(Boolean).join(" ") || null;
    if (this.all.some((toast) => toast.title === told && toast.error?.message === error.message)) return;
    this.show({ tone: "bad", title: told, text, error: error.toJSON() });
  }

  /** Takes a note away. */
  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}
