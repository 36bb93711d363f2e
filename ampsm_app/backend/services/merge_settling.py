"""How merges are followed up after their process was killed: what had begun to move is finished, and what had
not is as it was."""

from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import landing_recovery, refs
from ampsm_app.backend.git.landing_plan import Landing
from ampsm_app.backend.services.asking import Asking
from ampsm_app.backend.services.conflict_turn import SETTLING
from ampsm_app.backend.services.conflicts import ENTERING, Conflicts
from ampsm_app.backend.services.merge_job import PUSHING
from ampsm_app.backend.services.merge_records import record_landed
from ampsm_app.backend.services.publishing import PUBLISHING, Publishing
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges, operations
from ampsm_app.backend.store.operations import Operation

_UNMOVED = "The process that merged was killed; nothing has moved."
_PUSHED = (
    "The process was killed while it pushed the branch and opened the pull request; nothing here has moved. "
    "Open it again: it goes to the same request."
)


class MergeSettling:
    """Follows up merges, their conflicts, and agents that were asked to settle these."""

    def __init__(
        self,
        resources: Resources,
        recovery: Recovery,
        conflicts: Conflicts,
        asking: Asking,
        publishing: Publishing,
    ) -> None:
        self._resources = resources
        self._recovery = recovery
        self._conflicts = conflicts
        self._asking = asking
        self._publishing = publishing

    def register(self) -> None:
        """Tell recovery what to do for each kind."""
        self._recovery.handle("merge", self._merge)
        self._recovery.handle("abort-merge", self._abort)
        self._recovery.handle("resolve", self._resolve)
        self._recovery.handle("ask", self._ask)

    def _merge(self, operation: Operation, session: Session) -> None:
        merge = self._open(session)
        if merge is None:
            self._finish_publishing(operation, session)
            return
        if "landing" in operation.payload:
            planned = Landing.model_validate(operation.payload["landing"])
            git = self._resources.main_git(session)
            settled = landing_recovery.recover_landing(git, planned, since=operation.started_at)
            if settled.outcome == "landed":
                self._conflicts.leave_worktree(session, merge, planned.new)
                base = merge.base_sha if refs.is_zero(planned.old) else planned.old
                with self._resources.database.write() as connection:
                    record_landed(connection, merge, session, base)
                    operations.step(connection, operation.id, PUBLISHING)
                self._finish_publishing(operation, session)
                return
        if operation.step == ENTERING:
            backup_ref = str(operation.payload["backup_ref"])
            merge = self._conflicts.leave_half_entered(session, merge, backup_ref)
        waits = bool(merge.conflicts)
        fields: dict[str, object] = {
            "status": MergeStatus.CONFLICT if waits else MergeStatus.ABORTED,
            "code": "interrupted",
            "reason": _PUSHED if operation.step == PUSHING else _UNMOVED,
            "commit_sha": None,
            "ended_at": None if waits else utc_now(),
        }
        with self._resources.database.write() as connection:
            merges.save(connection, merge.model_copy(update=fields))
            operations.finish(connection, operation.id, "rolled back")

    def _finish_publishing(self, operation: Operation, session: Session) -> None:
        """What was to follow a landing is made up for, or said. Nothing, where the merge did not land."""
        landed = operation.payload.get("merge_id")
        with self._resources.database.read() as connection:
            merge = merges.get(connection, str(landed)) if landed is not None else None
        if merge is None or merge.status is not MergeStatus.MERGED:
            self._recovery.finish(operation, "interrupted")
            return
        if self._publishing.is_wanted(merge):
            merge = self._publishing.after_kill(self._resources.main_git(session), merge)
        with self._resources.database.write() as connection:
            merges.save(connection, merge)
            operations.finish(connection, operation.id, "landed")

    def _abort(self, operation: Operation, session: Session) -> None:
        """Finish undoing: every step of it can be repeated."""
        merge = self._open(session)
        if merge is not None:
            self._conflicts.undo(session, merge)
        with self._resources.database.write() as connection:
            if merge is not None:
                aborted = {"status": MergeStatus.ABORTED, "ended_at": utc_now()}
                merges.save(connection, merge.model_copy(update=aborted))
            operations.finish(connection, operation.id, "aborted")

    def _resolve(self, operation: Operation, session: Session) -> None:
        self._finish_settling(operation, session)
        self._recovery.finish(operation, "finished")

    def _ask(self, operation: Operation, session: Session) -> None:
        """The conflict is as before, or, where the answer was being taken over, settled by it."""
        if operation.step == SETTLING:
            self._finish_settling(operation, session)
        self._asking.take_away_place(session)
        self._recovery.close_turn(operation, session)

    def _finish_settling(self, operation: Operation, session: Session) -> None:
        merge = self._open(session)
        if merge is None:
            return
        paths = [str(path) for path in operation.payload["paths"]]
        merge = self._conflicts.follow_up_settling(session, merge, paths)
        with self._resources.database.write() as connection:
            merges.save(connection, merge)

    def _open(self, session: Session) -> Merge | None:
        with self._resources.database.read() as connection:
            return merges.open_merge(connection, session.id)
