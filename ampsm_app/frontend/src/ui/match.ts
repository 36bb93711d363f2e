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

/** The items that answer a query, best first; all of them, in their order, for an empty one. */
export function matching<T>(items: readonly T[], query: string, text: (item: T) => string): T[] {
  if (query.trim() === "") return [...items];
  return items
    .map((item) => ({ item, score: score(text(item), query) }))
    .filter((entry): entry is { item: T; score: number } => entry.score !== null)
    .sort((one, other) => one.score - other.score)
    .map((entry) => entry.item);
}
