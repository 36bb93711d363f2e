import type { EventType } from "$lib/generated/contract";
import type { LogLine } from "./lines";

/** A kind of line that can be shown alone. */
export interface Kind {
  id: string;
  label: string;
  types: readonly EventType[];
}

export const kinds: readonly Kind[] = [
  { id: "messages", label: "Messages", types: ["user_message", "assistant_message"] },
  { id: "thinking", label: "Thinking", types: ["assistant_thinking"] },
  { id: "tools", label: "Tools", types: ["tool_start", "tool_call"] },
  { id: "files", label: "Files", types: ["file_edit"] },
  { id: "output", label: "Output", types: ["agent_output"] },
  { id: "checks", label: "Checks", types: ["test_result"] },
  { id: "git", label: "Git", types: ["git_operation", "merge_changed"] },
  { id: "usage", label: "Usage", types: ["llm_usage"] },
  { id: "errors", label: "Errors", types: ["error"] },
  {
    id: "session",
    label: "Session",
    types: ["iteration_start", "iteration_end", "thread_started", "session_changed", "session_deleted", "stop_requested"],
  },
];

/** What is looked for: kinds (none: all), words, and the turn. */
export interface Filter {
  kinds: readonly string[];
  search: string;
  iterationId: string | null;
}

/** The event types of the chosen kinds; empty means all. */
export function typesOf(chosen: readonly string[]): EventType[] {
  return kinds.filter((kind) => chosen.includes(kind.id)).flatMap((kind) => [...kind.types]);
}

/** Whether a line that just came belongs to what is shown. */
export function passes(line: LogLine, filter: Filter): boolean {
  if (filter.iterationId !== null && line.iterationId !== filter.iterationId) return false;
  if (filter.kinds.length > 0 && !typesOf(filter.kinds).includes(line.type)) return false;
  const wanted = filter.search.trim().toLowerCase();
  if (wanted === "") return true;
  return [line.label, line.text, ...line.sections.map((section) => section.text)].some((text) => text.toLowerCase().includes(wanted));
}

/**
 * Lines in order after others came, from the log or live, in any order and more than once. Beginning and end of a
 * tool call are one line, where the call began.
 */
export function mergeLines(known: readonly LogLine[], more: readonly LogLine[]): LogLine[] {
  return appended(known, more) ?? sorted(known, more);
}

/** The usual case, many times a second: all lines are newer than those known. Null where they are not. */
function appended(known: readonly LogLine[], more: readonly LogLine[]): LogLine[] | null {
  const lines = [...known];
  let last = lines.at(-1)?.seq ?? -1;
  for (const line of more) {
    if (line.seq <= last) return null;
    last = line.seq;
    const begun = line.type === "tool_call" ? lines.findLastIndex((other) => other.toolUseId !== null && keyOf(other) === keyOf(line)) : -1;
    const before = lines[begun];
    if (before === undefined) lines.push(line);
    else lines[begun] = oneOfBoth(before, line);
  }
  return lines;
}

function sorted(known: readonly LogLine[], more: readonly LogLine[]): LogLine[] {
  const rows = new Map<string, LogLine>();
  for (const line of [...known, ...more]) {
    const key = keyOf(line);
    const before = rows.get(key);
    rows.set(key, before === undefined ? line : oneOfBoth(before, line));
  }
  const merged = [...rows.values()];
  const inOrder = merged.every((line, index) => line.seq > (merged[index - 1]?.seq ?? -1));
  return inOrder ? merged : merged.sort((one, other) => one.seq - other.seq);
}

/** What a line is known by: its call within its turn, or its number. */
export function keyOf(line: LogLine): string {
  return line.toolUseId === null ? `${line.seq}` : `${line.iterationId ?? ""}/${line.toolUseId}`;
}

function oneOfBoth(before: LogLine, line: LogLine): LogLine {
  const first = before.seq <= line.seq ? before : line;
  const told = line.type === "tool_call" || before.type !== "tool_call" ? line : before;
  return { ...told, seq: first.seq, time: first.time };
}
