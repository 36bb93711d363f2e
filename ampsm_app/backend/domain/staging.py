"""Putting a change together by hand: which lines, which files, which commits."""

from pydantic import Field

from ampsm_app.backend.domain.merges import CommitLine
from ampsm_app.backend.domain.model import Model, PathText
from ampsm_app.backend.domain.review import RestorePoint


class SelectedHunk(Model):
    """Lines of one hunk, as `FileDiff.hunks` shows it with three lines of context and all white space.

    `index` counts hunks, `lines` are indexes into the hunk's lines (context counts, and is passed over);
    None takes the whole hunk.
    """

    index: int = Field(ge=0)
    lines: tuple[int, ...] | None = None


class LineSelection(Model):
    """Some lines of one file's change; `digest` is that of the `FileDiff` they were chosen from."""

    digest: str = Field(min_length=1)
    hunks: tuple[SelectedHunk, ...] = Field(min_length=1)


class StageChange(Model):
    """What to stage, unstage or discard: some paths (a folder counts for all in it), or all there is.

    With a `selection` exactly one path is named, and only those of its lines are meant.
    """

    id: str = Field(min_length=1)
    paths: tuple[PathText, ...] = ()
    selection: LineSelection | None = None


class CommitRequest(Model):
    """A commit by hand of what is staged. An amended commit keeps its message where none is given."""

    id: str = Field(min_length=1)
    message: str = ""
    amend: bool = False
    allow_secrets: bool = False


class Rollback(Model):
    """The commit that a session's branch, index and files go back to."""

    id: str = Field(min_length=1)
    sha: str = Field(min_length=4)


class CherryPick(Model):
    """Commits to apply to a session's branch: of another session, or (None) any of the repository's."""

    id: str = Field(min_length=1)
    commits: tuple[str, ...] = Field(min_length=1)
    from_session: str | None = None


class Discard(Model):
    """Changes that were taken back, with the point that has them.

    `set_aside` was moved to the folder `aside` in the trash: no point can hold it. `left` are paths that were
    not touched: submodules, and conflicts that are not settled.
    """

    point: RestorePoint
    set_aside: tuple[PathText, ...] = ()
    aside: str | None = None
    left: tuple[PathText, ...] = ()


class NewCommit(Model):
    """A commit that was made."""

    commit_sha: str
    subject: str


class Pick(Model):
    """The commits that were made of the picked ones, oldest first, and the way back.

    `dropped` are those whose change was there already.
    """

    commits: tuple[CommitLine, ...]
    point: RestorePoint
    dropped: tuple[str, ...] = ()
