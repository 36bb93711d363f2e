import type { Attachment } from "svelte/attachments";
import { spellKeys } from "./keys";
import { place } from "./place";

const DELAY_MS = 450;

/** Shows a text beside an element that is hovered or has the focus: `{@attach tooltip("Rename", "F2")}`. */
export function tooltip(text: string | null | undefined, keys?: string): Attachment<HTMLElement> {
  return (element) => {
    if (!text) return;
    let tip: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hide = (): void => {
      clearTimeout(timer);
      tip?.remove();
      tip = null;
    };
    const show = (): void => {
      hide();
      tip = makeTip(text, keys);
      document.body.append(tip);
      tip.showPopover();
      place(tip, element, "below");
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(show, DELAY_MS);
    };
    const onFocus = (): void => {
      if (element.matches(":focus-visible")) soon();
    };
    element.addEventListener("pointerenter", soon);
    element.addEventListener("focus", onFocus);
    for (const event of ["pointerleave", "pointerdown", "blur", "keydown"]) element.addEventListener(event, hide);
    return () => {
      hide();
      element.removeEventListener("pointerenter", soon);
      element.removeEventListener("focus", onFocus);
      for (const event of ["pointerleave", "pointerdown", "blur", "keydown"]) element.removeEventListener(event, hide);
    };
  };
}

function makeTip(text: string, keys: string | undefined): HTMLElement {
  const tip = document.createElement("div");
  tip.className = "tooltip";
  tip.popover = "manual";
  tip.role = "tooltip";
  tip.textContent = text;
  if (keys !== undefined) {
    const kbd = document.createElement("kbd");
    kbd.textContent = spellKeys(keys);
    tip.append(kbd);
  }
  return tip;
}
