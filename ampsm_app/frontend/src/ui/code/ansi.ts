/** Text in one style; `tone` names a colour of the page's tokens, null is plain. */
export interface Piece {
  text: string;
  tone: Tone | null;
  bold: boolean;
}

export type Tone = "red" | "green" | "yellow" | "blue" | "purple" | "aqua" | "faint";

const tones: Record<number, Tone | null> = {
  30: "faint",
  31: "red",
  32: "green",
  33: "yellow",
  34: "blue",
  35: "purple",
  36: "aqua",
  37: null,
  39: null,
};

// Colours (CSI … m) are read; any other control sequence, complete or cut, is dropped.
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|\x9b[0-?]*[ -/]*[@-~]?/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text as a terminal without colours would show it: no escape, control or direction character is left. */
export function plainText(text: string): string {
  return tidy(text.replace(SEQUENCE, ""));
}

/** The text in pieces of one colour each; of all escape sequences only colours count. */
export function colouredPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let style: Omit<Piece, "text"> = { tone: null, bold: false };
  let at = 0;
  const add = (part: string): void => {
    const shown = tidy(part);
    if (shown !== "") pieces.push({ text: shown, ...style });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = restyled(style, match[1]);
  }
  add(text.slice(at));
  return pieces;
}

function restyled(style: Omit<Piece, "text">, codes: string): Omit<Piece, "text"> {
  const numbers = codes.split(/[;:]/).map(Number);
  let { tone, bold } = style;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) [tone, bold] = [null, false];
    else if (code === 1) bold = true;
    else if (code === 2) tone = "faint";
    else if (code === 22) bold = false;
    // Colours out of a palette or as RGB are not of this page's: their numbers are skipped.
    else if (code === 38 || code === 48) index += numbers[index + 1] === 5 ? 2 : 4;
    else {
      const base = code >= 90 && code <= 97 ? code - 60 : code;
      if (base in tones) tone = tones[base] ?? null;
    }
  }
  return { tone, bold };
}

function tidy(text: string): string {
  return overwritten(text)
    .replace(CONTROL, "")
    .replace(DIRECTION, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** What is left to see of lines that begin again at a carriage return. */
function overwritten(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .split("\n")
    .map((line) => {
      const shown = line.replace(/\r+$/, "");
      return shown.slice(shown.lastIndexOf("\r") + 1);
    })
    .join("\n");
}
