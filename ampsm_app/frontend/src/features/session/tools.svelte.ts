import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { Event } from "$lib/generated/contract";
import { groupBy } from "$lib/group";
import type { EventOf } from "$lib/types";

export type ToolCall = EventOf<"tool_call">;

/** All calls of one tool. */
export interface Tool {
  readonly name: string;
  readonly calls: readonly ToolCall[];
  readonly failed: number;
  /** Median duration in ms; null where no call has one. */
  readonly median: number | null;
}

const PAGE = 500;
const MOST = 5000;

/** The tool calls of a session, from its events and then live. */
export class ToolCalls {
  calls: readonly ToolCall[] = $state.raw([]);
  loading = $state(true);
  /** Whether there are more than are shown. */
  cut = $state(false);
  error: AppError | null = $state.raw(null);
  readonly tools: readonly Tool[] = $derived(summarise(this.calls));
  #last = 0;

  /** Fetches the calls so far. */
  async load(api: Api, sessionId: string): Promise<void> {
    try {
      let more = true;
      while (more && this.calls.length < MOST) {
        const page = await api.request("events:page", {
          session_id: sessionId,
          types: ["tool_call"],
          after_seq: this.#last,
          limit: PAGE,
        });
        this.#add(page.events);
        more = page.more && page.events.length > 0;
      }
      this.cut = more;
    } catch (thrown) {
      this.error = asAppError(thrown);
    } finally {
      this.loading = false;
    }
  }

  /** A call ended just now. What the pages bring anyway is left to them. */
  add(event: Event): void {
    if (!this.loading) this.#add([event]);
  }

  #add(events: readonly Event[]): void {
    const fresh = events.filter((event) => event.seq > this.#last);
    this.#last = Math.max(this.#last, ...fresh.map((event) => event.seq));
    this.calls = [...this.calls, ...fresh.flatMap(({ data }) => (data.type === "tool_call" ? [data] : []))];
  }
}

function summarise(calls: readonly ToolCall[]): Tool[] {
  return [...groupBy(calls, (call) => call.tool_name)]
    .map(([name, own]) => ({
      name,
      calls: own,
      failed: own.filter((call) => call.success === false).length,
      median: median(own.flatMap((call) => call.duration_ms ?? [])),
    }))
    .sort((one, other) => other.calls.length - one.calls.length);
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
