import type { Snapshot } from "../generated/contract";

/** The machine that the server runs on. */
export class MachineStore {
  version = $state("");
  home = $state("");
  platform: Snapshot["platform"] = $state("linux");
  recentRepos: readonly string[] = $state.raw([]);

  /** Starts anew from a snapshot. */
  reset(snapshot: Snapshot): void {
    this.version = snapshot.version;
    this.home = snapshot.home;
    this.platform = snapshot.platform;
    this.recentRepos = snapshot.recent_repos;
  }

  /** A repository was used: it comes first in the list of recent ones. */
  used(repo: string): void {
    this.recentRepos = [repo, ...this.recentRepos.filter((known) => known !== repo)];
  }
}
