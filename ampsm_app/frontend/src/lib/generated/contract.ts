// Made by build/contract.py from the backend's models. Change those, then run it again.

/** Which agent runs: `None` leaves the choice to the environment and the settings. */
export interface AgentChoice {
  mode?: "production" | "local-cli" | "local-server" | "demo" | null;
  cli_path?: string | null;
  server_url?: string | null;
}

/** The agent of a mode: which binary, which server, whether it answers. */
export interface AgentHealth {
  mode: "production" | "local-cli" | "local-server" | "demo";
  state: "ready" | "no-login" | "offline" | "not-found" | "broken" | "demo" | "unknown";
  binary: string | null;
  version: string | null;
  server_url: string | null;
  origin: string;
  message: string;
  hint: string | null;
  models: ModelOffer[];
}

/** A line of the agent that is no known message: plain text, an unknown type, standard error. */
export interface AgentOutput {
  type: "agent_output";
  stream: "stdout" | "stderr";
  text: string;
}

/** Whether a session is put out of sight. */
export interface Archive {
  id: string;
  archived: boolean;
}

/** Conflicts of a waiting merge that the agent is to settle: those of `paths`, else all that are left. */
export interface AskAgent {
  id: string;
  paths?: string[];
  notes?: string | null;
  model?: string | null;
  choice?: AgentChoice;
  timeout_s?: number | null;
}

/**
 * What came of the agent's last attempt to settle conflicts.
 *
 * `settled` paths were taken over, `refused` ones were not, `dropped` are files that it changed besides.
 */
export interface Asked {
  iteration: number;
  outcome: Outcome;
  settled: string[];
  refused: RefusedAnswer[];
  dropped: string[];
}

/** A text of the agent. `parent_tool_use_id` names the call whose sub-agent said it. */
export interface AssistantMessage {
  type: "assistant_message";
  text: string;
  message_id: string | null;
  parent_tool_use_id: string | null;
}

/** A thinking block of the agent. */
export interface AssistantThinking {
  type: "assistant_thinking";
  text: string;
  message_id: string | null;
  parent_tool_use_id: string | null;
}

/** A ref that a session can start from. */
export interface BranchInfo {
  name: string;
  sha: string;
  kind: "branch" | "remote" | "tag";
  time: string | null;
}

/** The files that differ between two states, and what the states are called. */
export interface ChangeList {
  against: string;
  from_label: string;
  to_label: string;
  files: ChangedFile[];
  lines_added: number;
  lines_deleted: number;
}

/** One path of a diff; line counts are None for binary files. The same `digest` is the same change. */
export interface ChangedFile {
  path: string;
  old_path: string | null;
  change: "added" | "modified" | "deleted" | "renamed" | "copied" | "type_changed" | "unmerged";
  added: number | null;
  deleted: number | null;
  binary: boolean;
  by: "agent" | "user" | "both" | null;
  digest: string;
}

/** One run of a check script; `passed` is None where it could not be run. */
export interface Check {
  passed: boolean | null;
  exit_code: number | null;
  duration_ms: number;
  output: string;
  tree: string | null;
}

/** A merged result to check, without merging. */
export interface CheckMerge {
  id: string;
  options?: MergeOptionsInput;
}

/** The check script ran: after a turn, by hand, or on the merged result. */
export interface CheckRan {
  type: "test_result";
  command: string;
  check: Check;
  reason: "iteration" | "manual" | "merge";
}

/** Commits to apply to a session's branch: of another session, or (None) any of the repository's. */
export interface CherryPick {
  id: string;
  commits: string[];
  from_session?: string | null;
}

/** Worktree and branch removed, what that lost, and the point that brings them back. */
export interface CleanedUp {
  cleaned: boolean;
  loss: Loss;
  point: RestorePoint | null;
}

/** A commit of the session's branch, newest last; `body` is the message below its subject. */
export interface CommitLine {
  sha: string;
  subject: string;
  body: string;
  author: string;
  time: string;
  by_agent: boolean;
}

/** A commit by hand of what is staged. An amended commit keeps its message where none is given. */
export interface CommitRequest {
  id: string;
  message?: string;
  amend?: boolean;
  allow_secrets?: boolean;
}

/** A commit that was made by hand. */
export interface Committed {
  commit_sha: string;
  subject: string;
  status: GitStatus;
}

/** One conflicted path of a session's merge. */
export interface ConflictRef {
  id: string;
  path: string;
}

/** The sides of a conflicted file and what it is now; None where a side has no such file or no text. */
export interface ConflictTexts {
  path: string;
  kind: "content" | "add_add" | "delete_modify" | "rename" | "binary" | "mode" | "submodule";
  ancestor: string | null;
  base: string | null;
  session: string | null;
  result: string | null;
  binary: boolean;
}

