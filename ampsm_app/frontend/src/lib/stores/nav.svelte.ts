import type { Mode } from "../types";

/** The tabs of a session. */
export type SessionTab = "overview" | "git" | "timeline" | "logs";
/** What covers the page, one at a time. */
export type Overlay =
  | { kind: "palette" | "keys" | "new-session" | "agent" | "storage" }
  | { kind: "mode"; mode: Mode | null }
  | { kind: "delete"; ids: readonly string[] }
  | { kind: "rename" | "squash" | "rebase"; id: string }
  | { kind: "time"; id: string; point?: string };

/** Where the user is. There are no addresses: the window has one page. */
export class NavStore {
  sessionId: string | null = $state(null);
  tab: SessionTab = $state("overview");
  overlay: Overlay | null = $state.raw(null);
  /** The file that the Git tab should show, and against what (`base`, `commit:…`, `iteration:…`). */
  file: string | null = $state(null);
  against: string | null = $state(null);
  /** Whether the merge wizard is open. */
  merging = $state(false);

  /** Opens a session, on the tab where the last one was. */
  open(sessionId: string | null, tab: SessionTab = this.tab): void {
    if (sessionId !== this.sessionId) {
      this.merging = false;
      this.file = null;
      this.against = null;
    }
    this.sessionId = sessionId;
    this.tab = tab;
  }

  /** Shows a tab of the open session; the wizard is left, its merge is not. */
  openTab(tab: SessionTab): void {
    this.tab = tab;
    this.merging = false;
  }

  /** Shows a file of the open session in its Git tab. */
  openFile(path: string, against: string | null = null): void {
    this.file = path;
    this.against = against;
    this.openTab("git");
  }

  /** Shows a change of the open session in its Git tab: `commit:SHA`, `iteration:N`. */
  openChange(against: string): void {
    this.file = null;
    this.against = against;
    this.openTab("git");
  }

  /** Opens the merge wizard. */
  startMerge(): void {
    this.merging = true;
  }

  /** Leaves the merge wizard. */
  endMerge(): void {
    this.merging = false;
  }

  /** Covers the page. */
  show(overlay: Overlay): void {
    this.overlay = overlay;
  }

  /** Uncovers the page. */
  hide(): void {
    this.overlay = null;
  }

  /** Whether the list of sessions gives its width to a diff. */
  get folded(): boolean {
    return this.sessionId !== null && (this.tab === "git" || this.tab === "timeline" || this.merging);
  }
}
