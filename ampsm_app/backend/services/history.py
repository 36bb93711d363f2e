"""The time machine: the points of a session, and going back to one."""

import builtins
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.domain.time_machine import PointContent
from ampsm_app.backend.git import backup_format, backup_restore, excludes, file_restore, refs, revival, trash
from ampsm_app.backend.services import waiting
from ampsm_app.backend.services.moving import Step
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.point_contents import content_of
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.unmerging import Unmerging
from ampsm_app.backend.store import backups, eventlog, merges, operations, sessions

# The kind of the operation, and of the point that is taken before it.
FILES = "restore-file"


class History:
    """Lists and restores points, those of deleted sessions (named by their whole id) included."""

    def __init__(
        self,
        resources: Resources,
        operations: Operations,
        points: Points,
        recovery: Recovery,
        unmerging: Unmerging,
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._recovery = recovery
        self._unmerging = unmerging

    def list(self, ref: str) -> builtins.list[RestorePoint]:
        """The points of a session, newest first."""
        return self._points.list(self.find(ref))

    def find(self, ref: str) -> Session:
        """The session that is named as everywhere, or by its whole id where it is deleted."""
        with self._resources.database.read() as connection:
            try:
                return sessions.find(connection, ref)
            except NotFound:
                return sessions.get(connection, ref)

    def holds(self, ref: str, point_id: str) -> PointContent:
        """What a point holds, and what restoring it would change now."""
        session = self.find(ref)
        point = self._points.get(session, point_id)
        content = content_of(self._resources, session, point)
        if point.operation != "merge":
            return content
        return content.model_copy(update={"landed": self._unmerging.look(session, since=point.created_at)})

    def pin(self, ref: str, point_id: str, *, pinned: bool) -> RestorePoint:
        """Keep a point until it is unpinned, or let it expire with age again."""
        session = self.find(ref)
        point = self._points.get(session, point_id)
        with self._resources.database.write() as connection:
            return backups.pin(connection, point, pinned=pinned)

    def restore(self, ref: str, point_id: str) -> RestorePoint:
        """Take branch, index and files back to a point; the point of what was there before.

        Ignored files stay. A worktree in the trash, or gone, is brought back first.
        """
        self._recovery.recover(self.find(ref).id)
        session = self.find(ref)
        point = self._points.get(session, point_id)
        with self._operations.claim("restore", session.id, session.repo_root, point=point.id) as operation:
            before = self._go_back(session, point, operation.step)
            with self._resources.database.write() as connection:
                _record(connection, session, point, before)
                operation.finish(connection)
        return before

    def restore_files(self, ref: str, point_id: str, paths: Sequence[str]) -> RestorePoint:
        """Make single files what they were at a point; branch and index stay. The point of what was there.

        Raises `NotFound` (`not_in_backup`, `worktree_missing`) before anything is touched.
        """
        self._recovery.recover(self.find(ref).id)
        session = self.find(ref)
        point = self._points.get(session, point_id)
        if not (Path(session.worktree_path) / ".git").exists():
            raise NotFound(
                f"Session {session.name!r} has no worktree to put files into.",
                hint=f"restore the whole point: amp-sessions restore {session.id} {point.id}",
                code="worktree_missing",
            )
        payload = {"point": point.id, "paths": list(paths)}
        with self._operations.claim(FILES, session.id, session.repo_root, **payload) as operation:
            git = self._resources.worktree_git(session)
            backup = backup_format.load(git, point.ref)
            wanted = file_restore.files_then(git, backup, paths)
            before = self._points.take(session, FILES)
            operation.step("restoring")
            file_restore.restore_files(git, backup, wanted, context_dir=session.context_dir)
            with self._resources.database.write() as connection:
                _record_files(connection, point, before, len(wanted))
                operation.finish(connection)
        return before

    def resume_files(self, operation: operations.Operation, session: Session) -> None:
        """Finish the restore of single files whose process was killed; what was edited since is kept too."""
        if operation.step != "restoring":
            self._recovery.finish(operation, "rolled back")
            return
        point = self._points.get(session, str(operation.payload["point"]))
        git = self._resources.worktree_git(session)
        backup = backup_format.load(git, point.ref)
        wanted = file_restore.files_then(git, backup, operation.payload["paths"])
        before = self._points.take(session, FILES)
        file_restore.restore_files(git, backup, wanted, context_dir=session.context_dir)
        with self._resources.database.write() as connection:
            _record_files(connection, point, before, len(wanted))
            operations.finish(connection, operation.id, "finished")

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
        waiting.let_go(self._resources, session)
        return kept

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


def _record_files(connection: Connection, point: RestorePoint, before: RestorePoint, files: int) -> None:
    event = GitOperated(
        operation=FILES,
        sha_before=before.head,
        sha_after=before.head,
        files_changed=files,
        message=point.purpose,
    )
    eventlog.append(connection, event, session_id=point.session_id)


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