/**
 * One path that the three-way merge could not settle. Object ids are None where that side has no file.
 *
 * `related` are the other paths of the same conflict (a file renamed twice), settled together by a side.
 * `placed_at` are names that git gave in the merged tree to a side whose path was taken (`a~base…`); they
 * go when the path is settled. `moved_from` is where a file stood that git moved along with its folder.
 */
export interface Conflicted {
  path: string;
  kind: "content" | "add_add" | "delete_modify" | "rename" | "binary" | "mode" | "submodule";
  message: string;
  ancestor_oid: string | null;
  base_oid: string | null;
  session_oid: string | null;
  ancestor_mode: string | null;
  base_mode: string | null;
  session_mode: string | null;
  related: string[];
  placed_at: string[];
  moved_from: string | null;
  resolved: boolean;
}

/** A merge to go on with; what is chosen here replaces what it began with. */
export interface ContinueMerge {
  id: string;
  choices?: MergeChoices;
}

/** A session moved to the trash, what that lost, and the point that brings it back. */
export interface Deleted {
  deleted: boolean;
  loss: Loss;
  point: RestorePoint | null;
}

/**
 * Which change of a session to show.
 *
 * `against`: `base` (base...worktree, what a reviewer wants), `committed` (base...HEAD), `staged`,
 * `unstaged`, `iteration:N`, `iterations:N..M`, `commit:SHA`, `point:ID` (what a restore point holds
 * against its commit) or `commits:OLD..NEW` (each a commit, a tree, a point's id, or `worktree`).
 * `signs_only`: of each line of a hunk only its sign, for who has the texts anyway; it is half as much.
 */
export interface DiffQuery {
  session_id: string;
  against?: string;
  path?: string | null;
  context?: number;
  ignore_whitespace?: boolean;
  signs_only?: boolean;
}

/** Changes taken back, the point that has them, and what went to the trash or was left alone. */
export interface Discarded {
  status: GitStatus;
  point: RestorePoint;
  set_aside: string[];
  aside: string | null;
  left: string[];
}

/** Something went wrong that the user should read. */
export interface ErrorHappened {
  type: "error";
  code: string;
  message: string;
  hint: string | null;
}

/** An entry of the log. `seq` is the order in which events were committed, without gaps in meaning. */
export interface Event {
  seq: number;
  session_id: string | null;
  iteration_id: string | null;
  timestamp: string;
  data: EventData;
}

/** Events in order of `seq`; `more` says that there are others beyond the page. */
export interface EventPage {
  events: Event[];
  more: boolean;
}

/** A page of a session's events, oldest first: those before or after a seq. */
export interface EventQuery {
  session_id: string;
  iteration_id?: string | null;
  before_seq?: number | null;
  after_seq?: number | null;
  types?: string[];
  search?: string | null;
  limit?: number;
}

/**
 * Both texts of a file with git's own hunks. Texts are None where binary, missing or too large.
 *
 * `digest` names exactly these hunks; lines are chosen by it. It is empty where there are none.
 */
export interface FileDiff {
  path: string;
  old_path: string | null;
  change: "added" | "modified" | "deleted" | "renamed" | "copied" | "type_changed" | "unmerged";
  binary: boolean;
  too_large: boolean;
  old_mode: string | null;
  new_mode: string | null;
  old_text: string | null;
  new_text: string | null;
  old_image: string | null;
  new_image: string | null;
  hunks: Hunk[];
  added: number;
  deleted: number;
  digest: string;
}

/** A file that git found changed after a turn; lines are counts, the diff is cut at 64 KiB. */
export interface FileEdited {
  type: "file_edit";
  path: string;
  lines_added: number;
  lines_deleted: number;
  operation: "create" | "modify" | "delete" | "rename";
  old_path: string | null;
  diff: string | null;
}

/** One line of the doctor. */
export interface Finding {
  name: string;
  status: "ok" | "warning" | "error" | "skipped";
  message: string;
  hint: string | null;
}

/** Where this connection's cursor into the event log stands. */
export interface Follow {
  after_seq: number;
}

/** One session; `force` accepts the loss that an answer without it names. */
export interface ForcedRef {
  id: string;
  force?: boolean;
}

/** A git operation of ours that moved something. */
export interface GitOperated {
  type: "git_operation";
  operation: string;
  sha_before: string | null;
  sha_after: string | null;
  files_changed: number;
  insertions: number;
  deletions: number;
  conflicted: boolean;
  duration_ms: number;
  message: string | null;
}

/** The worktree of a session; `state` names an unfinished operation (`merge`, `rebase`, …). */
export interface GitStatus {
  branch: string;
  head: string;
  state: string | null;
  files: WorkingFile[];
  commits: CommitLine[];
}

