import { untrack } from "svelte";

/** Something the user can do: by its name in the palette, by its keys, or both. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly run: () => void;
  /** "j", "g s" (one after the other), "Mod+K", "Shift+F7". */
  readonly keys?: string;
  readonly enabled?: () => boolean;
  /** Only by its keys, not in the palette. */
  readonly hidden?: boolean;
  /** Also while a field has the focus, where letters otherwise belong to the field. */
  readonly inFields?: boolean;
}

const SEQUENCE_MS = 1200;
const FIELDS = "input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable=true],[role=menu],[role=listbox]";

/** All actions there are at the moment. The one registry behind keys, palette and the list of keys. */
export class Actions {
  // Plain, with a version beside it: in the clean-up of an effect, state still reads as before the change.
  readonly #sets: (readonly Action[])[] = [];
  #version = $state(0);
  #begun: { keys: string; at: number } | null = null;
  /** Actions that can be run now; where two have the same id or keys, the later one counts. */
  readonly all: readonly Action[] = $derived.by(() => {
    void this.#version;
    return [...new Map(this.#sets.flat().map((action) => [action.id, action])).values()];
  });

  /** Adds actions until the returned function is called. */
  register(actions: readonly Action[]): () => void {
    this.#sets.push(actions);
    this.#changed();
    return () => {
      this.#sets.splice(this.#sets.indexOf(actions), 1);
      this.#changed();
    };
  }

  /** Runs the action of a key, given the chord that it spells; true where there was one. */
  handle(event: KeyboardEvent, chord: string): boolean {
    if (event.defaultPrevented || modalIsOpen()) return false;
    const typing = event.target instanceof Element && event.target.closest(FIELDS) !== null;
    const action = this.#find(chord, typing);
    if (action === undefined) return false;
    event.preventDefault();
    action.run();
    return true;
  }

  #changed(): void {
    // Called from effects, which must not run again because of what they registered.
    untrack(() => this.#version++);
  }

  #find(chord: string, typing: boolean): Action | undefined {
    const begun = this.#begun !== null && Date.now() - this.#begun.at < SEQUENCE_MS ? this.#begun.keys : null;
    const spelled = begun === null ? chord : `${begun} ${chord}`;
    const fits = (action: Action): boolean =>
      (!typing || (action.inFields ?? action.keys?.includes("Mod") ?? false)) && (action.enabled?.() ?? true);
    const found =
      this.all.findLast((action) => action.keys === spelled && fits(action)) ??
      this.all.findLast((action) => action.keys === chord && fits(action));
    const begins = !typing && this.all.some((action) => action.keys?.startsWith(`${chord} `));
    this.#begun = found === undefined && begins ? { keys: chord, at: Date.now() } : null;
    return found;
  }
}

function modalIsOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
