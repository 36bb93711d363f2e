"""A turn of an agent, whatever it is for: prompted, run, and ended with an outcome that is recorded."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ampsm_app.backend.agents.base import TurnResult
from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.domain.sessions import Iteration, IterationError, Outcome, Session
from ampsm_app.backend.services.agent_run import AgentRun
from ampsm_app.backend.services.agents import Agents, Resolved
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.ledger import Ledger
from ampsm_app.backend.services.prompts import Prompt, in_new_thread
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.stopping import stoppable

_NO_ERROR = (Outcome.COMPLETED, Outcome.AWAITING_INPUT, Outcome.CANCELLED)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AgentParts:
    """The use cases that every turn is made of."""

    resources: Resources
    agents: Agents
    ledger: Ledger


@dataclass(frozen=True)
class Made:
    """What a turn made besides talking: further fields of its row, and changed files.

    `problem` is why a turn that the agent completed is no success all the same.
    """

    fields: dict[str, object] = field(default_factory=dict)
    files: tuple[ChangedFile, ...] = ()
    problem: IterationError | None = None


@dataclass
class AgentTurn(ABC):
    """A claimed turn. `run` blocks until it is recorded; `cancel` ends it from any thread."""

    parts: AgentParts
    session: Session
    iteration: Iteration
    operation: str
    prompt: Prompt
    on_end: Callable[["AgentTurn"], None]
    cancelled: Cancel = field(default_factory=Cancel, init=False)
    result: TurnResult | None = field(default=None, init=False)

    def cancel(self) -> None:
        """End the agent's tree, and what else of the turn runs."""
        self.cancelled.set()

    def run(self) -> Iteration:
        """Take all steps. Whatever goes wrong, the iteration ends with an outcome that says so."""
        try:
            with stoppable(self.parts.resources.database, self.session.id, self.cancelled):
                self._take_steps()
        except AmpsmError as error:
            self.result = self._stopped_short(error.message, error.hint, error.code)
        except Exception as error:
            _log.exception("turn %s broke", self.iteration.id)
            said = f"The session manager itself failed: {type(error).__name__}: {error}"
            self.result = self._stopped_short(
                said, "the log has the details; the work is in the worktree", "internal"
            )
        finally:
            self.on_end(self)
        return self._finish()

    @abstractmethod
    def _take_steps(self) -> None:
        """Do it; the agent's result is kept in `result`."""

    @abstractmethod
    def _made(self) -> Made:
        """What was made, also where the steps broke off."""

    def _prompted(self, resolved: Resolved, start_sha: str) -> None:
        """Settle thread and prompt, and record that the agent is about to start."""
        thread = self.parts.agents.thread_for(self.session, resolved)
        if thread is None and self.iteration.number > 1 and self.session.thread_id is not None:
            self.prompt = in_new_thread(self.prompt, self.session)
        self.iteration = self.parts.ledger.starting(
            self.iteration,
            self.prompt,
            start_sha=start_sha,
            model=resolved.model,
            mode=resolved.mode.mode,
            thread_id=thread,
            agent_version=resolved.profile.version,
        )

    def _run_agent(self, resolved: Resolved, place: Path, timeout_s: float | None) -> TurnResult:
        """Let the agent work in `place`; asked once more where its server has forgotten the thread."""
        timeout = timeout_s or self.parts.resources.settings().amp.timeout
        result = self._agent_run(resolved, place).execute(self.prompt.text, self.cancelled, timeout_s=timeout)
        if result.code == "thread_lost" and self.iteration.thread_id is not None:
            self.prompt = in_new_thread(self.prompt, self.session)
            self.iteration = self.iteration.model_copy(update={"thread_id": None})
            run = self._agent_run(resolved, place)
            result = run.execute(self.prompt.text, self.cancelled, timeout_s=timeout)
        self.iteration = self.iteration.model_copy(
            update={"thread_id": result.thread_id or self.iteration.thread_id}
        )
        return result

    def _agent_run(self, resolved: Resolved, place: Path) -> AgentRun:
        return AgentRun(self.parts.resources, self.parts.ledger, place, self.iteration, resolved)

    def _stopped_short(self, message: str, hint: str | None, code: str) -> TurnResult:
        """The result where a step of ours could not be taken; what the agent used stays counted."""
        return replace(
            self.result or TurnResult(Outcome.ENVIRONMENT, message),
            outcome=Outcome.ENVIRONMENT,
            message=message,
            hint=hint,
            code=code,
        )

    def _redacted(self, error: IterationError | None) -> IterationError | None:
        """The error with the secrets taken out that a hook, a script or git may have said."""
        if error is None:
            return None
        return error.model_copy(update={"message": self.parts.resources.redactor().redact(error.message)})

    def _finish(self) -> Iteration:
        result = self.result or TurnResult(Outcome.ENVIRONMENT, "The turn did not start.")
        made = self._made()
        ended = utc_now()
        used = self.parts.agents.priced(result)
        usage, cost, kind = self.parts.agents.total(used)
        failed = made.problem is not None and result.outcome is Outcome.COMPLETED
        update: dict[str, object] = {
            "ended_at": ended,
            "outcome": Outcome.ENVIRONMENT if failed else result.outcome,
            "usage": usage,
            "cost_usd": cost,
            "cost_kind": kind,
            "exit_code": result.exit_code,
            "duration_ms": round((ended - self.iteration.started_at).total_seconds() * 1000),
            "limit_until": result.limit_until,
            "error": self._redacted(made.problem or _error_of(result)),
            **made.fields,
        }
        self.iteration = self.iteration.model_copy(update=update)
        self.session = self.parts.ledger.finish(
            self.iteration,
            self.operation,
            used=used,
            files=made.files,
            follow_up=self.prompt.follow_up,
            message=self.parts.resources.redactor().redact(result.message) if result.message else None,
        )
        with suppress(AmpsmError, OSError):
            self.parts.ledger.write_context(self.session.id, head=self.iteration.commit_sha)
        return self.iteration


def _error_of(result: TurnResult) -> IterationError | None:
    if result.outcome in _NO_ERROR:
        return None
    return IterationError(
        code=result.code or result.outcome.value,
        message=result.message or f"The turn ended with {result.outcome.value}.",
        hint=result.hint,
    )
