"""Follows up what a killed process left: each operation is finished or rolled back, and nothing is lost.

Only writing commands and the server do this, one process at a time, and never to a live process's work.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.events import IterationEnded
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Iteration, Outcome, Session, SessionStatus
from ampsm_app.backend.exec import trees
from ampsm_app.backend.git import commits, moving, refs
from ampsm_app.backend.git.detached_worktrees import ask_place, check_place
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.agents import Agents
from ampsm_app.backend.services.creation import take_back
from ampsm_app.backend.services.ledger import usage_events
from ampsm_app.backend.services.messages import ITERATION_TRAILER
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.reparsing import usage_of
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.services.turn_commits import TurnCommits
from ampsm_app.backend.store import eventlog, iterations, operations, sessions
from ampsm_app.backend.store.operations import Operation

Undo = Callable[[Operation, Session], None]
UndoAlone = Callable[[Operation], None]

_log = logging.getLogger(__name__)


class Recovery:
    """Knows for each kind of operation how to follow it up; `handlers` are given by the use cases."""

    def __init__(self, resources: Resources, points: Points, commits_: TurnCommits, agents: Agents) -> None:
        self._resources = resources
        self._agents = agents
        self._points = points
        self._commits = commits_
        self._handlers: dict[str, Undo] = {}
        self._alone: dict[str, UndoAlone] = {}

    def handle(self, kind: str, undo: Undo) -> None:
        """Follow up operations of this kind by `undo`; it must be repeatable."""
        self._handlers[kind] = undo

    def handle_alone(self, kind: str, undo: UndoAlone) -> None:
        """The same for operations of this kind that concern no session."""
        self._alone[kind] = undo

    def recover(self, session_id: str | None = None) -> int:
        """Follow up what dead processes left, of one session or of all; how many operations that were."""
        with self._resources.database.read() as connection:
            left = operations.abandoned(connection, alive=alive)
        wanted = [each for each in left if session_id in (None, each.session_id)]
        if not wanted:
            return 0
        from filelock import FileLock

        with FileLock(self._resources.data_dir / "recovery.lock"):
            return sum(self._follow_up(each) for each in wanted)

    def _follow_up(self, operation: Operation) -> int:
        with self._resources.database.write() as connection:
            now = operations.get(connection, operation.id)
            if now.finished_at is not None or alive(now.owner):
                return 0
        # What it started may still be writing; a git of ours among it.
        trees.sweep(operation.mark)
        try:
            self._undo(operation)
        except AmpsmError as error:
            _log.warning(
                "operation %s of %s stays open: %s", operation.id, operation.session_id, error.message
            )
            return 0
        return 1

    def _undo(self, operation: Operation) -> None:
        if operation.kind == "create":
            self._undo_creation(operation)
            return
        if operation.session_id is None:
            self._alone[operation.kind](operation)
            return
        with self._resources.database.read() as connection:
            session = sessions.get(connection, operation.session_id)
        self._clear_locks(operation, session)
        self._points.adopt(session)
        if "move" in operation.payload:
            wanted = moving.Move.model_validate(operation.payload["move"])
            moving.recover_move(self._resources.worktree_git(session), wanted, since=operation.started_at)
        if operation.kind == "iterate":
            self._close_work(operation, session)
            return
        self._handlers.get(operation.kind, self._just_finish)(operation, session)

    def _undo_creation(self, operation: Operation) -> None:
        session = Session.model_validate(operation.payload["session"])
        git = self._resources.main_git(session)
        self._clear_locks(operation, session)
        take_back(git, session)
        self.finish(operation, "rolled back")

    def _clear_locks(self, operation: Operation, session: Session) -> None:
        repository = self._resources.repository(session)
        names = [refs.HEADS + session.branch]
        root = repository.root
        for place in (Path(session.worktree_path), check_place(root), ask_place(root, session.id)):
            clear_stale_locks(
                repository.common_dir,
                place if place.exists() else None,
                refs=names,
                since=operation.started_at,
            )

    def _close_work(self, operation: Operation, session: Session) -> None:
        """What the turn changed stays; its commit is found again if it made one."""
        with self._resources.database.read() as connection:
            running = iterations.running(connection, session_id=session.id)
        made = self._commit_of(session, running[0].iteration) if running else None
        if running and made is None and (Path(session.worktree_path) / ".git").exists():
            self._commits.note_interrupted(session)
        self.close_turn(operation, session, made)

    def close_turn(self, operation: Operation, session: Session, made: str | None = None) -> None:
        """Close a turn as interrupted, with the commit that it made, and free its session."""
        with self._resources.database.read() as connection:
            running = iterations.running(connection, session_id=session.id)
        if not running:
            self.finish(operation, "interrupted")
            return
        iteration = running[0].iteration
        used = usage_of(self._resources, self._agents, iteration)
        usage, cost, kind = self._agents.total(used)
        ended = utc_now()
        closed = iteration.model_copy(
            update={
                "ended_at": ended,
                "outcome": Outcome.INTERRUPTED,
                "commit_sha": made,
                "usage": usage,
                "cost_usd": cost,
                "cost_kind": kind,
                "duration_ms": round((ended - iteration.started_at).total_seconds() * 1000),
            }
        )
        event = IterationEnded(
            iteration_number=closed.number,
            status=SessionStatus.IDLE,
            outcome=Outcome.INTERRUPTED,
            git_sha=closed.start_sha,
            commit_sha=made,
            changed_files=0,
            duration_ms=closed.duration_ms or 0,
            exit_code=None,
            message="The process that ran this turn was killed.",
        )
        with self._resources.database.write() as connection:
            for spent in usage_events(used, closed):
                eventlog.append(connection, spent, session_id=session.id, iteration_id=closed.id)
            iterations.finish(connection, closed)
            sessions.change(connection, session.id, status=SessionStatus.IDLE)
            eventlog.append(connection, event, session_id=session.id, iteration_id=closed.id)
            operations.finish(connection, operation.id, "interrupted")

    def _commit_of(self, session: Session, iteration: Iteration) -> str | None:
        git: Git = self._resources.main_git(session)
        tip = refs.HEADS + session.branch
        if refs.resolve(git, tip) is None:
            return None
        recent = commits.log(git, "-5", tip)
        return next(
            (each.sha for each in recent if each.trailers.get(ITERATION_TRAILER) == iteration.id), None
        )

    def _just_finish(self, operation: Operation, session: Session) -> None:
        self.finish(operation, "interrupted")

    def finish(self, operation: Operation, result: str) -> None:
        """Write down that an operation was followed up."""
        with self._resources.database.write() as connection:
            operations.finish(connection, operation.id, result)
