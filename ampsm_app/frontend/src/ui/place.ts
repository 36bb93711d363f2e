const GAP = 4;
const MARGIN = 8;

/** Puts a popover beside its anchor, inside the window: below it, or above where there is no room. */
export function place(popover: HTMLElement, anchor: Element, side: "below" | "end"): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const top = below + height > window.innerHeight - MARGIN && above > MARGIN ? above : below;
  const left = side === "end" ? at.right - width : at.left;
  popover.style.top = `${Math.max(MARGIN, top)}px`;
  popover.style.left = `${Math.min(Math.max(MARGIN, left), Math.max(MARGIN, window.innerWidth - width - MARGIN))}px`;
}
