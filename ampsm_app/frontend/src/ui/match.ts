/** How well `text` answers a query: words in any order, starts of words best. Null where it does not. */
export function score(text: string, query: string): number | null {
  const hay = text.toLowerCase();
  let total = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = hay.indexOf(word);
    if (at < 0) return null;
    const startsWord = at === 0 || /[^\p{L}\p{N}]/u.test(hay[at - 1] ?? "");
    total += (startsWord ? 0 : 10) + Math.min(at, 60) / 60;
  }
  return total;
}

/** The items that answer a query, best first, with a handicap for some; for an empty one all, in their order. */
export function matching<T>(
  items: readonly T[],
  query: string,
  text: (item: T) => string,
  handicap: (item: T) => number = () => 0,
): T[] {
  if (query.trim() === "") return [...items];
  return items
    .flatMap((item) => {
      const found = score(text(item), query);
      return found === null ? [] : [{ item, score: found + handicap(item) }];
    })
    .sort((one, other) => one.score - other.score)
    .map((entry) => entry.item);
}
