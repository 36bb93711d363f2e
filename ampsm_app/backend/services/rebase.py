"""Moving a session's commits onto another ref, on objects first: on a conflict nothing has moved."""

from dataclasses import dataclass
from typing import Any, Literal

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import PredictedConflict
from ampsm_app.backend.git import refs, replay
from ampsm_app.backend.services.moving import move_session
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.standing import require_clean
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store import eventlog, sessions


@dataclass(frozen=True)
class Rebased:
    """What became of a rebase; with `conflict` the branch is where it was."""

    status: Literal["rebased", "conflict", "up_to_date"]
    commit_sha: str
    conflicts: tuple[PredictedConflict, ...] = ()
    backup_ref: str | None = None

    def as_document(self) -> dict[str, Any]:
        """The answer of `rebase --json`."""
        return {
            "status": self.status,
            "commit_sha": self.commit_sha,
            "conflicts": [each.model_dump(mode="json") for each in self.conflicts],
            "backup_ref": self.backup_ref,
        }


class Rebase:
    """Rebases sessions."""

    def __init__(
        self,
        resources: Resources,
        operations: Operations,
        points: Points,
        worktrees: Worktrees,
        recovery: Recovery,
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._worktrees = worktrees
        self._recovery = recovery

    def rebase(self, session_id: str, onto: str) -> Rebased:
        """Move the session's commits onto `onto`. Raises `Conflict` where the worktree is not clean."""
        self._recovery.recover(session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        self._worktrees.ensure_present(session)
        with self._operations.claim("rebase", session.id, session.repo_root) as operation:
            git = self._resources.worktree_git(session)
            tip = require_clean(git, session)
            target = refs.resolve(git, onto, kind="commit")
            if target is None:
                raise NotFound(f"{onto!r} is no branch, tag or commit here.", code="no_such_base")
            if refs.is_ancestor(git, target, tip):
                return Rebased("up_to_date", tip)
            start = refs.merge_base(git, target, tip) or session.base_commit
            replayed = replay.rebase(git, start, tip, target)
            if isinstance(replayed, replay.ReplayConflict):
                found = tuple(
                    PredictedConflict(path=each.path, kind=each.kind) for each in replayed.conflicts
                )
                return Rebased("conflict", tip, found)
            point = self._points.take(session, "rebase")
            move_session(git, session, tip, replayed.tip, message="ampsm: rebase", step=operation.step)
            event = GitOperated(operation="rebase", sha_before=tip, sha_after=replayed.tip, message=onto)
            with self._resources.database.write() as connection:
                eventlog.append(connection, event, session_id=session.id)
                sessions.change(connection, session.id, base_commit=target)
                operation.finish(connection)
        return Rebased("rebased", replayed.tip, (), point.ref)
