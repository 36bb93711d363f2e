import type { CommitLine, Conflicted, Merge, MergeOptions, Preflight } from "$lib/generated/contract";

/** Options as the wizard begins with them; for tests. */
export function optionsOf(more: Partial<MergeOptions> = {}): MergeOptions {
  return {
    message: null,
    onto: null,
    manual_commits: null,
    no_ff: false,
    skip_squash: false,
    skip_check: false,
    push: false,
    remote: "origin",
    pull_request: false,
    export_patch: null,
    in_worktree: false,
    allow_folding: false,
    ...more,
  };
}

/** A commit of a session; for tests. */
export function commitLine(subject: string, by_agent = true): CommitLine {
  return { sha: subject.padEnd(40, "0"), subject, body: "", author: "Ada", time: "2026-11-20T10:00:00.000Z", by_agent };
}

/** A merge that could be made; for tests. */
export function preflightOf(more: Partial<Preflight> = {}): Preflight {
  return {
    ready: true,
    issues: [],
    base_branch: "main",
    base_sha: "a1b2c3d4".padEnd(40, "0"),
    session_sha: "5e55104a".padEnd(40, "0"),
    branch_point: "a1b2c3d4".padEnd(40, "0"),
    ahead_by: 3,
    behind_by: 0,
    behind_remote_by: null,
    fetched_at: null,
    amp_commits: 2,
    manual_commits: 1,
    manual_as: "exclude",
    commits: [commitLine("amp: one"), commitLine("docs: mine", false), commitLine("amp: two")],
    check: null,
    predicted_conflicts: [],
    files_changed: 3,
    lines_added: 312,
    lines_deleted: 48,
    suggested_message: "JWT authentication\n\n- one\n- two",
    notes: [],
    ...more,
  };
}

/** A conflicted path; for tests. */
export function conflicted(more: Partial<Conflicted> = {}): Conflicted {
  return {
    path: "src/a.ts",
    kind: "content",
    message: "",
    ancestor_oid: "1".repeat(40),
    base_oid: "2".repeat(40),
    session_oid: "3".repeat(40),
    ancestor_mode: "100644",
    base_mode: "100644",
    session_mode: "100644",
    resolved: false,
    related: [],
    placed_at: [],
    moved_from: null,
    ...more,
  };
}

/** A merge that was begun; for tests. */
export function mergeOf(more: Partial<Merge> = {}): Merge {
  return {
    id: "m1",
    session_id: "s1",
    status: "preparing",
    base_branch: "main",
    base_sha: "a1b2c3d4".padEnd(40, "0"),
    session_sha: "5e55104a".padEnd(40, "0"),
    options: optionsOf(),
    tree: null,
    conflicts: [],
    in_worktree: false,
    check: null,
    code: null,
    reason: null,
    commit_sha: null,
    message: null,
    backup_ref: null,
    url: null,
    pushed_sha: null,
    asked: null,
    created_at: "2026-11-20T10:00:00.000Z",
    ended_at: null,
    ...more,
  };
}