/** An agent to look at; None is the present mode's. `refresh` probes again. */
export interface HealthQuery {
  mode?: "production" | "local-cli" | "local-server" | "demo" | null;
  refresh?: boolean;
}

/** All that the doctor looked at. */
export interface HealthReport {
  ok: boolean;
  findings: Finding[];
}

/** A changed range, 1-based as git prints it; `lines` keep their leading space, plus or minus. */
export interface Hunk {
  old_start: number;
  old_lines: number;
  new_start: number;
  new_lines: number;
  header: string;
  lines: string[];
}

/** Something that stands in the way of a merge, with its fix. */
export interface Issue {
  code: string;
  message: string;
  hint: string | null;
  blocking: boolean;
}

/** A turn to run. Without notes: the next follow-up, the failed check's output, or "continue". */
export interface IterateRequest {
  session_id: string;
  notes?: string | null;
  model?: string | null;
  choice?: AgentChoice;
  timeout_s?: number | null;
  allow_secrets?: boolean;
  trust_setup?: boolean;
}

/**
 * One agent turn of a session, with its commit and check. `outcome` is None while it runs.
 *
 * One whose purpose is `conflicts` settles those of a waiting merge: it makes no commit and is not checked.
 */
export interface Iteration {
  id: string;
  session_id: string;
  number: number;
  prompt: string;
  started_at: string;
  ended_at: string | null;
  outcome: Outcome | null;
  start_sha: string;
  commit_sha: string | null;
  changed_files: number;
  lines_added: number;
  lines_deleted: number;
  check: Check | null;
  usage: Usage;
  cost_usd: number | null;
  cost_kind: "reported" | "estimated" | "unknown";
  model: string;
  mode: "production" | "local-cli" | "local-server" | "demo";
  thread_id: string | null;
  agent_version: string | null;
  exit_code: number | null;
  duration_ms: number | null;
  limit_until: string | null;
  withheld: WithheldFile[];
  error: IterationError | null;
  purpose: "work" | "conflicts";
}

/** A turn is over: committed, checked, recorded. */
export interface IterationEnded {
  type: "iteration_end";
  iteration_number: number;
  status: SessionStatus;
  outcome: Outcome;
  git_sha: string;
  commit_sha: string | null;
  changed_files: number;
  duration_ms: number;
  exit_code: number | null;
  message: string | null;
}

/** Why an iteration did not complete: a stable code, words, and the next step. */
export interface IterationError {
  code: string;
  message: string;
  hint: string | null;
}

/** A turn began at commit `git_sha`. */
export interface IterationStarted {
  type: "iteration_start";
  iteration_number: number;
  git_sha: string;
  prompt: string;
  model: string;
  mode: string;
}

/** A merge that has landed, and what undoing it moves; `problem` says why it cannot be undone. */
export interface LandedMerge {
  base_branch: string;
  landed_sha: string;
  before_sha: string;
  problem: string | null;
  hint: string | null;
}

/** Some lines of one file's change; `digest` is that of the `FileDiff` they were chosen from. */
export interface LineSelection {
  digest: string;
  hunks: SelectedHunk[];
}

/** What one model used in the turn; the events of a turn sum to the turn's truth. */
export interface LlmUsed {
  type: "llm_usage";
  model: string;
  usage: Usage;
  cost_usd: number | null;
  cost_kind: "reported" | "estimated" | "unknown";
  latency_ms: number | null;
  sub_agent: boolean;
}

/** What would exist nowhere else after a deletion. Unknown is None, never zero. */
export interface Loss {
  unmerged_commits: number | null;
  uncommitted_files: number | null;
  submodule_commits: number | null;
  not_kept: string[];
  merged: boolean;
}

/**
 * One attempt to land a session. `tree` is the merged result, `commit_sha` what base became.
 *
 * `pushed_sha` is what a pull request was given of the session's branch.
 */
export interface Merge {
  id: string;
  session_id: string;
  status: MergeStatus;
  base_branch: string;
  base_sha: string;
  session_sha: string;
  options: MergeOptions;
  tree: string | null;
  conflicts: Conflicted[];
  in_worktree: boolean;
  check: Check | null;
  code: string | null;
  reason: string | null;
  commit_sha: string | null;
  message: string | null;
  backup_ref: string | null;
  url: string | null;
  pushed_sha: string | null;
  asked: Asked | null;
  created_at: string;
  ended_at: string | null;
}

/** A merge of the session took a step. */
export interface MergeChanged {
  type: "merge_changed";
  merge: Merge;
}

/** What may still be chosen while a merge waits; None leaves it as it was when the merge began. */
export interface MergeChoices {
  message?: string | null;
  manual_commits?: "include" | "exclude" | null;
  skip_check?: boolean | null;
  allow_folding?: boolean | null;
}

