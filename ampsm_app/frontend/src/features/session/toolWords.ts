const TELLING = ["command", "cmd", "path", "file_path", "pattern", "query", "prompt", "url", "description"];
const LONGEST = 300;

/** What a tool was called with, in one line: its most telling argument, else all of them. */
export function argumentLine(args: Readonly<Record<string, unknown>>): string {
  const telling = TELLING.map((name) => args[name]).find((value) => typeof value === "string" && value !== "");
  const text = typeof telling === "string" ? telling : JSON.stringify(args);
  return text.replace(/\s+/g, " ").slice(0, LONGEST);
}
