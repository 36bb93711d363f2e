"""Looking at work: changed files, diffs, and the points that can be restored."""

from typing import Literal

from ampsm_app.backend.domain.model import Model, PathText, UtcTime

FileChange = Literal["added", "modified", "deleted", "renamed", "copied", "type_changed", "unmerged"]


class ChangedFile(Model):
    """One path of a diff; line counts are None for binary files. The same `digest` is the same change."""

    path: PathText
    old_path: PathText | None = None
    change: FileChange
    added: int | None = 0
    deleted: int | None = 0
    binary: bool = False
    by: Literal["agent", "user", "both"] | None = None
    digest: str = ""


class ChangeList(Model):
    """The files that differ between two states, and what the states are called."""

    against: str
    from_label: str
    to_label: str
    files: tuple[ChangedFile, ...]
    lines_added: int
    lines_deleted: int


class WorkingFile(Model):
    """A path of the worktree that is not committed; XY letters as `git status` prints them.

    `by` says who has changed it since HEAD.
    """

    path: PathText
    old_path: PathText | None = None
    index: str
    worktree: str
    staged: bool
    unstaged: bool
    untracked: bool
    unmerged: bool = False
    by: Literal["agent", "user", "both"] | None = None


class Hunk(Model):
    """A changed range, 1-based as git prints it; `lines` keep their leading space, plus or minus."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    header: str = ""
    lines: tuple[str, ...] = ()


class FileDiff(Model):
    """Both texts of a file with git's own hunks. Texts are None where binary, missing or too large.

    `digest` names exactly these hunks; lines are chosen by it. It is empty where there are none.
    """

    path: PathText
    old_path: PathText | None = None
    change: FileChange
    binary: bool = False
    too_large: bool = False
    old_mode: str | None = None
    new_mode: str | None = None
    old_text: str | None = None
    new_text: str | None = None
    old_image: str | None = None
    new_image: str | None = None
    hunks: tuple[Hunk, ...] = ()
    added: int = 0
    deleted: int = 0
    digest: str = ""


class RestorePoint(Model):
    """A backup that can be restored: what it was taken for, and what it does not hold.

    `purpose` says in words what `operation` means. `size` is the bytes of the files that it holds, None where
    nobody counted them. `pinned`: it never expires.
    """

    id: str
    session_id: str
    ref: str
    operation: str
    purpose: str = ""
    created_at: UtcTime
    head: str
    branch: str | None
    dirty_files: int
    not_kept: tuple[PathText, ...] = ()
    trash_path: str | None = None
    size: int | None = None
    pinned: bool = False


class Loss(Model):
    """What would exist nowhere else after a deletion. Unknown is None, never zero."""

    unmerged_commits: int | None
    uncommitted_files: int | None
    submodule_commits: int | None
    not_kept: tuple[PathText, ...] = ()
    merged: bool

    @property
    def nothing(self) -> bool:
        """Whether deleting loses nothing."""
        return self.merged and self.uncommitted_files == 0 and self.submodule_commits == 0


class BranchInfo(Model):
    """A ref that a session can start from."""

    name: str
    sha: str
    kind: Literal["branch", "remote", "tag"]
    time: UtcTime | None = None


class RepoInfo(Model):
    """What we see of a repository and suggest for it."""

    root: str
    name: str
    common_dir: str
    bare: bool
    head_branch: str | None
    default_base: str | None
    branches: tuple[BranchInfo, ...] = ()
    uncommitted_files: int
    identity: str | None
    git_version: str
    commits: int | None = None
    suggested_script: str | None = None
    setup: str | None = None
    setup_hash: str | None = None
    setup_trusted: bool = False
    sessions: int = 0
    submodules: bool = False
    notes: tuple[str, ...] = ()
