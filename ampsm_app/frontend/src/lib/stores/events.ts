import type { Event } from "../generated/contract";
import { unreachable } from "../types";
import type { DetailStore } from "./detail.svelte";
import type { SessionsStore } from "./sessions.svelte";

/** The stores that events change, and who is told what ended elsewhere. */
export interface EventTargets {
  readonly sessions: SessionsStore;
  readonly detail: DetailStore;
  readonly tell: (event: Event) => void;
}

/**
 * Brings the stores up to date with one event. Every type is named here: a new one does not compile until
 * someone has decided what it means for the page.
 */
export function applyEvent(event: Event, { sessions, detail, tell }: EventTargets): void {
  const open = event.session_id !== null && event.session_id === detail.id;
  const { data } = event;
  switch (data.type) {
    case "session_changed":
      sessions.merge([data.session], event.seq);
      return;
    case "session_deleted":
      if (event.session_id !== null) sessions.remove(event.session_id, event.seq);
      return;
    case "iteration_start":
    case "stop_requested":
      if (open) void detail.reload();
      return;
    case "iteration_end":
      if (open) void detail.reload();
      tell(event);
      return;
    case "merge_changed":
      detail.mergeChanged(data.merge);
      if (open) void detail.reload();
      tell(event);
      return;
    case "test_result":
    case "git_operation":
    case "llm_usage":
      if (open) void detail.reload();
      return;
    case "error":
      tell(event);
      return;
    // What follows is read where it is shown: the logs and the table of tools.
    case "thread_started":
    case "user_message":
    case "assistant_message":
    case "assistant_thinking":
    case "tool_start":
    case "tool_call":
    case "file_edit":
    case "agent_output":
      return;
    default:
      unreachable(data);
  }
}
