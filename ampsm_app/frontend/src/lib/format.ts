import type { CostKind } from "./types";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time: "12 ms", "0.4 s", "12 s", "1 m 12 s", "2 h 5 m". */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.round(ms)} ms`;
  return ms < 10 * SECOND ? `${(ms / SECOND).toFixed(1)} s` : stopwatch(ms);
}

/** A length of time that is still running, in whole seconds: "0 s", "12 s", "1 m 12 s". */
export function stopwatch(ms: number): string {
  if (ms < SECOND) return "0 s";
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m ${Math.floor((ms % MINUTE) / SECOND)} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} m`;
}

/** How long ago a time was, short: "now", "2 m", "1 h", "3 d", "5 w", then the date. */
export function age(time: string, now: number): string {
  const ms = now - Date.parse(time);
  if (ms < MINUTE) return "now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  if (ms < 14 * DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms < 70 * DAY) return `${Math.floor(ms / (7 * DAY))} w`;
  return day(time);
}

/** The time of day of a moment, in the user's zone: "10:15:02". */
export function clock(time: string): string {
  const at = new Date(time);
  // Spelled here: asking for a locale's spelling takes most of the time of a list that moves.
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** The day of a moment: "Nov 20, 2026". */
export function day(time: string): string {
  return new Date(time).toLocaleDateString("en-US", { year: "numeric", month: "short", day: "numeric" });
}

/** Day and time of a moment: "Nov 20, 2026, 10:15:02". */
export function moment(time: string): string {
  return `${day(time)}, ${clock(time)}`;
}

/** A whole number with its thousands apart: "41,230". */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A number of tokens: "812", "41,230", "1.92 M". */
export function tokens(value: number): string {
  return value < 1_000_000 ? count(value) : `${(value / 1_000_000).toFixed(2)} M`;
}

/** A price: "$0.41" as reported, "~$0.41" as estimated, "unknown" where nobody knows. */
export function money(usd: number | null, kind: CostKind): string {
  if (usd === null || kind === "unknown") return "unknown";
  const digits = usd > 0 && usd < 0.01 ? 4 : 2;
  return `${kind === "estimated" ? "~" : ""}$${usd.toFixed(digits)}`;
}

/** A size: "812 B", "4.1 kB", "12.0 MB". */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** The first seven characters of an object id. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** A number with its noun: "1 file", "3 files", "2 branches" with the plural given. */
export function plural(value: number, noun: string, many = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : many}`;
}

/** The last part of a path, whichever way its slashes lean. */
export function baseName(path: string): string {
  return path.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1) ?? path;
}

/** A path with the user's home written "~". */
export function tildePath(path: string, home: string): string {
  return home !== "" && (path === home || /^[/\\]/.test(path.slice(home.length))) && path.startsWith(home)
    ? `~${path.slice(home.length)}`
    : path;
}
