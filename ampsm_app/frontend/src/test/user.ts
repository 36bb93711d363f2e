import { tick } from "svelte";

/** Presses a key where the focus is. */
export async function press(key: string, options: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }));
  await settle();
}

/** Types a text into a field. */
export async function type(field: HTMLElement, text: string): Promise<void> {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
}

/** Clicks. */
export async function click(element: Element, options: MouseEventInit = {}): Promise<void> {
  element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...options }));
  await settle();
}

/** Waits until answers have come and the page shows them. */
export async function settle(ms = 0): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  await tick();
  await new Promise((resolve) => requestAnimationFrame(resolve));
}