/** How to merge; None takes the setting. */
export interface MergeOptionsInput {
  message?: string | null;
  onto?: string | null;
  manual_commits?: "include" | "exclude" | null;
  no_ff?: boolean;
  skip_squash?: boolean;
  skip_check?: boolean;
  push?: boolean;
  remote?: string;
  pull_request?: boolean;
  export_patch?: string | null;
  in_worktree?: boolean;
  allow_folding?: boolean;
}

/** How to merge; None takes the setting. */
export interface MergeOptions {
  message: string | null;
  onto: string | null;
  manual_commits: "include" | "exclude" | null;
  no_ff: boolean;
  skip_squash: boolean;
  skip_check: boolean;
  push: boolean;
  remote: string;
  pull_request: boolean;
  export_patch: string | null;
  in_worktree: boolean;
  allow_folding: boolean;
}

/** How far a merge has come, or how it ended. */
export type MergeStatus = "preparing" | "conflict" | "checking" | "landing" | "merged" | "refused" | "aborted" | "pull_request";

/** A model that can be chosen, or why it cannot. */
export interface ModelOffer {
  name: string;
  available: boolean;
  reason: string | null;
}

/** A session to create; None leaves the choice to detection and settings. */
export interface NewSession {
  repo: string;
  name?: string | null;
  prompt: string;
  follow_ups?: string[];
  base?: string | null;
  script?: string | null;
  model?: string | null;
  notes?: string | null;
  auto_commit?: boolean;
  choice?: AgentChoice;
  trust_setup?: boolean;
}

/** Notes that the next turn is sent. */
export interface Notes {
  id: string;
  notes: string;
}

/** No field at all. */
export type Nothing = Record<string, never>;

/** A program to open the session's worktree in, or a file of it, at a line where the program can. */
export interface OpenIn {
  id: string;
  what: "editor" | "files" | "terminal";
  path?: string | null;
  line?: number | null;
}

/** How an iteration ended. */
export type Outcome = "completed" | "awaiting-input" | "failed" | "timeout" | "cancelled" | "interrupted" | "limit" | "environment";

/** Raw output of the agent; `next_offset` is None at the end, `size` the length of all of it. */
export interface OutputPiece {
  text: string;
  next_offset: number | null;
  size: number;
}

/** A piece of an iteration's raw output; offset and limit are characters. */
export interface OutputQuery {
  iteration_id: string;
  offset?: number;
  limit?: number;
}

/** Where the native folder dialog starts. */
export interface PickFolder {
  start?: string | null;
}

/** Commits that were applied, oldest first, and the point of before; `dropped` had nothing new. */
export interface Picked {
  commits: CommitLine[];
  status: GitStatus;
  point: RestorePoint;
  dropped: string[];
}

/** The folder that was chosen, None where the dialog was closed. */
export interface PickedFolder {
  path: string | null;
}

/** Whether a point is kept until it is unpinned. */
export interface PinPoint {
  id: string;
  point: string;
  pinned: boolean;
}

/**
 * A point with what it holds; `effect` is None where the session has no worktree now.
 *
 * `landed` is the merge that the point was taken before, while base still has it.
 */
export interface PointContent {
  point: RestorePoint;
  files: PointFile[];
  unfinished: string | null;
  effect: RestoreEffect | null;
  landed: LandedMerge | null;
}

/**
 * A path that differs in a point from the point's commit; `size` in bytes, None where it has none.
 *
 * `kept` false: it was too large, unreadable or another repository, and the point does not hold it.
 */
export interface PointFile {
  path: string;
  change: "added" | "modified" | "deleted" | "renamed" | "copied" | "type_changed" | "unmerged";
  size: number | null;
  kept: boolean;
}

/** One point of a session. */
export interface PointRef {
  id: string;
  point: string;
}

/** The newest `seq` of the event log. */
export interface Position {
  seq: number;
}

/** A path that would conflict if the session were merged now. */
export interface PredictedConflict {
  path: string;
  kind: "content" | "add_add" | "delete_modify" | "rename" | "binary" | "mode" | "submodule";
}

/**
 * Whether the session can be merged now, and what the merge would do.
 *
 * `manual_as` is what becomes of the commits that were made by hand, by the options or else the settings.
 */
export interface Preflight {
  ready: boolean;
  issues: Issue[];
  base_branch: string;
  base_sha: string;
  session_sha: string;
  branch_point: string | null;
  ahead_by: number;
  behind_by: number;
  behind_remote_by: number | null;
  fetched_at: string | null;
  amp_commits: number;
  manual_commits: number;
  manual_as: "include" | "exclude";
  commits: CommitLine[];
  check: Check | null;
  predicted_conflicts: PredictedConflict[];
  files_changed: number;
  lines_added: number;
  lines_deleted: number;
  suggested_message: string;
  notes: string[];
}

