import type { Api } from "../api/socket";
import type { AgentHealth } from "../generated/contract";
import type { Mode } from "../types";

/** The names of the modes, as chips and menus write them. */
export const MODE_NAMES: Readonly<Record<Mode, string>> = {
  production: "Production",
  "local-cli": "Local CLI",
  "local-server": "Local server",
  demo: "Demo agent",
};

/** The mode that turns run in, and whether its agent is ready. */
export class AgentStore {
  health: AgentHealth | null = $state.raw(null);
  modes: readonly AgentHealth[] = $state.raw([]);
  switching = $state(false);
  checking = $state(false);
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Starts anew from a snapshot. */
  reset(health: AgentHealth, modes: readonly AgentHealth[]): void {
    this.health = health;
    this.modes = modes;
  }

  /** What is known of a mode's agent. */
  of(mode: Mode | null): AgentHealth | null {
    return (mode === null ? null : this.modes.find((health) => health.mode === mode)) ?? this.health;
  }

  /** Makes turns run in another mode from now on. Throws where the environment decides. */
  async switchTo(mode: Mode, where: { cli_path?: string; server_url?: string } = {}): Promise<void> {
    this.switching = true;
    try {
      this.#take(await this.#api.request("mode:set", { mode, ...where }), true);
    } finally {
      this.switching = false;
    }
  }

  /** Looks at the present mode's agent again. */
  async refresh(): Promise<void> {
    this.checking = true;
    try {
      this.#take(await this.#api.request("agent:health", { mode: null, refresh: true }), true);
    } finally {
      this.checking = false;
    }
  }

  /** Finds out about a mode's agent (null: the present one's) where that was not looked at yet. */
  async look(mode: Mode | null = null): Promise<void> {
    const known = this.of(mode);
    if (known !== null && known.state !== "unknown" && known.models.length > 0) return;
    try {
      this.#take(await this.#api.request("agent:health", { mode, refresh: false }), mode === null);
    } catch {
      // The chip keeps saying that the agent was not checked, and checks when it is clicked.
    }
  }

  #take(health: AgentHealth, present: boolean): void {
    if (present || health.mode === this.health?.mode) this.health = health;
    this.modes = this.modes.map((known) => (known.mode === health.mode ? health : known));
  }
}
