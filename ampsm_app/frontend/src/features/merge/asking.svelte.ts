import { asAppError, type AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { Event, EventData, Iteration } from "$lib/generated/contract";

/** One thing that the agent said or did. */
export interface Said {
  seq: number;
  text: string;
}

const SHOWN = 6;
const LONGEST = 200;
const TELLING = ["path", "file_path", "command", "cmd", "pattern", "query", "description"];

/** An agent that is asked to settle conflicts: what it is told, what it does, and its end. */
export class Asking {
  notes = $state("");
  /** The turn that runs, whichever window or terminal began it. */
  running: Iteration | null = $state.raw(null);
  lines: readonly Said[] = $state.raw([]);
  error: AppError | null = $state.raw(null);
  busy = $state(false);

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
  ) {}

  /** Asks about these paths, or about all that are left where none are named. */
  async ask(paths: readonly string[] = []): Promise<void> {
    if (this.busy || this.running !== null) return;
    const notes = this.notes.trim();
    this.lines = [];
    const turn = await this.#try(() => this.api.request("merge:ask", { id: this.sessionId, paths: [...paths], notes: notes === "" ? null : notes }));
    // Its end may have been told before its beginning was answered.
    if (turn !== undefined && turn.number > this.#ended) this.running = turn;
  }

  /** Ends the agent; the conflicts stay as they were. */
  async stop(): Promise<void> {
    await this.#try(() => this.api.request("session:stop", { id: this.sessionId }));
  }

  /** Knows a turn that was running before this was looked at. */
  adopt(iterations: readonly Iteration[]): void {
    const turn = iterations.find((each) => each.purpose === "conflicts" && each.outcome === null && each.number > this.#ended);
    if (this.running === null && turn !== undefined) this.running = turn;
  }

  /** Takes an event of the session. */
  take({ seq, data }: Event): void {
    if (data.type === "iteration_end") {
      this.#ended = Math.max(this.#ended, data.iteration_number);
      this.running = null;
      return;
    }
    const text = this.running === null && !this.busy ? null : wordsOf(data);
    if (text !== null) this.lines = [...this.lines, { seq, text }].slice(-SHOWN);
  }

  #ended = 0;

  async #try<Answer>(request: () => Promise<Answer>): Promise<Answer | undefined> {
    this.busy = true;
    this.error = null;
    try {
      return await request();
    } catch (thrown) {
      this.error = asAppError(thrown);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}

/** What is worth a line of progress. */
function wordsOf(data: EventData): string | null {
  if (data.type === "assistant_message" || data.type === "agent_output") return oneLine(data.text);
  if (data.type === "error") return oneLine(data.message);
  const failed = data.type === "tool_call" && data.success === false;
  if (data.type !== "tool_start" && !failed) return null;
  const about = TELLING.map((name) => data.args[name]).find((value) => typeof value === "string");
  // It stands in a folder of its own, whose name says nothing.
  const shown = typeof about === "string" ? about.replace(/^.*\/\.ask-[^/]+\//, "") : "";
  return oneLine(`${data.tool_name}${failed ? " failed" : ""} ${shown}`);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