/** A merge to look at before it is made; `fetch` asks base's remote first. */
export interface PreflightQuery {
  id: string;
  options?: MergeOptionsInput;
  fetch?: boolean;
}

/** The ref to rebase a session onto. */
export interface Rebase {
  id: string;
  onto: string;
}

/** A rebased branch, or the paths that stand in the way (then nothing moved). */
export interface Rebased {
  status: "rebased" | "conflict" | "up_to_date";
  commit_sha: string;
  conflicts: PredictedConflict[];
  backup_ref: string | null;
}

/**
 * A path that the agent was asked to settle and did not; it is still in conflict.
 *
 * Codes: `markers_left`, `untouched`, `deleted`, `undecided`, `cannot_settle`, `secret`.
 */
export interface RefusedAnswer {
  path: string;
  code: string;
  reason: string;
}

/** A session's new name. */
export interface Rename {
  id: string;
  name: string;
}

/** One repository, by its root; None is all of them. */
export interface RepoFilter {
  repo?: string | null;
}

/** What we see of a repository and suggest for it. */
export interface RepoInfo {
  root: string;
  name: string;
  common_dir: string;
  bare: boolean;
  head_branch: string | null;
  default_base: string | null;
  branches: BranchInfo[];
  uncommitted_files: number;
  identity: string | null;
  git_version: string;
  commits: number | null;
  suggested_script: string | null;
  setup: string | null;
  setup_hash: string | null;
  setup_trusted: boolean;
  sessions: number;
  submodules: boolean;
  notes: string[];
}

/** A folder that may be a repository, as typed. */
export interface RepoPath {
  path: string;
}

/** How one conflicted path is settled: by a side, or by the text it should have (None deletes it). */
export interface Resolve {
  session_id: string;
  path: string;
  take?: "base" | "session" | "both" | null;
  text?: string | null;
  delete?: boolean;
}

/** What restoring would change now. Commits are counted; those that leave stay in the point of before. */
export interface RestoreEffect {
  branch: string | null;
  head_before: string | null;
  head_after: string;
  commits_leaving: number;
  commits_returning: number;
  files: ChangedFile[];
}

/** One file to take from a point. */
export interface RestoreFile {
  id: string;
  point: string;
  path: string;
}

/**
 * A backup that can be restored: what it was taken for, and what it does not hold.
 *
 * `purpose` says in words what `operation` means. `size` is the bytes of the files that it holds, None where
 * nobody counted them. `pinned`: it never expires.
 */
export interface RestorePoint {
  id: string;
  session_id: string;
  ref: string;
  operation: string;
  purpose: string;
  created_at: string;
  head: string;
  branch: string | null;
  dirty_files: number;
  not_kept: string[];
  trash_path: string | null;
  size: number | null;
  pinned: boolean;
}

/** The commit that a session's branch, index and files go back to. */
export interface Rollback {
  id: string;
  sha: string;
}

/** A session gone back to one of its commits, and the point of before. */
export interface RolledBack {
  status: GitStatus;
  point: RestorePoint;
}

/**
 * Lines of one hunk, as `FileDiff.hunks` shows it with three lines of context and all white space.
 *
 * `index` counts hunks, `lines` are indexes into the hunk's lines (context counts, and is passed over);
 * None takes the whole hunk.
 */
export interface SelectedHunk {
  index: number;
  lines?: number[] | null;
}

/** A session was created or any of its fields changed; the whole row, as lists show it. */
export interface SessionChanged {
  type: "session_changed";
  session: SessionSummary;
  previous_status: SessionStatus | null;
}

/** A session was moved to the trash. */
export interface SessionDeleted {
  type: "session_deleted";
  trash_path: string | null;
}

/** A session with its turns; `busy` says that a turn or a merge holds it. */
export interface SessionDetail {
  session: SessionSummary;
  iterations: Iteration[];
  merge: Merge | null;
  busy: boolean;
}

/** Which sessions to list. */
export interface SessionFilter {
  status?: string[];
  repo?: string | null;
  search?: string | null;
  include_archived?: boolean;
  include_demo?: boolean;
  limit?: number | null;
}

/** Sessions as they were at `seq`. */
export interface SessionList {
  sessions: SessionSummary[];
  seq: number;
}

/** One session, by its id. */
export interface SessionRef {
  id: string;
}

/** What a session needs of its user now. */
export type SessionStatus = "idle" | "running" | "awaiting-input" | "error" | "done";

