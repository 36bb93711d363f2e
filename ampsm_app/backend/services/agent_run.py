"""One process of an agent: started under guard, its stream folded and recorded, its end judged."""

import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ampsm_app.backend.agents.base import TurnResult
from ampsm_app.backend.agents.lines import hide_token_bytes
from ampsm_app.backend.agents.state import State
from ampsm_app.backend.domain.events import ThreadStarted
from ampsm_app.backend.domain.sessions import Iteration, Outcome
from ampsm_app.backend.exec.running import Running
from ampsm_app.backend.git.killed import clear_up
from ampsm_app.backend.services.agents import Resolved
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.ledger import Ledger
from ampsm_app.backend.services.recorder import Recorder
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.scripts import script_environment

# How long a process may live on after the line that ends its turn.
_AFTER_RESULT_S = 5.0


class AgentRun:
    """Runs a resolved agent for one turn, in the worktree at `place`.

    What it prints is redacted before anything else sees it.
    """

    def __init__(
        self,
        resources: Resources,
        ledger: Ledger,
        place: Path,
        iteration: Iteration,
        resolved: Resolved,
    ) -> None:
        self._resources = resources
        self._ledger = ledger
        self._place = place
        self._iteration = iteration
        self._resolved = resolved

    def execute(self, prompt: str, cancelled: Cancel, *, timeout_s: float) -> TurnResult:
        """Run to the end of the turn. The outcome is `timeout` or `cancelled` where we ended it."""
        request = self._resolved.request(
            prompt=prompt,
            thread_id=self._iteration.thread_id,
            env=script_environment(self._session_id, self._place),
            timeout_s=timeout_s,
        )
        agent, profile = self._resolved.agent, self._resolved.profile
        command = agent.command(profile, request, self._place)
        recorder = Recorder(
            self._resources.database,
            self._session_id,
            self._iteration.id,
            keep_content=self._resources.settings().telemetry.enabled,
        )
        mark = self._resources.turn_mark(self._iteration.id)
        running = self._resources.executor.start(command, mark=mark)
        with ExitStack() as stack:
            stack.callback(recorder.close)
            stack.callback(running.stop)
            stack.enter_context(cancelled.stops(running))
            state = self._read(running, agent.start_state(profile, request), recorder)
            finished = running.wait()
            tail = self._resources.redactor().redact_bytes(running.stderr_tail)
            result = agent.finish(state, finished.exit_code, tail)
            for event in result.events:
                recorder.add(event)
        # Its tree is gone; a git of it that was ended in the middle has left its locks.
        clear_up(self._place, since=self._iteration.started_at)
        return _judged(result, timed_out=finished.timed_out, cancelled=cancelled.is_set())

    @property
    def _session_id(self) -> str:
        return self._iteration.session_id

    def _read(self, running: Running, state: State, recorder: Recorder) -> State:
        redactors = {stream: self._resources.redactor().lines() for stream in ("stdout", "stderr")}
        named: str | None = None
        patience: threading.Timer | None = None
        for line in running.lines():
            data = hide_token_bytes(redactors[line.stream].feed(line.data))
            recorder.raw(data)
            state, events = self._resolved.agent.parse(state, data, line.stream)
            for event in events:
                recorder.add(event)
                if isinstance(event, ThreadStarted) and event.thread_id != named:
                    named = event.thread_id
                    self._ledger.thread(self._session_id, named)
            if state.login_trap:
                running.stop()
            if state.turn_over and patience is None:
                patience = threading.Timer(_AFTER_RESULT_S, running.stop)
                patience.daemon = True
                patience.start()
        if patience is not None:
            patience.cancel()
        return state


def _judged(result: TurnResult, *, timed_out: bool, cancelled: bool) -> TurnResult:
    if cancelled:
        return replace(
            result, outcome=Outcome.CANCELLED, message="The turn was stopped.", code=None, hint=None
        )
    if timed_out:
        return replace(
            result,
            outcome=Outcome.TIMEOUT,
            message="The turn took longer than it may.",
            hint="give it more: --timeout SECONDS, or amp-sessions config set amp.timeout 1h",
            code="timeout",
        )
    return result
