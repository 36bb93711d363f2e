import type { Action } from "$lib/stores/actions.svelte";
import type { Changes } from "./changes.svelte";
import type { FileActions, Target } from "./fileActions";
import { fileKey, type ListRow } from "./files";

interface Hands {
  /** Brings a row into sight. */
  reveal: (index: number) => void;
  /** Puts the keyboard into the diff. */
  read: () => void;
}

/** Where the keys stand in the list of files, and what they do there. */
export class FileKeys {
  /** A folder that the keys stand on; a file is open as soon as they reach it. */
  #folder: string | null = $state(null);

  readonly selectedKey: string | null = $derived.by(() =>
    this.store.selected === null ? null : fileKey(this.store.selected.group, this.store.selected.path),
  );
  readonly activeKey: string | null = $derived.by(() => {
    const folder = this.#folder;
    return folder !== null && this.store.rows.some((row) => row.key === folder) ? folder : this.selectedKey;
  });

  constructor(
    private readonly store: Changes,
    private readonly files: FileActions,
    private readonly hands: Hands,
  ) {}

  /** What a click on a row does; `toggle` opens and shuts folders too. */
  choose(row: Target, toggle = true): void {
    if (row.type === "folder") {
      this.#folder = row.key;
      if (toggle) this.store.toggleFolder(row.key);
      return;
    }
    this.#folder = null;
    void this.store.open({ group: row.group, path: row.file.path });
  }

  /** A key in the list. */
  inList(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!this.#handle(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A key in the filter: on to the list, or away from the filter. */
  inFilter(event: KeyboardEvent, focusList: () => void): void {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      this.#go(0, 1, isFile);
      focusList();
    } else if (event.key === "Escape" && this.store.filter !== "") {
      event.stopPropagation();
      this.store.filter = "";
    }
  }

  /** The same keys everywhere in the tab, and for the palette. */
  actions(filter: () => void): Action[] {
    const on = (act: (row: Target) => void) => (): void => {
      const row = this.#active();
      if (row !== null) act(row);
    };
    const group = "Git";
    return [
      { id: "git.nextFile", label: "Next file", group, keys: "j", run: () => this.#step(1, isFile) },
      { id: "git.previousFile", label: "Previous file", group, keys: "k", run: () => this.#step(-1, isFile) },
      { id: "git.openFile", label: "Read the diff", group, keys: "Enter", hidden: true, enabled: nothingFocused, run: this.hands.read },
      { id: "git.filter", label: "Filter files", group, keys: "/", run: filter },
      { id: "git.toggleStage", label: "Stage or unstage the file", group, keys: "Space", enabled: nothingFocused, run: on((row) => this.files.toggleStage(row)) },
      { id: "git.viewed", label: "Mark the file as viewed", group, keys: "v", run: on((row) => this.files.toggleViewed(row)) },
    ];
  }

  /** Stages, unstages or asks to discard what the keys stand on. */
  stage(): void {
    this.#on((row) => this.files.stage(row));
  }

  unstage(): void {
    this.#on((row) => this.files.unstage(row));
  }

  askDiscard(): void {
    this.#on((row) => this.files.askDiscard(row));
  }

  #handle(key: string): boolean {
    const row = this.#active();
    if (key === "j") this.#step(1, isFile);
    else if (key === "k") this.#step(-1, isFile);
    else if (key === "ArrowDown") this.#step(1, isTarget);
    else if (key === "ArrowUp") this.#step(-1, isTarget);
    else if (key === "Home") this.#go(0, 1, isTarget);
    else if (key === "End") this.#go(this.store.rows.length - 1, -1, isTarget);
    else if (key === "Enter" && row?.type === "folder") this.choose(row);
    else if (key === "Enter") this.hands.read();
    else if (key === "ArrowLeft" || key === "ArrowRight") this.#fold(row, key === "ArrowLeft");
    else if (key === " ") this.#on((target) => this.files.toggleStage(target));
    else if (key === "v") this.#on((target) => this.files.toggleViewed(target));
    else if (key === "s") this.stage();
    else if (key === "u") this.unstage();
    else if (key === "Delete" || key === "Backspace") this.askDiscard();
    else return false;
    return true;
  }

  #on(act: (row: Target) => void): void {
    const row = this.#active();
    if (row !== null) act(row);
  }

  #active(): Target | null {
    const row = this.store.rows.find((each) => each.key === this.activeKey);
    return row === undefined || row.type === "heading" ? null : row;
  }

  #step(by: 1 | -1, fits: (row: ListRow) => boolean): void {
    this.#go(this.store.rows.findIndex((row) => row.key === this.activeKey) + by, by, fits);
  }

  #go(from: number, by: 1 | -1, fits: (row: ListRow) => boolean): void {
    const { rows } = this.store;
    let at = from;
    while (rows[at] !== undefined && !fits(rows[at] as ListRow)) at += by;
    const row = rows[at];
    if (row === undefined || row.type === "heading") return;
    this.choose(row, false);
    this.hands.reveal(at === 1 ? 0 : at);
  }

  /** Shuts or opens the folder that the keys stand on; from a file, left goes to its folder. */
  #fold(row: Target | null, shut: boolean): void {
    if (row === null) return;
    if (row.type === "folder" && row.shut !== shut) this.store.toggleFolder(row.key);
    else if (shut) this.#toParent(row);
    else this.#step(1, isTarget);
  }

  #toParent(row: Target): void {
    const path = row.type === "file" ? row.file.path : row.path;
    const parents = this.store.rows.filter((each) => each.type === "folder" && each.group === row.group && each.path !== path && path.startsWith(each.path));
    const parent = parents.at(-1);
    if (parent?.type === "folder") this.choose(parent, false);
  }
}

const isFile = (row: ListRow): boolean => row.type === "file";
const isTarget = (row: ListRow): boolean => row.type !== "heading";
// Enter and Space belong to whatever has the focus: a button, a link, the list.
const nothingFocused = (): boolean => document.activeElement === document.body;
