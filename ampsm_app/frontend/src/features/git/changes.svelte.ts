import { asAppError, AppError } from "$lib/api/errors";
import type { Api } from "$lib/api/socket";
import type { ChangedFile, ChangeList, FileDiff, GitStatus, WorkingFile } from "$lib/generated/contract";
import { againstOf, fileKey, filesIn, foldersOf, listRows, type FileGroup, type FileRow, type Group, type ListRow } from "./files";
import { BY_STAGE, listLabel } from "./scopes";

const QUIET_MS = 300;
const WHILE_RUNNING_MS = 2000;
const NOTHING_SHUT: ReadonlySet<string> = new Set();

/** How the list is laid out; read anew each time. */
export interface Layout {
  tree: boolean;
  base: string;
}

/** One file of one group. */
export interface Place {
  group: Group;
  path: string;
}

/** What a session changed: the files, the one that is open, and its diff. */
export class Changes {
  scope = $state(BY_STAGE);
  filter = $state("");
  ignoreWhitespace = $state(false);
  shut: ReadonlySet<string> = $state.raw(NOTHING_SHUT);
  selected: Place | null = $state.raw(null);
  groups: readonly FileGroup[] | null = $state.raw(null);
  status: GitStatus | null = $state.raw(null);
  diff: FileDiff | null = $state.raw(null);
  /** What the diff that is shown was made against. */
  against = $state("base");
  listError: AppError | null = $state.raw(null);
  diffError: AppError | null = $state.raw(null);
  loading = $state(false);
  loadingDiff = $state(false);

