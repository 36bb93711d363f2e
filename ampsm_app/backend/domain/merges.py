"""Merging: what stands in the way, what would move, and how far a merge has come."""

from enum import StrEnum
from typing import Literal

from ampsm_app.backend.domain.model import Model, PathText, UtcTime
from ampsm_app.backend.domain.sessions import Check, Outcome

ConflictKind = Literal["content", "add_add", "delete_modify", "rename", "binary", "mode", "submodule"]
Side = Literal["base", "session", "both"]
ManualCommits = Literal["include", "exclude"]


class Conflicted(Model):
    """One path that the three-way merge could not settle. Object ids are None where that side has no file.

    `related` are the other paths of the same conflict (a file renamed twice), settled together by a side.
    `placed_at` are names that git gave in the merged tree to a side whose path was taken (`a~base…`); they
    go when the path is settled. `moved_from` is where a file stood that git moved along with its folder.
    """

    path: PathText
    kind: ConflictKind
    message: str = ""
    ancestor_oid: str | None = None
    base_oid: str | None = None
    session_oid: str | None = None
    ancestor_mode: str | None = None
    base_mode: str | None = None
    session_mode: str | None = None
    related: tuple[str, ...] = ()
    placed_at: tuple[str, ...] = ()
    moved_from: str | None = None
    resolved: bool = False


class MergeStatus(StrEnum):
    """How far a merge has come, or how it ended."""

    PREPARING = "preparing"
    CONFLICT = "conflict"
    CHECKING = "checking"
    LANDING = "landing"
    MERGED = "merged"
    REFUSED = "refused"
    ABORTED = "aborted"
    PULL_REQUEST = "pull_request"


class MergeOptions(Model):
    """How to merge; None takes the setting."""

    message: str | None = None
    onto: str | None = None
    manual_commits: ManualCommits | None = None
    no_ff: bool = False
    skip_squash: bool = False
    skip_check: bool = False
    push: bool = False
    remote: str = "origin"
    pull_request: bool = False
    export_patch: str | None = None
    in_worktree: bool = False
    allow_folding: bool = False


class MergeChoices(Model):
    """What may still be chosen while a merge waits; None leaves it as it was when the merge began."""

    message: str | None = None
    manual_commits: ManualCommits | None = None
    skip_check: bool | None = None
    allow_folding: bool | None = None


class RefusedAnswer(Model):
    """A path that the agent was asked to settle and did not; it is still in conflict.

    Codes: `markers_left`, `untouched`, `deleted`, `undecided`, `cannot_settle`, `secret`.
    """

    path: PathText
    code: str
    reason: str


class Asked(Model):
    """What came of the agent's last attempt to settle conflicts.

    `settled` paths were taken over, `refused` ones were not, `dropped` are files that it changed besides.
    """

    iteration: int
    outcome: Outcome
    settled: tuple[PathText, ...] = ()
    refused: tuple[RefusedAnswer, ...] = ()
    dropped: tuple[PathText, ...] = ()


class Merge(Model):
    """One attempt to land a session. `tree` is the merged result, `commit_sha` what base became.

    `pushed_sha` is what a pull request was given of the session's branch.
    """

    id: str
    session_id: str
    status: MergeStatus
    base_branch: str
    base_sha: str
    session_sha: str
    options: MergeOptions = MergeOptions()
    tree: str | None = None
    conflicts: tuple[Conflicted, ...] = ()
    in_worktree: bool = False
    check: Check | None = None
    code: str | None = None
    reason: str | None = None
    commit_sha: str | None = None
    message: str | None = None
    backup_ref: str | None = None
    url: str | None = None
    pushed_sha: str | None = None
    asked: Asked | None = None
    created_at: UtcTime
    ended_at: UtcTime | None = None


class LandedMerge(Model):
    """A merge that has landed, and what undoing it moves; `problem` says why it cannot be undone."""

    base_branch: str
    landed_sha: str
    before_sha: str
    problem: str | None = None
    hint: str | None = None


class Issue(Model):
    """Something that stands in the way of a merge, with its fix."""

    code: str
    message: str
    hint: str | None = None
    blocking: bool = True


class PredictedConflict(Model):
    """A path that would conflict if the session were merged now."""

    path: PathText
    kind: ConflictKind


class CommitLine(Model):
    """A commit of the session's branch, newest last; `body` is the message below its subject."""

    sha: str
    subject: str
    body: str = ""
    author: str
    time: UtcTime
    by_agent: bool


class Preflight(Model):
    """Whether the session can be merged now, and what the merge would do.

    `manual_as` is what becomes of the commits that were made by hand, by the options or else the settings.
    """

    ready: bool
    issues: tuple[Issue, ...]
    base_branch: str
    base_sha: str
    session_sha: str
    branch_point: str | None
    ahead_by: int
    behind_by: int
    behind_remote_by: int | None = None
    fetched_at: UtcTime | None = None
    amp_commits: int
    manual_commits: int
    manual_as: ManualCommits = "exclude"
    commits: tuple[CommitLine, ...] = ()
    check: Check | None = None
    predicted_conflicts: tuple[PredictedConflict, ...] = ()
    files_changed: int = 0
    lines_added: int = 0
    lines_deleted: int = 0
    suggested_message: str = ""
    notes: tuple[str, ...] = ()
