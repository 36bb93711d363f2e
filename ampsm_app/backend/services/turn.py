"""One agent turn, from the claim to the last row: the only way an agent is ever run."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ampsm_app.backend.agents.base import TurnResult
from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import IterateRequest
from ampsm_app.backend.domain.sessions import Check, Iteration, IterationError, Outcome, Session
from ampsm_app.backend.git import worktrees as git_worktrees
from ampsm_app.backend.services.agent_run import AgentRun
from ampsm_app.backend.services.agents import Agents, Resolved
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.checks import Checks
from ampsm_app.backend.services.ledger import Ledger
from ampsm_app.backend.services.prompts import Prompt, in_new_thread
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.turn_commits import TurnCommit, TurnCommits
from ampsm_app.backend.services.worktrees import Worktrees

_STOP_LOOK_S = 0.2
_NO_ERROR = (Outcome.COMPLETED, Outcome.AWAITING_INPUT, Outcome.CANCELLED)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TurnParts:
    """The use cases that a turn is made of."""

    resources: Resources
    agents: Agents
    worktrees: Worktrees
    commits: TurnCommits
    checks: Checks
    ledger: Ledger


@dataclass
class Turn:
    """A claimed turn. `run` blocks until it is recorded; `cancel` ends it from any thread."""

    parts: TurnParts
    request: IterateRequest
    session: Session
    iteration: Iteration
    operation: str
    prompt: Prompt
    on_end: Callable[["Turn"], None]
    cancelled: Cancel = field(default_factory=Cancel)
    result: TurnResult | None = None
    commit: TurnCommit | None = None
    check: Check | None = None

    def cancel(self) -> None:
        """End the agent's tree or the check; what was changed so far is kept."""
        self.cancelled.set()

    def run(self) -> Iteration:
        """Take all steps. Whatever goes wrong, the iteration ends with an outcome that says so."""
        try:
            with self._watching_for_stop():
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

    def _take_steps(self) -> None:
        resolved = self._prepare()
        self.result = self._run_agent(resolved)
        if self.result.outcome is Outcome.CANCELLED:
            self.parts.commits.note_interrupted(self.session)
            return
        self.parts.ledger.step(self.operation, "commit")
        self.commit = self.parts.commits.commit_turn(
            self.session, self.iteration, self.result.outcome, allow_secrets=self.request.allow_secrets
        )
        if self.commit.commit_sha is None:
            # A commit has refreshed the index already.
            git_worktrees.refresh(self.parts.resources.worktree_git(self.session))
        self.parts.ledger.step(self.operation, "check", commit_sha=self.commit.commit_sha)
        self.check = self._run_check(self.commit)

    def _prepare(self) -> Resolved:
        """Make the worktree ready and settle what was changed by hand; nothing of the agent runs yet."""
        parts, request = self.parts, self.request
        resolved = parts.agents.resolve(
            request.choice, self.session, model=request.model or self.session.model
        )
        self.session = parts.worktrees.ready(
            self.session,
            step=lambda name, **payload: parts.ledger.step(self.operation, name, **payload),
            trust_setup=request.trust_setup,
        )
        start = parts.commits.keep_manual_edits(
            self.session, self.iteration.number, allow_secrets=request.allow_secrets
        )
        thread = parts.agents.thread_for(self.session, resolved)
        if thread is None and self.iteration.number > 1 and self.session.thread_id is not None:
            self.prompt = in_new_thread(self.prompt, self.session)
        self.iteration = parts.ledger.starting(
            self.iteration,
            self.prompt,
            start_sha=start,
            model=resolved.model,
            mode=resolved.mode.mode,
            thread_id=thread,
            agent_version=resolved.profile.version,
        )
        parts.ledger.write_context(self.session.id, head=start)
        parts.ledger.step(self.operation, "agent")
        return resolved

    def _run_agent(self, resolved: Resolved) -> TurnResult:
        timeout = self.request.timeout_s or self.parts.resources.settings().amp.timeout
        result = self._agent_run(resolved).execute(self.prompt.text, self.cancelled, timeout_s=timeout)
        if result.code == "thread_lost" and self.iteration.thread_id is not None:
            # Asked once more without the thread, which the agent's server does not know any more.
            self.prompt = in_new_thread(self.prompt, self.session)
            self.iteration = self.iteration.model_copy(update={"thread_id": None})
            result = self._agent_run(resolved).execute(self.prompt.text, self.cancelled, timeout_s=timeout)
        self.iteration = self.iteration.model_copy(
            update={"thread_id": result.thread_id or self.iteration.thread_id}
        )
        return result

    def _agent_run(self, resolved: Resolved) -> AgentRun:
        return AgentRun(self.parts.resources, self.parts.ledger, self.session, self.iteration, resolved)

    def _run_check(self, commit: TurnCommit) -> Check | None:
        if not self.session.script:
            return None
        return self.parts.checks.run(
            self.session.script,
            Path(self.session.worktree_path),
            session_id=self.session.id,
            reason="iteration",
            tree=commit.tree,
            iteration_id=self.iteration.id,
            cancel=self.cancelled,
            mark=self.parts.resources.turn_mark(self.iteration.id),
        )

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
        problem = self.commit.problem if self.commit else None
        ended = utc_now()
        used = self.parts.agents.priced(result)
        usage, cost, kind = self.parts.agents.total(used)
        update: dict[str, object] = {
            "ended_at": ended,
            "outcome": Outcome.ENVIRONMENT
            if problem and result.outcome is Outcome.COMPLETED
            else result.outcome,
            "check": self.check,
            "usage": usage,
            "cost_usd": cost,
            "cost_kind": kind,
            "exit_code": result.exit_code,
            "duration_ms": round((ended - self.iteration.started_at).total_seconds() * 1000),
            "limit_until": result.limit_until,
            "error": self._redacted(problem or _error_of(result)),
        }
        files = self.commit.files if self.commit else ()
        if self.commit is not None:
            update |= {
                "commit_sha": self.commit.commit_sha,
                "withheld": self.commit.withheld,
                "changed_files": len(files),
                "lines_added": sum(each.added or 0 for each in files),
                "lines_deleted": sum(each.deleted or 0 for each in files),
            }
        self.iteration = self.iteration.model_copy(update=update)
        self.session = self.parts.ledger.finish(
            self.iteration,
            self.operation,
            used=used,
            files=files,
            follow_up=self.prompt.follow_up,
            message=self.parts.resources.redactor().redact(result.message) if result.message else None,
        )
        with suppress(AmpsmError, OSError):
            self.parts.ledger.write_context(self.session.id, head=self.iteration.commit_sha)
        return self.iteration

    @contextmanager
    def _watching_for_stop(self) -> Iterator[None]:
        """Look several times a second for a stop request of any process while the block runs."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_STOP_LOOK_S):
                if self.parts.ledger.stop_requested(self.session.id):
                    self.cancel()
                    return

        thread = threading.Thread(target=watch, name=f"stop-{self.session.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _error_of(result: TurnResult) -> IterationError | None:
    if result.outcome in _NO_ERROR:
        return None
    return IterationError(
        code=result.code or result.outcome.value,
        message=result.message or f"The turn ended with {result.outcome.value}.",
        hint=result.hint,
    )
