import type { AgentHealth } from "$lib/generated/contract";
import type { Tone } from "$ui/types";

/** What each state of an agent is called, and its colour. */
export const AGENT_STATES: Readonly<Record<AgentHealth["state"], { word: string; tone: Tone }>> = {
  ready: { word: "Agent ready", tone: "ok" },
  demo: { word: "Demo agent ready", tone: "ok" },
  "no-login": { word: "Not logged in", tone: "warn" },
  offline: { word: "Agent offline", tone: "warn" },
  "not-found": { word: "Agent not found", tone: "bad" },
  broken: { word: "Agent does not work", tone: "bad" },
  unknown: { word: "Agent not checked", tone: "neutral" },
};
