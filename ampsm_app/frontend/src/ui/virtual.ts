/** Where the rows of a list stand, so that only those in sight are made. */
export interface Layout {
  /** Height of all rows, in pixels. */
  readonly total: number;
  /** Top of a row, in pixels. */
  top(index: number): number;
  /** The row at a height. */
  at(y: number): number;
}

/** A layout of rows that are all alike. */
export function evenLayout(count: number, height: number): Layout {
  return {
    total: count * height,
    top: (index) => index * height,
    at: (y) => Math.min(Math.max(0, Math.floor(y / height)), Math.max(0, count - 1)),
  };
}

/** A layout of rows that know their height. */
export function unevenLayout(heights: readonly number[]): Layout {
  const count = heights.length;
  const tops = new Float64Array(count + 1);
  heights.forEach((height, index) => (tops[index + 1] = (tops[index] ?? 0) + height));
  const top = (index: number): number => tops[index] ?? 0;
  return { total: top(count), top, at: (y) => search(tops, y, count) };
}

function search(tops: Float64Array, y: number, count: number): number {
  let low = 0;
  let high = Math.max(0, count - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The rows from `first` up to `last`, exclusive, that show in a window of a list. */
export function visibleRange(
  layout: Layout,
  count: number,
  scrollTop: number,
  height: number,
  overscan: number,
): { first: number; last: number } {
  if (count === 0) return { first: 0, last: 0 };
  const first = Math.max(0, layout.at(scrollTop) - overscan);
  const last = Math.min(count, layout.at(scrollTop + height) + 1 + overscan);
  return { first, last };
}
