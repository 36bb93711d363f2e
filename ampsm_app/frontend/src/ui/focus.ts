import type { Attachment } from "svelte/attachments";

const FOCUSABLE =
  'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),summary,[tabindex]:not([tabindex="-1"]),[contenteditable="true"]';

/** The elements inside `root` that the Tab key reaches, in order. */
export function focusable(root: Element): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (element) => element.tabIndex >= 0 && element.closest("[hidden],[inert],details:not([open]) > :not(summary)") === null,
  );
}

/**
 * Opens a dialog modally, keeps the Tab key inside it, and gives the focus back when it goes.
 * The first field gets the focus unless something inside has `autofocus` or `data-autofocus`.
 */
export const heldFocus: Attachment<HTMLDialogElement> = (dialog) => {
  const before = document.activeElement;
  dialog.showModal();
  const first =
    dialog.querySelector<HTMLElement>("[autofocus],[data-autofocus]") ??
    focusable(dialog).find((element) => !element.matches("header *")) ??
    focusable(dialog).at(0) ??
    dialog;
  first.focus();
  const wrap = (event: KeyboardEvent): void => wrapTab(event, dialog);
  dialog.addEventListener("keydown", wrap);
  return () => {
    dialog.removeEventListener("keydown", wrap);
    dialog.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
};

function wrapTab(event: KeyboardEvent, dialog: HTMLElement): void {
  if (event.key !== "Tab" || event.defaultPrevented) return;
  const stops = focusable(dialog);
  const [first, last] = [stops.at(0), stops.at(-1)];
  const leaving = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

/** Moves the focus among `items` with arrows, Home and End; true where the key was one of them. */
export function rove(event: KeyboardEvent, items: readonly HTMLElement[], back: string, forth: string): boolean {
  const index = items.indexOf(document.activeElement as HTMLElement);
  const to = { [back]: index - 1, [forth]: index + 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || items.length === 0) return false;
  event.preventDefault();
  items.at(to % items.length)?.focus();
  return true;
}
