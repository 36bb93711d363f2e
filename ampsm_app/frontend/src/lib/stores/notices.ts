import { AppError } from "../api/errors";
import type { Event } from "../generated/contract";
import type { EventOf } from "../types";
import type { NavStore } from "./nav.svelte";
import type { SessionsStore } from "./sessions.svelte";
import type { ToastsStore } from "./toasts.svelte";

const OUTCOMES: Readonly<Record<EventOf<"iteration_end">["outcome"], string>> = {
  completed: "finished its turn",
  "awaiting-input": "has a question",
  failed: "failed",
  timeout: "ran out of time",
  cancelled: "was stopped",
  interrupted: "was interrupted",
  limit: "reached a limit",
  environment: "could not run",
};

/** Tells what ended in a session that is not on screen; what is on screen needs no telling. */
export function noticer(sessions: SessionsStore, nav: NavStore, toasts: ToastsStore): (event: Event) => void {
  return (event) => {
    const id = event.session_id;
    const { data } = event;
    if (id === null) {
      if (data.type === "error") toasts.fail(new AppError(data));
      return;
    }
    if (id === nav.sessionId && !document.hidden) return;
    const name = sessions.get(id)?.name ?? "A session";
    const action = { label: "Open", run: () => nav.open(id) };
    if (data.type === "iteration_end") {
      const good = data.status === "idle" || data.status === "done";
      const tone = good ? "ok" : data.status === "awaiting-input" ? "warn" : "bad";
      toasts.show({ tone, title: `${name} ${OUTCOMES[data.outcome]}`, text: data.message, action });
    } else if (data.type === "merge_changed" && data.merge.status === "merged") {
      toasts.show({ tone: "ok", title: `${name} was merged into ${data.merge.base_branch}`, action });
    } else if (data.type === "error") {
      const { code, message, hint } = data;
      toasts.show({ tone: "bad", title: `${name}: ${message}`, text: hint, error: { code, message, hint }, action });
    }
  };
}
