/** A text with the line ending that all its lines share taken out, so that an editor shows and keeps it. */
export interface Endings {
  text: string;
  ending: "\n" | "\r\n";
}

/** Reads a text's line endings; where they are mixed, carriage returns stay in the text and are kept as they are. */
export function splitEndings(text: string): Endings {
  const all = text.match(/\n/g)?.length ?? 0;
  const windows = text.match(/\r\n/g)?.length ?? 0;
  if (all === 0 || all !== windows) return { text, ending: "\n" };
  return { text: text.replaceAll("\r\n", "\n"), ending: "\r\n" };
}

/** The text with its own line endings again. */
export function joinEndings({ text, ending }: Endings): string {
  return ending === "\n" ? text : text.replaceAll("\n", ending);
}
