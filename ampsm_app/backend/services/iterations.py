"""Running turns, and ending them from wherever one is."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import IterateRequest
from ampsm_app.backend.domain.sessions import Check, Iteration, Purpose, Session, SessionStatus
from ampsm_app.backend.git import refs
from ampsm_app.backend.services.agent_turn import AgentTurn
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.prompts import next_prompt
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.stopping import Stopping
from ampsm_app.backend.services.turn import Turn, TurnParts
from ampsm_app.backend.store import iterations, sessions

_CLOSING_S = 10.0


@dataclass(frozen=True)
class Claimed:
    """A session that is held for a turn: its rows, and the operation that holds it."""

    session: Session
    iteration: Iteration
    operation: str


class Iterations:
    """The turns of this process, and stop requests to those of any other."""

    def __init__(
        self, parts: TurnParts, operations: Operations, recovery: Recovery, stopping: Stopping
    ) -> None:
        self._parts = parts
        self._resources = parts.resources
        self._operations = operations
        self._recovery = recovery
        self._stopping = stopping
        # Guards `_live`, the turns of this process that are not over.
        self._lock = threading.Lock()
        self._live: dict[str, AgentTurn] = {}

    def start(self, request: IterateRequest) -> Turn:
        """Claim the session for a turn, which begins with `Turn.run`.

        Raises `SessionBusy` while another turn or operation holds it, `InvalidInput` for a model that this
        agent cannot express.
        """
        self._recovery.recover(request.session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, request.session_id)
            past = iterations.of_session(connection, session.id)
        self._parts.agents.check_model(request.model or session.model, request.choice, session)
        prompt = next_prompt(session, past, request.notes)
        start = refs.branch_tip(self._resources.main_git(session), session.branch)
        claimed = self.claim("iterate", session, prompt.text, start_sha=start, model=request.model)
        turn = Turn(
            self._parts, claimed.session, claimed.iteration, claimed.operation, prompt, self.ended, request
        )
        self.hold(turn)
        return turn

    def claim(
        self,
        kind: str,
        session: Session,
        prompt: str,
        *,
        start_sha: str | None,
        model: str | None,
        purpose: Purpose = "work",
    ) -> Claimed:
        """Number and record a turn that is about to begin, in the step that claims the session for it."""
        model = model or session.model
        with self._resources.database.write() as connection:
            operation = self._operations.begin(connection, kind, session.id, session.repo_root)
            iteration = iterations.start(
                connection,
                session.id,
                prompt=self._resources.redactor().redact(prompt),
                start_sha=start_sha or session.base_commit,
                owner=str(self._resources.owner),
                mark=self._resources.executor.mark,
                model=model,
                mode=session.mode or self._resources.settings().amp.mode,
                thread_id=session.thread_id,
                purpose=purpose,
                within=operation.id,
            )
            session = sessions.change(
                connection, session.id, status=SessionStatus.RUNNING, last_run_at=utc_now(), limit_until=None
            )
        return Claimed(session, iteration, operation.id)

    def hold(self, turn: AgentTurn) -> None:
        """Know a claimed turn as one of this process, which ends with it."""
        with self._lock:
            self._live[turn.session.id] = turn

    def ended(self, turn: AgentTurn) -> None:
        """Know that the agent of a turn, and what else it ran, is over."""
        with self._lock:
            self._live.pop(turn.session.id, None)

    def run(self, request: IterateRequest) -> Iteration:
        """Run a turn to its end."""
        return self.start(request).run()

    def stop(self, session_id: str) -> bool:
        """End what holds the session, within five seconds; False where nothing did."""
        return self._stopping.stop(session_id)

    def check(self, session_id: str) -> Check:
        """Run the check script by hand, on the worktree as it is."""
        self._recovery.recover(session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        if not session.script:
            raise InvalidInput(
                f"Session {session.name!r} has no check script.", hint="give one to new: --script 'make test'"
            )
        self._parts.worktrees.ensure_present(session)
        with self._operations.claim("check", session.id, session.repo_root) as operation:
            check = self._parts.checks.run(
                session.script, Path(session.worktree_path), session_id=session.id, reason="manual"
            )
            with self._resources.database.write() as connection:
                operation.finish(connection)
        return check

    def running(self) -> list[str]:
        """The sessions whose turns run in this process."""
        with self._lock:
            return list(self._live)

    def close(self) -> None:
        """End the turns of this process and wait until they are recorded."""
        with self._lock:
            live = list(self._live.values())
        for turn in live:
            turn.cancel()
        deadline = time.monotonic() + _CLOSING_S
        while live and time.monotonic() < deadline and any(self._held(each.session.id) for each in live):
            time.sleep(0.05)

    def _held(self, session_id: str) -> bool:
        return self._operations.busy(session_id)