/** A session with the figures that a list shows, summed over its iterations. */
export interface SessionSummary {
  id: string;
  name: string;
  status: SessionStatus;
  prompt: string;
  follow_ups: string[];
  follow_ups_sent: number;
  repo_root: string;
  base_branch: string;
  base_commit: string;
  branch: string;
  worktree_path: string;
  context_dir: string;
  script: string | null;
  model: string;
  mode: "production" | "local-cli" | "local-server" | "demo" | null;
  cli_path: string | null;
  server_url: string | null;
  agent: string;
  thread_id: string | null;
  notes: string | null;
  auto_commit: boolean;
  created_at: string;
  last_run_at: string | null;
  archived_at: string | null;
  merged_at: string | null;
  limit_until: string | null;
  iterations: number;
  running_iteration: number | null;
  last_outcome: Outcome | null;
  last_check_passed: boolean | null;
  last_error: string | null;
  changed_files: number;
  lines_added: number;
  lines_deleted: number;
  usage: Usage;
  cost_usd: number | null;
  cost_kind: "reported" | "estimated" | "unknown";
  merge_status: string | null;
}

/** The mode that turns run in from now on. */
export interface SetMode {
  mode: "production" | "local-cli" | "local-server" | "demo";
  cli_path?: string | null;
  server_url?: string | null;
}

/** One piece of the page's state, kept for the next window. */
export interface SetView {
  key: string;
  value: unknown;
}

/**
 * What a page needs to show itself; everything later than `seq` comes as events.
 *
 * `sessions` holds the first `SNAPSHOT_SESSIONS` that are not archived (those that wait for the user or
 * work, then the newest); the page asks `session:list` for the rest where `total` is greater.
 */
export interface Snapshot {
  seq: number;
  version: string;
  sessions: SessionSummary[];
  total: number;
  mode: AgentHealth;
  modes: AgentHealth[];
  view: Record<string, unknown>;
  theme: "dark" | "light" | "contrast" | "system";
  recent_repos: string[];
  platform: "linux" | "darwin" | "win32";
  home: string;
}

/** What to remove: what is proposed, or of it and of what is shown only the items named by `ids`. */
export interface SpaceClean {
  repo?: string | null;
  kinds?: ("worktree" | "orphan" | "check" | "trash" | "point" | "lock" | "temp" | "database")[];
  max_size?: number | null;
  ids?: string[];
}

/**
 * Something of ours that takes space.
 *
 * `action` is what removing it means: to move it to the `trash`, to `delete` it, to `forget` a point, to
 * `shrink` a file; None where it is only shown. `loses` says what would exist nowhere else then. `proposed`:
 * cleaning does it unless told otherwise. `reason` says why, or why not.
 */
export interface SpaceItem {
  id: string;
  kind: "worktree" | "orphan" | "check" | "trash" | "point" | "lock" | "temp" | "database";
  repo_root: string | null;
  path: string;
  session_id: string | null;
  session_name: string | null;
  size: number;
  since: string | null;
  action: "trash" | "delete" | "forget" | "shrink" | null;
  loses: string | null;
  proposed: boolean;
  reason: string;
  done: boolean;
}

/**
 * What to look at: one repository or all, some kinds or all.
 *
 * `max_size`: propose the oldest in trash and points too, until no more than so many bytes are left.
 */
export interface SpaceQuery {
  repo?: string | null;
  kinds?: ("worktree" | "orphan" | "check" | "trash" | "point" | "lock" | "temp" | "database")[];
  max_size?: number | null;
}

/**
 * What takes space, what could go, and (after cleaning) what went. Sizes are bytes.
 *
 * `reclaimed` leaves what a move to the trash only moved, and what git frees when it next collects garbage.
 */
export interface SpaceReport {
  items: SpaceItem[];
  totals: SpaceTotal[];
  size: number;
  reclaimable: number;
  reclaimed: number;
  failures: string[];
}

/** All of one kind, in one repository or (None) on the machine; `reclaimable` is what is proposed. */
export interface SpaceTotal {
  kind: "worktree" | "orphan" | "check" | "trash" | "point" | "lock" | "temp" | "database";
  repo_root: string | null;
  count: number;
  size: number;
  reclaimable: number;
}

/** How to squash a session; None takes the session's name and the setting. */
export interface Squash {
  id: string;
  message?: string | null;
  manual_commits?: "include" | "exclude" | null;
}

/** The squashed branch and the way back. */
export interface Squashed {
  commit_sha: string;
  backup_ref: string;
  commits: CommitLine[];
}

/**
 * What to stage, unstage or discard: some paths (a folder counts for all in it), or all there is.
 *
 * With a `selection` exactly one path is named, and only those of its lines are meant.
 */
export interface StageChange {
  id: string;
  paths?: string[];
  selection?: LineSelection | null;
}

/** A merge to make. */
export interface StartMerge {
  id: string;
  options?: MergeOptionsInput;
}

/** Someone asked for the running turn to end. */
export interface StopRequested {
  type: "stop_requested";
}

/** Whether something ran that was ended. */
export interface Stopped {
  stopped: boolean;
}

/** The agent named the thread it works in. */
export interface ThreadStarted {
  type: "thread_started";
  thread_id: string;
  model: string | null;
  tools: string[];
}

