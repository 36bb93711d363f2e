const LONGEST = 60;

/** A name for a session from the first sentence of its prompt, at most 60 characters, cut between words. */
export function suggestName(prompt: string): string {
  const line = prompt.trim().split("\n", 1)[0] ?? "";
  const sentence = line.split(/(?<=[.!?。])\s/u, 1)[0] ?? "";
  const words = sentence.replace(/[\s.:;,!?。]+$/u, "").replace(/\s+/g, " ");
  return words.length <= LONGEST ? words : cut(words);
}

function cut(words: string): string {
  const start = words.slice(0, LONGEST + 1);
  const space = start.lastIndexOf(" ");
  return space > LONGEST / 2 ? start.slice(0, space) : words.slice(0, LONGEST);
}
