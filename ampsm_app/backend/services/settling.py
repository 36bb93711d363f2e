"""How each kind of operation is followed up after its process was killed."""

from pathlib import Path

from ampsm_app.backend.domain.merges import MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import landing_recovery, refs
from ampsm_app.backend.git.landing_plan import Landing
from ampsm_app.backend.services.cleanup import Cleanup
from ampsm_app.backend.services.conflicts import Conflicts
from ampsm_app.backend.services.history import History
from ampsm_app.backend.services.merge_job import record_landed
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges, operations
from ampsm_app.backend.store.operations import Operation


class Settling:
    """Finishes what had begun to move, rolls back what had not."""

    def __init__(
        self,
        resources: Resources,
        recovery: Recovery,
        history: History,
        cleanup: Cleanup,
        conflicts: Conflicts,
    ) -> None:
        self._resources = resources
        self._recovery = recovery
        self._history = history
        self._cleanup = cleanup
        self._conflicts = conflicts

    def register(self) -> None:
        """Tell recovery what to do for each kind."""
        self._recovery.handle("merge", self._merge)
        self._recovery.handle("abort-merge", self._abort)
        self._recovery.handle("resolve", self._resolve)
        self._recovery.handle("restore", self._history.resume)
        self._recovery.handle("restore-file", self._history.resume_files)
        self._recovery.handle("cleanup", self._removal)
        self._recovery.handle("delete", self._removal)

    def _merge(self, operation: Operation, session: Session) -> None:
        with self._resources.database.read() as connection:
            merge = merges.open_merge(connection, session.id)
        if merge is None:
            self._recovery.finish(operation, "interrupted")
            return
        if "landing" in operation.payload:
            planned = Landing.model_validate(operation.payload["landing"])
            git = self._resources.main_git(session)
            settled = landing_recovery.recover_landing(git, planned, since=operation.started_at)
            if settled.outcome == "landed":
                self._conflicts.leave_worktree(session, merge, planned.new)
                with self._resources.database.write() as connection:
                    base = merge.base_sha if refs.is_zero(planned.old) else planned.old
                    record_landed(connection, merge, session, base)
                    operations.finish(connection, operation.id, "landed")
                return
        if operation.step == "entering":
            merge = self._conflicts.leave_half_entered(session, merge)
        waits = bool(merge.conflicts)
        fields: dict[str, object] = {
            "status": MergeStatus.CONFLICT if waits else MergeStatus.ABORTED,
            "code": "interrupted",
            "reason": "The process that merged was killed; nothing has moved.",
            "commit_sha": None,
            "ended_at": None if waits else utc_now(),
        }
        with self._resources.database.write() as connection:
            merges.save(connection, merge.model_copy(update=fields))
            operations.finish(connection, operation.id, "rolled back")

    def _abort(self, operation: Operation, session: Session) -> None:
        """Finish undoing: every step of it can be repeated."""
        with self._resources.database.read() as connection:
            merge = merges.open_merge(connection, session.id)
        if merge is not None:
            self._conflicts.undo(session, merge)
        with self._resources.database.write() as connection:
            if merge is not None:
                aborted = {"status": MergeStatus.ABORTED, "ended_at": utc_now()}
                merges.save(connection, merge.model_copy(update=aborted))
            operations.finish(connection, operation.id, "aborted")

    def _resolve(self, operation: Operation, session: Session) -> None:
        with self._resources.database.read() as connection:
            merge = merges.open_merge(connection, session.id)
        if merge is not None:
            merge = self._conflicts.finish_settling(session, merge, str(operation.payload["path"]))
        with self._resources.database.write() as connection:
            if merge is not None:
                merges.save(connection, merge)
            operations.finish(connection, operation.id, "finished")

    def _removal(self, operation: Operation, session: Session) -> None:
        if operation.step != "moving":
            self._recovery.finish(operation, "rolled back")
            return
        place = operation.payload.get("trash")
        repository = self._resources.repository(session)
        self._cleanup.take_away(session, repository, Path(place) if place else None)
        with self._resources.database.write() as connection:
            self._cleanup.record(connection, session, operation.kind, place)
            operations.finish(connection, operation.id, "finished")
