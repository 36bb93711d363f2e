import Check from "@lucide/svelte/icons/check";
import Copy from "@lucide/svelte/icons/copy";
import Eye from "@lucide/svelte/icons/eye";
import Minus from "@lucide/svelte/icons/minus";
import Undo2 from "@lucide/svelte/icons/undo-2";
import GitCompare from "@lucide/svelte/icons/git-compare";
import { plural } from "$lib/format";
import type { MenuItem } from "$ui/types";
import type { Changes } from "./changes.svelte";
import type { FileRow, FolderRow } from "./files";
import type { Staging } from "./staging.svelte";
import type { Viewed } from "./viewed";

/** A row that something can be done with. */
export type Target = FileRow | FolderRow;

/** What can be done with a file or a folder of the list, by mouse, key and menu alike. */
export class FileActions {
  constructor(
    private readonly store: Changes,
    private readonly staging: Staging,
    private readonly viewed: Viewed,
  ) {}

  /** Stages what is not, unstages what is; half staged files follow the group that they stand in. */
  toggleStage(row: Target): void {
    if (row.stage === null) return;
    if (this.#isIn(row)) this.unstage(row);
    else this.stage(row);
  }

  stage(row: Target): void {
    if (row.stage !== null && row.stage !== "all") void this.staging.stage({ paths: pathsOf(row) });
  }

  unstage(row: Target): void {
    if (row.stage !== null && row.stage !== "none") void this.staging.unstage({ paths: pathsOf(row) });
  }

  askDiscard(row: Target): void {
    if (row.stage === null || row.stage === "all") return;
    const what = row.type === "file" ? `the changes of ${row.file.path}` : `the changes of ${plural(row.files.length, "file")} in ${row.path}`;
    this.staging.askDiscard({ paths: pathsOf(row) }, `${what} that are not staged`);
  }

  /** Marks a file, or all of a folder, as looked at; where all are marked, takes the marks away. */
  toggleViewed(row: Target): void {
    this.viewed.set(digestsOf(row), !this.isViewed(row));
  }

  isViewed(row: Target): boolean {
    const marked = this.viewed.all;
    return digestsOf(row).every((digest) => marked.has(digest));
  }

  /** The context menu of a row. */
  menu(row: Target): MenuItem[] {
    const { reason } = this.staging;
    const locked = { disabled: reason !== null, reason };
    const staged = this.#isIn(row);
    const items: (MenuItem | null)[] = [
      row.stage === null
        ? null
        : { label: staged ? "Unstage" : "Stage", icon: staged ? Minus : Check, keys: "Space", action: () => this.toggleStage(row), ...locked },
      row.stage === null || row.stage === "all" || row.group === "staged"
        ? null
        : { label: "Discard changes…", icon: Undo2, keys: "Delete", danger: true, action: () => this.askDiscard(row), ...locked },
      { label: this.isViewed(row) ? "Mark as not viewed" : "Mark as viewed", icon: Eye, keys: "v", action: () => this.toggleViewed(row) },
      row.type === "file" && row.group !== "all"
        ? { label: "Show all since base", icon: GitCompare, separated: true, action: () => void this.store.show({ path: row.file.path, against: "base" }) }
        : null,
      { label: "Copy path", icon: Copy, action: () => void navigator.clipboard.writeText(row.type === "file" ? row.file.path : row.path) },
    ];
    return items.filter((item) => item !== null);
  }

  #isIn(row: Target): boolean {
    return row.group === "staged" || (row.group === "all" && row.stage === "all");
  }
}

function pathsOf(row: Target): string[] {
  return row.type === "file" ? [row.file.path] : row.files.map((each) => each.file.path);
}

function digestsOf(row: Target): string[] {
  return row.type === "file" ? [row.file.digest] : row.files.map((each) => each.file.digest);
}
