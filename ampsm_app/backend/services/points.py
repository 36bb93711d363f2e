"""The time machine's points: a backup before whatever could lose work, and its row."""

from collections.abc import Collection
from pathlib import Path

from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import backups as git_backups
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import backups


class Points:
    """Takes, lists and finds restore points. A point's ref holds everything; its row only describes it."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def take(
        self,
        session: Session,
        operation: str,
        *,
        trash_path: Path | None = None,
        also: Collection[str] = (),
    ) -> RestorePoint:
        """Back up HEAD, index, changed and untracked files (`also` others) and merge state of the worktree.

        Where the worktree is gone, the branch is what there is to keep.
        """
        worktree = Path(session.worktree_path)
        if (worktree / ".git").exists():
            point = git_backups.take(
                self._resources.worktree_git(session),
                session_id=session.id,
                operation=operation,
                context_dir=session.context_dir,
                trash_path=trash_path,
                also=also,
            )
        else:
            point = git_backups.take_branch(
                self._resources.main_git(session),
                session_id=session.id,
                operation=operation,
                branch=session.branch,
            )
        with self._resources.database.write() as connection:
            backups.insert(connection, point)
        return point

    def list(self, session: Session) -> list[RestorePoint]:
        """All points of a session, newest first."""
        with self._resources.database.read() as connection:
            return backups.of_session(connection, session.id)

    def get(self, session: Session, point_id: str) -> RestorePoint:
        """The point with this id, or whose id begins with it. Raises `NotFound`, `InvalidInput`."""
        with self._resources.database.read() as connection:
            return backups.find(connection, session.id, point_id)

    def adopt(self, session: Session) -> None:
        """Write rows for backups that a killed process took and did not get to write down."""
        known = {each.id for each in self.list(session)}
        found = git_backups.listed(self._resources.main_git(session), session.id)
        with self._resources.database.write() as connection:
            for point in found:
                if point.id not in known:
                    backups.insert(connection, point)
