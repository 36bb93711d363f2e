"""The time machine: the points of a session, and going back to one."""

import builtins
from pathlib import Path

from sqlalchemy import Connection

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.git import backup_restore, excludes, refs, revival, trash
from ampsm_app.backend.services.moving import Step
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import backups, eventlog, merges, operations, sessions


class History:
    """Lists and restores points, those of deleted sessions (named by their whole id) included."""

    def __init__(
        self, resources: Resources, operations: Operations, points: Points, recovery: Recovery
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._recovery = recovery

    def list(self, ref: str) -> builtins.list[RestorePoint]:
        """The points of a session, newest first."""
        return self._points.list(self._find(ref))

    def restore(self, ref: str, point_id: str) -> RestorePoint:
        """Take branch, index and files back to a point; the point of what was there before.

        Ignored files stay. A worktree in the trash, or gone, is brought back first.
        """
        self._recovery.recover(self._find(ref).id)
        session = self._find(ref)
        point = self._points.get(session, point_id)
        with self._operations.claim("restore", session.id, session.repo_root, point=point.id) as operation:
            before = self._go_back(session, point, operation.step)
            with self._resources.database.write() as connection:
                _record(connection, session, point, before)
                operation.finish(connection)
        return before

    def resume(self, operation: operations.Operation, session: Session) -> None:
        """Finish a restore whose process was killed; every step of it can be repeated."""
        point = self._points.get(session, str(operation.payload["point"]))

        def step(name: str, **payload: object) -> None:
            with self._resources.database.write() as connection:
                operations.step(connection, operation.id, name, **payload)

        before = self._go_back(session, point, step, before=operation.payload.get("before"))
        with self._resources.database.write() as connection:
            _record(connection, session, point, before)
            operations.finish(connection, operation.id, "finished")

    def _go_back(
        self, session: Session, point: RestorePoint, step: Step, *, before: str | None = None
    ) -> RestorePoint:
        """Bring the worktree to the point; gives the point of what was there, `before` if that is taken."""
        self._bring_back(session, point)
        # Also where a kill came between: what was edited since is in no point yet.
        now = self._points.take(session, "restore")
        kept = self._points.get(session, before) if before else now
        step("restoring", before=kept.id)
        git = self._resources.worktree_git(session)
        backup_restore.restore(git, point.ref, context_dir=session.context_dir, before=None)
        return kept

    def _find(self, ref: str) -> Session:
        with self._resources.database.read() as connection:
            try:
                return sessions.find(connection, ref)
            except NotFound:
                return sessions.get(connection, ref)

    def _bring_back(self, session: Session, point: RestorePoint) -> None:
        worktree = Path(session.worktree_path)
        if (worktree / ".git").exists():
            return
        repository = self._resources.repository(session)
        if refs.resolve(repository.git, refs.HEADS + session.branch) is None:
            update = refs.RefUpdate(refs.HEADS + session.branch, point.head, refs.ZERO)
            refs.update_refs(repository.git, [update], message="ampsm: restore", hooks=False)
        place = Path(point.trash_path) if point.trash_path else None
        if place is not None and place.exists():
            trash.from_trash(repository.common_dir, place, worktree)
            with self._resources.database.write() as connection:
                backups.moved_to_trash(connection, point, None)
        else:
            revival.revive(repository.git, worktree, session.branch)
        excludes.hide(repository.root, repository.common_dir, worktree, session.context_dir)


def _record(connection: Connection, session: Session, point: RestorePoint, before: RestorePoint) -> None:
    merge = merges.open_merge(connection, session.id)
    if merge is not None:
        ended = {"status": MergeStatus.ABORTED, "reason": "A point was restored.", "ended_at": utc_now()}
        merges.save(connection, merge.model_copy(update=ended))
    sessions.undelete(connection, session.id)
    fields: dict[str, object] = {"archived_at": None}
    if session.status is SessionStatus.DONE:
        fields |= {"status": SessionStatus.IDLE, "merged_at": None}
    sessions.change(connection, session.id, **fields)
    event = GitOperated(
        operation="restore", sha_before=before.head, sha_after=point.head, message=point.operation
    )
    eventlog.append(connection, event, session_id=session.id)
