import { describe, expect, it } from "vitest";
import { evenLayout, unevenLayout, visibleRange } from "./virtual";

describe("a layout", () => {
  it("of even rows finds the row at a height", () => {
    const layout = evenLayout(10_000, 52);
    expect(layout.total).toBe(520_000);
    expect(layout.at(0)).toBe(0);
    expect(layout.at(5_200)).toBe(100);
    expect(layout.at(999_999)).toBe(9_999);
  });

  it("of uneven rows finds the row that covers a height", () => {
    const layout = unevenLayout([28, 52, 52, 28, 52]);
    expect(layout.total).toBe(212);
    expect([0, 27, 28, 79, 80, 131, 132, 160, 500].map((y) => layout.at(y))).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 4]);
    expect(layout.top(3)).toBe(132);
  });

  it("shows only the rows in sight and a few around them", () => {
    expect(visibleRange(evenLayout(1000, 10), 1000, 500, 100, 2)).toEqual({ first: 48, last: 63 });
    expect(visibleRange(evenLayout(3, 10), 3, 0, 100, 2)).toEqual({ first: 0, last: 3 });
    expect(visibleRange(evenLayout(0, 10), 0, 0, 100, 2)).toEqual({ first: 0, last: 0 });
  });
});
