import { count, duration, money, plural, shortSha, tokens } from "$lib/format";
import type { Event, EventData, EventType } from "$lib/generated/contract";
import { unreachable, type EventOf } from "$lib/types";
import type { Tone } from "$ui/types";
import { plainText } from "$ui/code/ansi";

/** A part of a line that opens: arguments, a result, a whole message. */
export interface Section {
  label: string;
  text: string;
}

/** One event as the console shows it. */
export interface LogLine {
  seq: number;
  time: string;
  type: EventType;
  iterationId: string | null;
  label: string;
  tone: Tone;
  /** One line without escapes, cut to what could be seen. */
  text: string;
  sections: readonly Section[];
  /** Lines added and deleted, where the event counts them. */
  stat: { added: number; deleted: number } | null;
  /** Whether a sub-agent did it. */
  nested: boolean;
  /** The call that a tool line tells of: its end replaces its beginning. */
  toolUseId: string | null;
}

const SUMMARY = 600;
// Everything of a session happens in its worktree: what stands before it says nothing.
const IN_WORKTREE = /[^\s"'=]*[/\\]\.worktrees[/\\][a-z0-9]{8,10}[/\\]/g;
type Words = Pick<LogLine, "label" | "tone" | "text"> & Partial<Pick<LogLine, "sections" | "stat">>;

/** The line of an event; null for what is no news (a session's row changed, its status did not). */
export function lineOf(event: Event): LogLine | null {
  const words = wordsOf(event.data);
  if (words === null) return null;
  const { data } = event;
  return {
    seq: event.seq,
    time: event.timestamp,
    type: data.type,
    iterationId: event.iteration_id,
    label: words.label,
    tone: words.tone,
    text: oneLine(words.text),
    sections: (words.sections ?? []).filter((section) => section.text !== ""),
    stat: words.stat ?? null,
    nested: "parent_tool_use_id" in data && data.parent_tool_use_id !== null,
    toolUseId: "tool_use_id" in data ? data.tool_use_id : null,
  };
}

/** The first line of a text without escapes, at most a few hundred characters. */
export function oneLine(text: string): string {
  const shown = plainText(text.slice(0, SUMMARY * 4)).trim();
  const end = shown.indexOf("\n");
  const first = (end < 0 ? shown : shown.slice(0, end)).replaceAll("\t", " ");
  const cut = first.length > SUMMARY || (end >= 0 && shown.length > end + 1);
  return cut ? `${first.slice(0, SUMMARY)} …` : first;
}

/** What a call is about: the command, path, pattern or question among its arguments. */
export function aboutCall(args: Record<string, unknown>): string {
  for (const key of ["command", "cmd", "pattern", "query", "file_path", "path", "url", "description", "prompt"]) {
    const value = args[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return Object.keys(args).length === 0 ? "" : JSON.stringify(args);
}

function wordsOf(data: EventData): Words | null {
  switch (data.type) {
    case "user_message":
      return { label: "you", tone: "accent", text: data.message, sections: ifLong("Message", data.message) };
    case "assistant_message":
      return { label: "agent", tone: "neutral", text: data.text, sections: ifLong("Message", data.text) };
    case "assistant_thinking":
      return { label: "thinking", tone: "purple", text: data.text, sections: ifLong("Thinking", data.text) };
    case "tool_start":
      return toolWords(data, "running");
    case "tool_call":
      return toolWords(data, callResult(data));
    case "agent_output":
      return { label: data.stream, tone: data.stream === "stderr" ? "warn" : "neutral", text: data.text, sections: ifLong("Output", data.text) };
    case "file_edit":
      return fileWords(data);
    case "llm_usage":
      return usageWords(data);
    case "test_result":
      return checkWords(data);
    case "git_operation":
      return gitWords(data);
    case "merge_changed":
      return { label: "merge", tone: "busy", text: [data.merge.status, data.merge.code, data.merge.reason].filter(Boolean).join(" · ") };
    case "error":
      return { label: "error", tone: "bad", text: `${data.code}: ${data.message}`, sections: [...ifLong("Error", data.message), { label: "What to do", text: data.hint ?? "" }] };
    case "iteration_start":
    case "iteration_end":
    case "thread_started":
    case "session_changed":
    case "session_deleted":
    case "stop_requested":
      return sessionWords(data);
    default:
      unreachable(data);
      return null;
  }
}

type SessionData = EventOf<"iteration_start" | "iteration_end" | "thread_started" | "session_changed" | "session_deleted" | "stop_requested">;

function sessionWords(data: SessionData): Words | null {
  switch (data.type) {
    case "iteration_start":
      return { label: "start", tone: "busy", text: `Iteration ${data.iteration_number} · ${data.model} · ${data.mode}`, sections: [{ label: "Prompt", text: data.prompt }] };
    case "iteration_end":
      return endWords(data);
    case "thread_started":
      return { label: "thread", tone: "neutral", text: [data.thread_id, data.model].filter(Boolean).join(" · "), sections: [{ label: "Tools", text: data.tools.join(", ") }] };
    case "session_changed": {
      const { previous_status: before, session } = data;
      if (before === null || before === session.status) return null;
      return { label: "status", tone: "neutral", text: `${before} → ${session.status}` };
    }
    case "session_deleted":
      return { label: "deleted", tone: "warn", text: `Moved to the trash${data.trash_path === null ? "" : `: ${data.trash_path}`}` };
    case "stop_requested":
      return { label: "stop", tone: "warn", text: "Asked to stop" };
  }
}

function endWords(data: EventOf<"iteration_end">): Words {
  const facts = [
    `Iteration ${data.iteration_number} ${data.outcome}`,
    duration(data.duration_ms),
    data.changed_files > 0 ? plural(data.changed_files, "file") : null,
    data.commit_sha === null ? null : `commit ${shortSha(data.commit_sha)}`,
    data.exit_code === null || data.exit_code === 0 ? null : `exit ${data.exit_code}`,
  ];
  const tone = data.outcome === "completed" ? "ok" : data.outcome === "failed" || data.outcome === "environment" ? "bad" : "warn";
  return { label: "end", tone, text: facts.filter(Boolean).join(" · "), sections: [{ label: "Message", text: data.message ?? "" }] };
}

function toolWords(data: EventOf<"tool_start" | "tool_call">, result: string): Words {
  const bad = data.type === "tool_call" && data.success === false;
  const sections: Section[] = [{ label: "Arguments", text: Object.keys(data.args).length === 0 ? "" : JSON.stringify(data.args, null, 2) }];
  if (data.type === "tool_call") sections.push({ label: "Result", text: data.result });
  return { label: data.tool_name, tone: bad ? "bad" : data.type === "tool_start" ? "busy" : "ok", text: `${oneLine(aboutCall(data.args)).replace(IN_WORKTREE, "")} · ${result}`, sections };
}

function callResult({ success, duration_ms: ms }: EventOf<"tool_call">): string {
  const word = success === null ? "no answer" : success ? "done" : "failed";
  return ms === null ? word : `${word} in ${duration(ms)}`;
}

function fileWords(data: EventOf<"file_edit">): Words {
  const path = data.old_path === null ? data.path : `${data.old_path} → ${data.path}`;
  return {
    label: data.operation,
    tone: "neutral",
    text: path,
    stat: { added: data.lines_added, deleted: data.lines_deleted },
    sections: [{ label: "Diff", text: data.diff ?? "" }],
  };
}

function usageWords(data: EventOf<"llm_usage">): Words {
  const { usage } = data;
  const facts = [data.model, data.sub_agent ? "sub-agent" : null, `${tokens(usage.total_tokens)} tokens`, money(data.cost_usd, data.cost_kind)];
  const parts = `uncached input ${count(usage.input_tokens)}\ncache write ${count(usage.cache_write_tokens)}\ncache read ${count(usage.cache_read_tokens)}\noutput ${count(usage.output_tokens)}`;
  return { label: "usage", tone: "neutral", text: facts.filter(Boolean).join(" · "), sections: [{ label: "Tokens", text: parts }] };
}

function checkWords({ check, command, reason }: EventOf<"test_result">): Words {
  const word = check.passed === null ? "could not run" : check.passed ? "passed" : "failed";
  const tone = check.passed === null ? "warn" : check.passed ? "ok" : "bad";
  const place = reason === "merge" ? " on the merged result" : "";
  return { label: "check", tone, text: `${word}${place} in ${duration(check.duration_ms)} · ${command}`, sections: [{ label: "Output", text: check.output }] };
}

function gitWords(data: EventOf<"git_operation">): Words {
  const moved = data.sha_before !== null && data.sha_after !== null ? `${shortSha(data.sha_before)} → ${shortSha(data.sha_after)}` : null;
  const stat = data.insertions + data.deletions > 0 ? { added: data.insertions, deleted: data.deletions } : null;
  const facts = [data.operation, moved, data.files_changed > 0 ? plural(data.files_changed, "file") : null, data.conflicted ? "conflict" : null, data.message];
  return { label: "git", tone: data.conflicted ? "warn" : "neutral", text: facts.filter(Boolean).join(" · "), stat };
}

function ifLong(label: string, text: string): readonly Section[] {
  return text.length > 120 || text.trim().includes("\n") ? [{ label, text }] : [];
}
