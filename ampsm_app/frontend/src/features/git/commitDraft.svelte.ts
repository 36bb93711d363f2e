import type { CommitLine } from "$lib/generated/contract";
import type { ViewStore } from "$lib/stores/view.svelte";

/** How long the first line of a message should be at most: longer ones are cut by most tools. */
export const SUBJECT = 72;

// The server keeps these lines of its own commits.
const OUR_LINES = /^(?:Ampsm-[A-Za-z]+|Amp-Thread): .*$\n?/gm;

/** The message that is being written, kept with the session on the server. */
export class CommitDraft {
  amend = $state(false);
  readonly #key: string;
  #before = "";

  constructor(
    private readonly view: ViewStore,
    sessionId: string,
  ) {
    this.#key = `git.message.${sessionId}`;
  }

  get message(): string {
    return this.view.get(this.#key, "");
  }

  set message(text: string) {
    this.view.set(this.#key, text);
  }

  /** The length of the first line. */
  get subject(): number {
    return Array.from(this.message.split("\n")[0] ?? "").length;
  }

  /** Begins from the last commit's message, or goes back to what was written before. */
  setAmend(amend: boolean, last: CommitLine | undefined): void {
    if (amend === this.amend) return;
    this.amend = amend;
    if (amend && last !== undefined) {
      this.#before = this.message;
      this.message = messageOf(last);
    } else if (last === undefined || this.message === messageOf(last)) {
      this.message = this.#before;
    }
  }

  /** After a commit: nothing is written yet. */
  clear(): void {
    this.amend = false;
    this.#before = "";
    this.message = "";
  }
}

/** A commit's message as its author wrote it. */
export function messageOf({ subject, body }: CommitLine): string {
  return `${subject}\n\n${body.replace(OUR_LINES, "")}`.trim();
}