  readonly working: ReadonlyMap<string, WorkingFile> = $derived(new Map((this.status?.files ?? []).map((file) => [file.path, file])));
  readonly rows: readonly ListRow[] = $derived.by(() => listRows(this.groups ?? [], this.#rowOptions()));
  /** Every file that is listed, whatever the filter. */
  readonly files: readonly ChangedFile[] = $derived((this.groups ?? []).flatMap((group) => group.files));
  readonly selectedFile: ChangedFile | null = $derived(this.#find(this.selected));

  #timer: ReturnType<typeof setTimeout> | undefined;
  #soon = 0;
  #lists = 0;
  #diffs = 0;
  #wanted: string | null = null;

  constructor(
    private readonly api: Api,
    private readonly sessionId: string,
    private readonly layout: () => Layout,
  ) {}

  /** Fetches the list, then the diff of the open file, or of the first one. */
  async load(): Promise<void> {
    this.#forgetTimer();
    const turn = ++this.#lists;
    this.loading = true;
    // Asked for together: the open file most often stays what it is.
    const early = this.groups === null || this.selected === null ? null : this.#ask(this.selected);
    try {
      const [status, groups] = await (this.scope === BY_STAGE ? this.#byStage() : this.#oneChange(this.scope));
      if (turn !== this.#lists) return;
      this.#show(status, groups);
    } catch (error) {
      if (turn !== this.#lists) return;
      this.listError = asAppError(error);
      this.groups = null;
      this.diff = null;
    }
    this.loading = false;
    await this.#loadDiff(early);
  }

  /** Shows what another place of the page points to; where that names nothing, what is shown stays. */
  async show({ path, against }: { path: string | null; against: string | null }): Promise<void> {
    this.#wanted = path;
    if (against !== null) this.scope = against;
    else if (path !== null) this.scope = "base";
    await this.load();
  }

  /** Fetches everything again once nothing was asked for a moment; while the agent works, every now and then. */
  reloadSoon(running = false): void {
    const wait = running ? WHILE_RUNNING_MS : QUIET_MS;
    const due = Date.now() + wait;
    if (running && this.#timer !== undefined && this.#soon <= due) return;
    clearTimeout(this.#timer);
    this.#soon = due;
    this.#timer = setTimeout(() => void this.load(), wait);
  }

  /** Opens a file. */
  async open(place: Place): Promise<void> {
    const same = this.selected?.group === place.group && this.selected.path === place.path;
    if (same && this.diff?.path === place.path && this.diffError === null) return;
    this.selected = place;
    await this.#loadDiff();
  }

  /** Lists another change. */
  async showScope(scope: string): Promise<void> {
    this.#wanted = this.selected?.path ?? null;
    this.scope = scope;
    await this.load();
  }

  /** Hides or shows changes that are only white space. */
  async setIgnoreWhitespace(ignored: boolean): Promise<void> {
    this.ignoreWhitespace = ignored;
    await this.load();
  }

  /** Opens or shuts a folder of the tree. */
  toggleFolder(key: string): void {
    const shut = new Set(this.shut);
    if (!shut.delete(key)) shut.add(key);
    this.shut = shut;
  }

  /** Opens or shuts all folders of the tree. */
  setFolders(shut: boolean): void {
    this.shut = shut ? new Set(foldersOf(this.groups ?? [], this.#rowOptions())) : NOTHING_SHUT;
  }

  stop(): void {
    this.#forgetTimer();
    this.#lists += 1;
    this.#diffs += 1;
  }

  #forgetTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #rowOptions() {
    const stageable = this.scope === BY_STAGE || ["base", "staged", "unstaged"].includes(this.scope);
    const working = stageable ? this.working : new Map<string, WorkingFile>();
    return { filter: this.filter, tree: this.layout().tree, shut: this.shut, working };
  }

  #find(place: Place | null): ChangedFile | null {
    if (place === null) return null;
    const group = this.groups?.find((each) => each.group === place.group);
    return group?.files.find((file) => file.path === place.path) ?? null;
  }

  async #byStage(): Promise<[GitStatus, FileGroup[]]> {
    const known = this.#status();
    const turn = this.#lists;
    if (this.groups === null) void known.then((status) => turn === this.#lists && this.#showAtOnce(status), () => undefined);
    const [status, committed] = await Promise.all([known, this.#list("committed")]);
    const [staged, unstaged] = await Promise.all([
      status.files.some((file) => file.staged) ? this.#list("staged") : null,
      status.files.some((file) => file.unstaged || file.untracked || file.unmerged) ? this.#list("unstaged") : null,
    ]);
    const working = new Map(status.files.map((file) => [file.path, file]));
    const uncommitted = (list: ChangeList | null): ChangedFile[] => (list?.files ?? []).map((file) => asWorking(file, working.get(file.path)));
    const groups: FileGroup[] = [
      { group: "staged", label: "Staged", files: uncommitted(staged) },
      { group: "changes", label: "Changes", files: uncommitted(unstaged) },
      { group: "committed", label: `Committed since ${this.layout().base}`, files: committed.files },
    ];
    return [status, groups];
  }

  /** At first, what git's status knows: how many lines it is takes git much longer to say. */
  #showAtOnce(status: GitStatus): void {
    if (this.groups !== null || this.#wanted !== null || status.files.length === 0) return;
    this.#show(status, uncommittedGroups(status));
    void this.#loadDiff();
  }

  async #oneChange(scope: string): Promise<[GitStatus, FileGroup[]]> {
    const [status, list] = await Promise.all([this.#status(), this.#list(scope)]);
    const group = scope === "staged" ? "staged" : scope === "unstaged" ? "changes" : "all";
    return [status, [{ group, label: listLabel(scope, this.layout().base), files: list.files }]];
  }

  #status(): Promise<GitStatus> {
    return this.api.request("git:status", { id: this.sessionId });
  }

  #list(against: string): Promise<ChangeList> {
    return this.api.request("diff:list", { session_id: this.sessionId, against, ignore_whitespace: this.ignoreWhitespace });
  }

  #show(status: GitStatus, groups: readonly FileGroup[]): void {
    const before = filesIn(this.rows);
    this.status = status;
    this.groups = groups;
    this.listError = null;
    const wanted = this.#wanted;
    this.#wanted = null;
    const found = wanted === null ? undefined : groups.find((each) => each.files.some((file) => file.path === wanted));
    if (found !== undefined && wanted !== null) this.selected = { group: found.group, path: wanted };
    else this.#keepSelection(before);
  }

  /** What was open stays open; where it has left its group, its neighbour there, or its path elsewhere. */
  #keepSelection(before: readonly FileRow[]): void {
    const place = this.selected;
    if (this.#find(place) !== null) return;
    const rows = filesIn(this.rows);
    const here = new Map(rows.map((row) => [row.key, row]));
    const at = place === null ? -1 : before.findIndex((row) => row.key === fileKey(place.group, place.path));
    const around = at < 0 ? [] : [...before.slice(at + 1), ...before.slice(0, at).reverse()];
    const next = around.find((row) => row.group === place?.group && here.has(row.key)) ?? rows.find((row) => row.file.path === place?.path) ?? rows[0];
    this.selected = next === undefined ? null : { group: next.group, path: next.file.path };
  }

  #ask(place: Place): Asked {
    const against = this.scope === BY_STAGE ? againstOf(place.group) : this.scope;
    const query = { session_id: this.sessionId, against, path: place.path, ignore_whitespace: this.ignoreWhitespace, signs_only: true };
    const answer = this.api.request("diff:file", query).catch(asAppError);
    return { path: place.path, against, answer };
  }

  async #loadDiff(early: Asked | null = null): Promise<void> {
    const turn = ++this.#diffs;
    const place = this.selected;
    if (place === null || this.groups === null) {
      this.diff = null;
      this.diffError = null;
      this.loadingDiff = false;
      return;
    }
    this.loadingDiff = true;
    const against = this.scope === BY_STAGE ? againstOf(place.group) : this.scope;
    const asked = early?.against === against && early.path === place.path ? early : this.#ask(place);
    const diff = await asked.answer;
    if (turn !== this.#diffs) return;
    this.loadingDiff = false;
    this.diffError = diff instanceof AppError ? diff : null;
    if (diff instanceof AppError) this.diff = null;
    else if (this.against !== against || !isSame(this.diff, diff)) this.diff = diff;
    this.against = against;
  }
}

/** A diff that is being fetched. */
interface Asked {
  path: string;
  against: string;
  answer: Promise<FileDiff | AppError>;
}

/** What is staged and what is not, as far as the status tells. */
function uncommittedGroups({ files }: GitStatus): FileGroup[] {
  const listed = (file: WorkingFile, letter: string): ChangedFile => ({
    path: file.path,
    old_path: file.old_path,
    change: file.unmerged ? "unmerged" : (changes[letter] ?? "modified"),
    added: null,
    deleted: null,
    binary: false,
    by: file.by,
    digest: "",
  });
  const staged = files.filter((file) => file.staged && !file.unmerged);
  const unstaged = files.filter((file) => file.unstaged || file.untracked || file.unmerged);
  return [
    { group: "staged", label: "Staged", files: staged.map((file) => listed(file, file.index)) },
    { group: "changes", label: "Changes", files: unstaged.map((file) => listed(file, file.untracked ? "A" : file.worktree)) },
  ];
}

const changes: Readonly<Record<string, ChangedFile["change"]>> = { A: "added", D: "deleted", R: "renamed", C: "copied", T: "type_changed" };

/** A file that is not committed, with what only the status knows of it. */
function asWorking(file: ChangedFile, working: WorkingFile | undefined): ChangedFile {
  if (working === undefined) return file;
  return { ...file, by: working.by, change: working.unmerged ? "unmerged" : file.change };
}

/** Whether two diffs show the same, so that what is on screen can stay where it is. */
function isSame(one: FileDiff | null, other: FileDiff): boolean {
  if (one === null || one.hunks.length !== other.hunks.length) return false;
  const { hunks: mine, ...rest } = one;
  const alike = Object.entries(rest).every(([name, value]) => other[name as keyof FileDiff] === value);
  return alike && mine.every((hunk, index) => hunk.new_start === other.hunks[index]?.new_start && hunk.lines.length === other.hunks[index].lines.length);
}
