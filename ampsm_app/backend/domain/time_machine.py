"""What can be taken back, what takes space, and what going back or removing would do."""

from typing import Literal

from pydantic import Field

from ampsm_app.backend.domain.merges import LandedMerge
from ampsm_app.backend.domain.model import Model, PathText, UtcTime
from ampsm_app.backend.domain.review import ChangedFile, FileChange, RestorePoint

SpaceKind = Literal["worktree", "orphan", "check", "trash", "point", "lock", "temp", "database"]


class PointFile(Model):
    """A path that differs in a point from the point's commit; `size` in bytes, None where it has none.

    `kept` false: it was too large, unreadable or another repository, and the point does not hold it.
    """

    path: PathText
    change: FileChange
    size: int | None = None
    kept: bool = True


class RestoreEffect(Model):
    """What restoring would change now. Commits are counted; those that leave stay in the point of before."""

    branch: str | None
    head_before: str | None
    head_after: str
    commits_leaving: int
    commits_returning: int
    files: tuple[ChangedFile, ...]


class PointContent(Model):
    """A point with what it holds; `effect` is None where the session has no worktree now.

    `landed` is the merge that the point was taken before, while base still has it.
    """

    point: RestorePoint
    files: tuple[PointFile, ...]
    unfinished: str | None = None
    effect: RestoreEffect | None = None
    landed: LandedMerge | None = None


class PointRef(Model):
    """One point of a session."""

    id: str = Field(min_length=1)
    point: str = Field(min_length=1)


class RestoreFile(PointRef):
    """One file to take from a point."""

    path: PathText = Field(min_length=1)


class PinPoint(PointRef):
    """Whether a point is kept until it is unpinned."""

    pinned: bool


class TrashEntry(Model):
    """Something in a repository's trash.

    `kind`: a session's `worktree`, an `orphan` (a worktree whose session is not known), what was `aside` of a
    restore, or `other`. `unmerged_commits` are those of its branch that are in no branch, remote or tag now;
    None where nobody knows. `point` is what brings it back, its work included, also after it is emptied.
    """

    id: str
    repo_root: str
    path: str
    kind: Literal["worktree", "orphan", "aside", "other"]
    session_id: str | None
    session_name: str | None
    deleted: bool
    trashed_at: UtcTime | None
    size: int
    point: str | None
    pinned: bool = False
    branch: str | None
    unmerged_commits: int | None
    uncommitted_files: int | None
    not_kept: tuple[PathText, ...] = ()
    restorable: bool


class RepoFilter(Model):
    """One repository, by its root; None is all of them."""

    repo: str | None = None


class TrashRef(Model):
    """One entry of the trash, by its id."""

    id: str = Field(min_length=1)


class TrashRestored(Model):
    """What came back from the trash; `point` is what was there before, where something was."""

    entry: TrashEntry
    worktree_path: str
    point: RestorePoint | None


class TrashEmpty(Model):
    """What to delete for good: everything, or what `ids`, `repo` and `older_than_days` leave of it."""

    repo: str | None = None
    older_than_days: int | None = Field(default=None, ge=0)
    ids: tuple[str, ...] = ()


class TrashEmptied(Model):
    """What was deleted for good, and how many bytes that freed. Pinned entries stay: `kept`."""

    removed: tuple[TrashEntry, ...]
    kept: tuple[TrashEntry, ...] = ()
    freed: int


class SpaceItem(Model):
    """Something of ours that takes space.

    `action` is what removing it means: to move it to the `trash`, to `delete` it, to `forget` a point, to
    `shrink` a file; None where it is only shown. `loses` says what would exist nowhere else then. `proposed`:
    cleaning does it unless told otherwise. `reason` says why, or why not.
    """

    id: str
    kind: SpaceKind
    repo_root: str | None
    path: PathText
    session_id: str | None = None
    session_name: str | None = None
    size: int
    since: UtcTime | None = None
    action: Literal["trash", "delete", "forget", "shrink"] | None
    loses: str | None = None
    proposed: bool = False
    reason: str
    done: bool = False


class SpaceTotal(Model):
    """All of one kind, in one repository or (None) on the machine; `reclaimable` is what is proposed."""

    kind: SpaceKind
    repo_root: str | None
    count: int
    size: int
    reclaimable: int


class SpaceQuery(Model):
    """What to look at: one repository or all, some kinds or all.

    `max_size`: propose the oldest in trash and points too, until no more than so many bytes are left.
    """

    repo: str | None = None
    kinds: tuple[SpaceKind, ...] = ()
    max_size: int | None = Field(default=None, ge=0)


class SpaceClean(SpaceQuery):
    """What to remove: what is proposed, or of it and of what is shown only the items named by `ids`."""

    ids: tuple[str, ...] = ()


class SpaceReport(Model):
    """What takes space, what could go, and (after cleaning) what went. Sizes are bytes.

    `reclaimed` leaves what a move to the trash only moved, and what git frees when it next collects garbage.
    """

    items: tuple[SpaceItem, ...]
    totals: tuple[SpaceTotal, ...]
    size: int
    reclaimable: int
    reclaimed: int = 0
    failures: tuple[str, ...] = ()