/**
 * A step of a session. `id` stays the same: `iteration:3`, `commit:SHA`, `point:ID` or `event:SEQ`.
 *
 * `word` is how it ended (`completed`, `merged`), `operation` what git was made to do, `seq` the event that
 * tells more. `before` and `after` are commits; counts are None where nobody counted them. `against` is the
 * `DiffQuery` that shows what the step changed, None where it changed nothing. `state` is a commit or a
 * point's id that `commits:OLD..NEW` takes; `restorable`: the session can go back to it, by the restore
 * point `point` where there is one, else to that commit.
 */
export interface TimelineEntry {
  id: string;
  kind: "created" | "iteration" | "commit" | "check" | "status" | "stop" | "merge" | "git" | "point" | "error";
  time: string;
  title: string;
  detail: string;
  word: string;
  tone: "ok" | "warn" | "bad" | "busy" | "quiet" | "plain";
  actor: "agent" | "user" | "us";
  operation: string | null;
  iteration: number | null;
  seq: number | null;
  before: string | null;
  after: string | null;
  files: number | null;
  lines_added: number | null;
  lines_deleted: number | null;
  against: string | null;
  state: string | null;
  restorable: boolean;
  point: string | null;
}

/** A session's timeline; the newest `limit` entries of it. */
export interface TimelineQuery {
  id: string;
  limit?: number;
}

/** A tool call that ended (or never answered: `success` is then None). */
export interface ToolCalled {
  type: "tool_call";
  tool_use_id: string;
  tool_name: string;
  args: Record<string, unknown>;
  start_time: string | null;
  end_time: string | null;
  duration_ms: number | null;
  success: boolean | null;
  result: string;
  parent_tool_use_id: string | null;
}

/** The agent called a tool; `ToolCalled` follows with the same id. */
export interface ToolStarted {
  type: "tool_start";
  tool_use_id: string;
  tool_name: string;
  args: Record<string, unknown>;
  parent_tool_use_id: string | null;
}

/** What was deleted for good, and how many bytes that freed. Pinned entries stay: `kept`. */
export interface TrashEmptied {
  removed: TrashEntry[];
  kept: TrashEntry[];
  freed: number;
}

/** What to delete for good: everything, or what `ids`, `repo` and `older_than_days` leave of it. */
export interface TrashEmpty {
  repo?: string | null;
  older_than_days?: number | null;
  ids?: string[];
}

/**
 * Something in a repository's trash.
 *
 * `kind`: a session's `worktree`, an `orphan` (a worktree whose session is not known), what was `aside` of a
 * restore, or `other`. `unmerged_commits` are those of its branch that are in no branch, remote or tag now;
 * None where nobody knows. `point` is what brings it back, its work included, also after it is emptied.
 */
export interface TrashEntry {
  id: string;
  repo_root: string;
  path: string;
  kind: "worktree" | "orphan" | "aside" | "other";
  session_id: string | null;
  session_name: string | null;
  deleted: boolean;
  trashed_at: string | null;
  size: number;
  point: string | null;
  pinned: boolean;
  branch: string | null;
  unmerged_commits: number | null;
  uncommitted_files: number | null;
  not_kept: string[];
  restorable: boolean;
}

/** One entry of the trash, by its id. */
export interface TrashRef {
  id: string;
}

/** What came back from the trash; `point` is what was there before, where something was. */
export interface TrashRestored {
  entry: TrashEntry;
  worktree_path: string;
  point: RestorePoint | null;
}

/** Token counts; the three input counts never overlap and `total_tokens` is their sum with the output. */
export interface Usage {
  input_tokens: number;
  cache_write_tokens: number;
  cache_read_tokens: number;
  output_tokens: number;
  total_tokens: number;
}

/** What was sent to the agent. */
export interface UserMessage {
  type: "user_message";
  message: string;
  thread_id: string | null;
}

/** The session whose worktree this page looks at, if any: its changes are pushed as `worktree`. */
export interface WatchWorktree {
  id?: string | null;
}

/** A changed file that was left out of a commit because it holds a secret. */
export interface WithheldFile {
  path: string;
  line: number;
  kind: string;
}

/**
 * A path of the worktree that is not committed; XY letters as `git status` prints them.
 *
 * `by` says who has changed it since HEAD.
 */
export interface WorkingFile {
  path: string;
  old_path: string | null;
  index: string;
  worktree: string;
  staged: boolean;
  unstaged: boolean;
  untracked: boolean;
  unmerged: boolean;
  by: "agent" | "user" | "both" | null;
}

/** Everything that can happen, told apart by `type`. */
export type EventData =
  | SessionChanged
  | SessionDeleted
  | IterationStarted
  | IterationEnded
  | ThreadStarted
  | UserMessage
  | AssistantMessage
  | AssistantThinking
  | ToolStarted
  | ToolCalled
  | FileEdited
  | LlmUsed
  | AgentOutput
  | CheckRan
  | GitOperated
  | MergeChanged
  | StopRequested
  | ErrorHappened;

