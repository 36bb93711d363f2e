"""What a page gets when it stages, commits and goes back: the new status with each answer."""

from ampsm_app.backend.domain.merges import CommitLine
from ampsm_app.backend.domain.model import Model, PathText
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.web.messages import GitStatus


class Discarded(Model):
    """Changes taken back, the point that has them, and what went to the trash or was left alone."""

    status: GitStatus
    point: RestorePoint
    set_aside: tuple[PathText, ...] = ()
    aside: str | None = None
    left: tuple[PathText, ...] = ()


class Committed(Model):
    """A commit that was made by hand."""

    commit_sha: str
    subject: str
    status: GitStatus


class RolledBack(Model):
    """A session gone back to one of its commits, and the point of before."""

    status: GitStatus
    point: RestorePoint


class Picked(Model):
    """Commits that were applied, oldest first, and the point of before; `dropped` had nothing new."""

    commits: tuple[CommitLine, ...]
    status: GitStatus
    point: RestorePoint
    dropped: tuple[str, ...] = ()
