import type { AppError } from "./api/errors";
import { plural } from "./format";
import type { Loss } from "./generated/contract";

/** The loss that a refused deletion names; null where the refusal is about something else. */
export function lossOf(error: AppError): Loss | null {
  if (error.code !== "would_lose_work") return null;
  const { details } = error;
  if (typeof details !== "object" || details === null || !("loss" in details)) return null;
  // The server's own model, sent as the details of its error.
  return details.loss as Loss;
}

/** What a deletion would lose, one sentence each. What is not known is said, not left out. */
export function lossLines(loss: Loss): string[] {
  const lines = [
    counted(loss.unmerged_commits, "commit that is nowhere else", "commits that are nowhere else"),
    counted(loss.uncommitted_files, "uncommitted file", "uncommitted files"),
    counted(loss.submodule_commits, "commit in its submodules that was not pushed", "commits in its submodules that were not pushed"),
    ...loss.not_kept.map((path) => `${path} – too large or a repository of its own: kept in the trash only`),
  ];
  return lines.filter((line) => line !== null);
}

function counted(value: number | null, one: string, many: string): string | null {
  if (value === 0) return null;
  return value === null ? `An unknown number of ${many}` : plural(value, one, many);
}