/** The wire names of the events. */
export type EventType = EventData["type"];

/** Every socket request: what it takes and what it answers. */
export interface Requests {
  "app:snapshot": { request: Nothing; response: Snapshot };
  "events:follow": { request: Follow; response: Position };
  "events:page": { request: EventQuery; response: EventPage };
  "session:list": { request: SessionFilter; response: SessionList };
  "session:get": { request: SessionRef; response: SessionDetail };
  "session:create": { request: NewSession; response: SessionSummary };
  "session:start": { request: IterateRequest; response: Iteration };
  "session:stop": { request: SessionRef; response: Stopped };
  "session:rename": { request: Rename; response: SessionSummary };
  "session:archive": { request: Archive; response: SessionSummary };
  "session:delete": { request: ForcedRef; response: Deleted };
  "session:notes": { request: Notes; response: SessionSummary };
  "session:check": { request: SessionRef; response: Check };
  "session:open": { request: OpenIn; response: Nothing };
  "repo:inspect": { request: RepoPath; response: RepoInfo };
  "repo:pick": { request: PickFolder; response: PickedFolder };
  "diff:list": { request: DiffQuery; response: ChangeList };
  "diff:file": { request: DiffQuery; response: FileDiff };
  "git:status": { request: SessionRef; response: GitStatus };
  "git:stage": { request: StageChange; response: GitStatus };
  "git:unstage": { request: StageChange; response: GitStatus };
  "git:discard": { request: StageChange; response: Discarded };
  "git:commit": { request: CommitRequest; response: Committed };
  "git:rollback": { request: Rollback; response: RolledBack };
  "git:cherry-pick": { request: CherryPick; response: Picked };
  "worktree:watch": { request: WatchWorktree; response: Nothing };
  "timeline:list": { request: TimelineQuery; response: TimelineEntry[] };
  "iteration:output": { request: OutputQuery; response: OutputPiece };
  "merge:preflight": { request: PreflightQuery; response: Preflight };
  "merge:start": { request: StartMerge; response: Merge };
  "merge:state": { request: SessionRef; response: Merge | null };
  "merge:conflict": { request: ConflictRef; response: ConflictTexts };
  "merge:resolve": { request: Resolve; response: Merge };
  "merge:worktree": { request: SessionRef; response: Merge };
  "merge:ask": { request: AskAgent; response: Iteration };
  "merge:check": { request: CheckMerge; response: Nothing };
  "merge:continue": { request: ContinueMerge; response: Merge };
  "merge:abort": { request: SessionRef; response: Merge };
  "merge:undo": { request: SessionRef; response: Merge };
  "merge:squash": { request: Squash; response: Squashed };
  "merge:rebase": { request: Rebase; response: Rebased };
  "merge:cleanup": { request: ForcedRef; response: CleanedUp };
  "history:list": { request: SessionRef; response: RestorePoint[] };
  "history:holds": { request: PointRef; response: PointContent };
  "history:restore": { request: PointRef; response: RestorePoint };
  "history:restore-file": { request: RestoreFile; response: RestorePoint };
  "history:pin": { request: PinPoint; response: RestorePoint };
  "trash:list": { request: RepoFilter; response: TrashEntry[] };
  "trash:restore": { request: TrashRef; response: TrashRestored };
  "trash:empty": { request: TrashEmpty; response: TrashEmptied };
  "space:show": { request: SpaceQuery; response: SpaceReport };
  "space:clean": { request: SpaceClean; response: SpaceReport };
  "mode:set": { request: SetMode; response: AgentHealth };
  "agent:health": { request: HealthQuery; response: AgentHealth };
  "view:set": { request: SetView; response: Nothing };
  "doctor:run": { request: Nothing; response: HealthReport };
}

/** Requests that change something: sent one after the other. */
export const MUTATING: ReadonlySet<string> = new Set<keyof Requests>([
  "session:create",
  "session:start",
  "session:stop",
  "session:rename",
  "session:archive",
  "session:delete",
  "session:notes",
  "session:check",
  "git:stage",
  "git:unstage",
  "git:discard",
  "git:commit",
  "git:rollback",
  "git:cherry-pick",
  "merge:start",
  "merge:resolve",
  "merge:worktree",
  "merge:ask",
  "merge:check",
  "merge:continue",
  "merge:abort",
  "merge:undo",
  "merge:squash",
  "merge:rebase",
  "merge:cleanup",
  "history:restore",
  "history:restore-file",
  "history:pin",
  "trash:restore",
  "trash:empty",
  "space:clean",
  "mode:set",
  "view:set",
]);
