"""Takes a landed merge back off its base branch, as long as nothing was built on it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import LandedMerge, Merge, MergeStatus
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.git import layout, moving, refs
from ampsm_app.backend.git.checkouts import Checkout, holding
from ampsm_app.backend.git.landing_refusals import Refused, by_operation
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.moving import Move
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.veto import vetoed
from ampsm_app.backend.services.merge_targets import find_target
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import eventlog, merges, operations, sessions

_KIND = "undo-merge"
_REVERT = "take its changes back with a commit of their own: git revert"


@dataclass(frozen=True)
class _Way:
    """How base goes back, and the checkout that goes with it; without one only the ref moves."""

    move: Move
    checkout: Checkout | None


class Unmerging:
    """Undoes merges on base. The session's branch and files are not touched: its restore points have them."""

    def __init__(self, resources: Resources, operations: Operations, recovery: Recovery) -> None:
        self._resources = resources
        self._operations = operations
        self._recovery = recovery
        recovery.handle(_KIND, self._resume)

    def look(self, session: Session, *, since: datetime) -> LandedMerge | None:
        """The merge of the session that landed since, and why it cannot be undone; None without one."""
        merge = self._landed(session)
        if merge is None or merge.commit_sha is None or (merge.ended_at or since) < since:
            return None
        found = self._way(session, merge)
        return LandedMerge(
            base_branch=merge.base_branch,
            landed_sha=merge.commit_sha,
            before_sha=merge.base_sha,
            problem=found.reason if isinstance(found, Refused) else None,
            hint=found.hint if isinstance(found, Refused) else None,
        )

    def undo(self, session_id: str) -> Merge:
        """Take base, and the checkout it stands in, back to where it was before the session was merged.

        Changes of the user's that do not overlap stay, ignored files always do. Raises `Conflict` with the
        reason, and nothing touched: `not_merged`, `base_moved_on`, `already_pushed`, `base_was_made`, or
        what stands in the way in the checkout.
        """
        self._recovery.recover(session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        merge = self._landed(session)
        if merge is None:
            raise Conflict(
                f"Session {session.name!r} has no merge that has landed.",
                hint="amp-sessions history shows what can be taken back",
                code="not_merged",
            )
        with self._operations.claim(_KIND, session.id, session.repo_root, merge=merge.id) as operation:
            way = self._way(session, merge)
            if isinstance(way, Refused):
                raise Conflict(way.reason, hint=way.hint, code=way.code)
            operation.step("moving", base=way.move.model_dump(mode="json"))
            refused = self._go_back(self._resources.main_git(session), way)
            if refused is not None:
                raise Conflict(refused.reason, hint=refused.hint, code=refused.code)
            with self._resources.database.write() as connection:
                undone = _record(connection, session, merge)
                operation.finish(connection)
        return undone

    def _landed(self, session: Session) -> Merge | None:
        with self._resources.database.read() as connection:
            found = merges.current(connection, session.id)
        return found if found is not None and found.status is MergeStatus.MERGED else None

    def _way(self, session: Session, merge: Merge) -> _Way | Refused:
        git = self._resources.main_git(session)
        target = find_target(git, session, merge.options.onto)
        landed = str(merge.commit_sha)
        short = landed[:12]
        if target.tip != landed:
            reason = f"{target.name} has gone on since the merge ({short}): others may have built on it."
            return Refused("base_moved_on", reason, _REVERT)
        if refs.is_zero(merge.base_sha) or refs.resolve(git, merge.base_sha, kind="commit") is None:
            return Refused("base_was_made", f"{target.name} was made by this merge.", _REVERT)
        if _is_published(git, landed):
            return Refused("already_pushed", f"The merge ({short}) has been pushed.", _REVERT)
        places = holding(git, target.ref)
        busy = next((each for each in places if each.operation or each.missing), None)
        if busy is not None:
            return by_operation(busy.path, busy.operation or "checkout")
        if len(places) > 1:
            where = ", ".join(str(each.path) for each in places)
            return Refused("several_checkouts", f"{target.name} is checked out in {where}.", _REVERT)
        place = places[0] if places else None
        move = Move(
            worktree=str(place.path) if place else "",
            ref=target.ref,
            old=landed,
            new=merge.base_sha,
            message=f"ampsm: undo the merge of {session.branch}",
        )
        return _Way(move, place)

    def _go_back(self, git: Git, way: _Way) -> Refused | None:
        update = refs.RefUpdate(way.move.ref, way.move.new, way.move.old)
        said = vetoed(git, [update])
        if said is not None:
            return Refused("hook_refused", f"A hook refused to move {way.move.ref}: {said}")
        if way.checkout is None:
            refs.update_refs(git, [update], message=way.move.message, hooks=True)
            return None
        outcome = moving.move(git.at(way.checkout.path), way.move)
        return outcome if isinstance(outcome, Refused) else None

    def _resume(self, operation: operations.Operation, session: Session) -> None:
        """Follow up an undoing whose process was killed: base is where it was, or where it was to go."""
        git, merge = self._resources.main_git(session), self._landed(session)
        moved = "base" in operation.payload and _has_moved(
            git, Move.model_validate(operation.payload["base"]), operation.started_at
        )
        with self._resources.database.write() as connection:
            if moved and merge is not None:
                _record(connection, session, merge)
            operations.finish(connection, operation.id, "finished" if moved else "rolled back")


def _has_moved(git: Git, wanted: Move, since: datetime) -> bool:
    if wanted.worktree:
        return moving.recover_move(git.at(Path(wanted.worktree)), wanted, since=since).outcome == "moved"
    clear_stale_locks(layout.repository_dir(git.cwd), None, refs=[wanted.ref], since=since)
    return refs.resolve(git, wanted.ref) == wanted.new


def _is_published(git: Git, commit: str) -> bool:
    return git.text("for-each-ref", "--count=1", "--contains", commit, refs.REMOTES) != ""


def _record(connection: Connection, session: Session, merge: Merge) -> Merge:
    undone = merge.model_copy(
        update={
            "status": MergeStatus.ABORTED,
            "code": "undone",
            "reason": f"The merge was undone: {merge.base_branch} is at {merge.base_sha[:12]} again.",
        }
    )
    merges.save(connection, undone)
    sessions.change(connection, session.id, status=SessionStatus.IDLE, merged_at=None)
    event = GitOperated(
        operation=_KIND, sha_before=merge.commit_sha, sha_after=merge.base_sha, message=merge.base_branch
    )
    eventlog.append(connection, event, session_id=session.id)
    return undone
