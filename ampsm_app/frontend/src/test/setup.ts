import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";

// What the test environment has no layout for: popovers, heights, scrolling into sight.
const HEIGHT = 600;
Object.assign(HTMLElement.prototype, { showPopover: () => undefined, hidePopover: () => undefined });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => HEIGHT });
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => cleanup());
