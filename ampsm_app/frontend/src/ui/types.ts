import type { LucideIcon } from "@lucide/svelte";

/** An icon component, imported as `@lucide/svelte/icons/<name>`. */
export type Icon = LucideIcon;

/** Meaning of a colour. Never shown alone: a word or an icon stands beside it. */
export type Tone = "neutral" | "ok" | "warn" | "bad" | "busy" | "accent" | "purple";

/** An entry of a menu; `reason` says why it is disabled. */
export interface MenuItem {
  label: string;
  action: () => void;
  icon?: Icon;
  keys?: string;
  detail?: string;
  danger?: boolean;
  disabled?: boolean;
  reason?: string | null;
  checked?: boolean;
  separated?: boolean;
}

/** A value that can be chosen; `reason` says why it cannot. */
export interface Option {
  value: string;
  label: string;
  detail?: string;
  disabled?: boolean;
  reason?: string | null;
}

/** Why something could not be done, in the server's words. */
export interface Problem {
  code: string;
  message: string;
  hint?: string | null;
  details?: unknown;
}
