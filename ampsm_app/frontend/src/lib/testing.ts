import type { Api, RequestName } from "./api/socket";
import { AppError } from "./api/errors";
import { APP, createApp, type App } from "./app";
import type {
  AgentHealth,
  Event,
  EventData,
  Iteration,
  Requests,
  SessionSummary,
  Snapshot,
} from "./generated/contract";
import type { Wire } from "./api/wire";

/** What a fake server answers, by the names of the requests. */
export type Answers = { [Name in RequestName]?: (request: Requests[Name]["request"]) => unknown };

/** An app on a socket that answers from a table: what is given there, and an empty server otherwise. */
export interface FakeApp {
  readonly app: App;
  readonly context: Map<symbol, App>;
  readonly sent: { name: string; payload: unknown }[];
  readonly api: Api;
  /** Delivers an event as the server would, with the next number unless one is given. */
  readonly emit: (sessionId: string | null, data: EventData, seq?: number) => void;
  /** Delivers a batch as it is. */
  readonly push: (events: Event[]) => void;
  /** Says that a session's worktree was changed by hand. */
  readonly edit: (sessionId: string) => void;
  readonly drop: () => void;
  readonly connect: () => Promise<void>;
}

/** Makes an app for tests; `connect` (or the component that starts the feed) brings the snapshot. */
export function fakeApp({ answers = {}, snapshot = {} }: { answers?: Answers; snapshot?: Partial<Snapshot> } = {}): FakeApp {
  const listeners = new Map<string, (...args: never[]) => void>();
  const sent: FakeApp["sent"] = [];
  const taken = { ...emptySnapshot, ...snapshot };
  let seq = taken.seq;
  const table: Answers = {
    "app:snapshot": () => taken,
    "events:follow": () => ({ seq }),
    "view:set": () => ({}),
    "worktree:watch": () => ({}),
    ...answers,
  };
  const call = (event: string, ...args: unknown[]): void =>
    (listeners.get(event) as ((...args: unknown[]) => void) | undefined)?.(...args);
  const wire = {
    connected: false as boolean,
    active: true,
    on: (event: string, listener: (...args: never[]) => void) => listeners.set(event, listener),
    connect: () => {
      wire.connected = true;
      call("connect");
    },
    emitWithAck: async (name: string, payload: unknown): Promise<unknown> => {
      sent.push({ name, payload });
      const answer = table[name as RequestName] as ((payload: unknown) => unknown) | undefined;
      if (answer === undefined) return { error: { code: "not_found", message: `no answer for ${name}` } };
      try {
        return { ok: await answer(payload) };
      } catch (thrown) {
        if (thrown instanceof AppError) return { error: thrown.toJSON() };
        throw thrown;
      }
    },
  } satisfies Wire;
  const app = createApp(wire);
  const push = (events: Event[]): void => {
    seq = Math.max(seq, ...events.map((event) => event.seq));
    call("events", events, () => sent.push({ name: "ack", payload: events.at(-1)?.seq }));
  };
  return {
    app,
    api: app.api,
    context: new Map([[APP, app]]),
    sent,
    push,
    emit: (sessionId, data, number = seq + 1) => push([event(number, sessionId, data)]),
    edit: (id) => call("worktree", { id }),
    drop: () => {
      wire.connected = false;
      call("disconnect");
    },
    connect: async () => {
      if (!listeners.has("connect")) app.feed.start();
      else wire.connect();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** An event of the log. */
export function event(seq: number, sessionId: string | null, data: EventData): Event {
  return { seq, session_id: sessionId, iteration_id: null, timestamp: "2026-11-20T10:15:02.123Z", data };
}

const noUsage = { input_tokens: 0, cache_write_tokens: 0, cache_read_tokens: 0, output_tokens: 0, total_tokens: 0 };

/** A session as a list shows it. */
export function session(fields: Partial<SessionSummary> & { id: string }): SessionSummary {
  return {
    name: `Session ${fields.id}`,
    status: "idle",
    prompt: "Do something",
    follow_ups: [],
    follow_ups_sent: 0,
    repo_root: "/home/ada/frontend",
    base_branch: "main",
    base_commit: "a".repeat(40),
    branch: `amp/${fields.id}/20261120-101502`,
    worktree_path: `/home/ada/frontend/.worktrees/${fields.id}`,
    context_dir: "AGENT_CONTEXT",
    script: null,
    model: "default",
    mode: null,
    cli_path: null,
    server_url: null,
    agent: "amp",
    thread_id: null,
    notes: null,
    auto_commit: true,
    created_at: "2026-11-20T10:15:02.123Z",
    last_run_at: null,
    archived_at: null,
    merged_at: null,
    limit_until: null,
    iterations: 0,
    running_iteration: null,
    last_outcome: null,
    last_check_passed: null,
    last_error: null,
    changed_files: 0,
    lines_added: 0,
    lines_deleted: 0,
    usage: noUsage,
    cost_usd: null,
    cost_kind: "unknown",
    merge_status: null,
    ...fields,
  };
}

/** A turn of a session. */
export function iteration(fields: Partial<Iteration> & { id: string; session_id: string }): Iteration {
  return {
    number: 1,
    prompt: "Do something",
    started_at: "2026-11-20T10:15:02.123Z",
    ended_at: "2026-11-20T10:16:14.123Z",
    outcome: "completed",
    start_sha: "a".repeat(40),
    commit_sha: "b".repeat(40),
    changed_files: 1,
    lines_added: 3,
    lines_deleted: 1,
    check: null,
    usage: noUsage,
    cost_usd: null,
    cost_kind: "unknown",
    model: "default",
    mode: "production",
    thread_id: null,
    agent_version: null,
    exit_code: 0,
    duration_ms: 72_000,
    limit_until: null,
    withheld: [],
    purpose: "work",
    error: null,
    ...fields,
  };
}

/** An agent that is ready. */
export const readyAgent: AgentHealth = {
  mode: "production",
  state: "ready",
  binary: "/usr/local/bin/amp",
  version: "0.0.1790",
  server_url: null,
  origin: "default",
  message: "Ready",
  hint: null,
  models: [{ name: "default", available: true, reason: null }],
};

const emptySnapshot: Snapshot = {
  seq: 0,
  version: "1.0.0",
  sessions: [],
  total: 0,
  mode: readyAgent,
  modes: [readyAgent],
  view: {},
  theme: "dark",
  recent_repos: [],
  platform: "linux",
  home: "/home/ada",
};
