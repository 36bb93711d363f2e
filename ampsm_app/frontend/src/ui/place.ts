const GAP = 4;
const MARGIN = 8;

/** A point of the window, in pixels. */
export interface Point {
  x: number;
  y: number;
}

/** Puts a popover beside its anchor, inside the window: below it, or above where there is no room. */
export function place(popover: HTMLElement, anchor: Element, side: "below" | "end"): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = at.bottom + GAP;
  const above = at.top - GAP - height;
  const top = below + height > window.innerHeight - MARGIN && above > MARGIN ? above : below;
  inside(popover, side === "end" ? at.right - width : at.left, top);
}

/** Puts a popover at a point, moved as far as it needs to be inside the window. */
export function placeAt(popover: HTMLElement, { x, y }: Point): void {
  inside(popover, x, Math.min(y, window.innerHeight - popover.offsetHeight - MARGIN));
}

function inside(popover: HTMLElement, left: number, top: number): void {
  const furthest = Math.max(MARGIN, window.innerWidth - popover.offsetWidth - MARGIN);
  popover.style.top = `${Math.max(MARGIN, top)}px`;
  popover.style.left = `${Math.min(Math.max(MARGIN, left), furthest)}px`;
}
