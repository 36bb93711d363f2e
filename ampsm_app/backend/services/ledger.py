"""What a turn writes into the database, each step in one transaction with its events."""

from pathlib import Path

from ampsm_app.backend.domain.events import (
    EventData,
    FileEdited,
    IterationEnded,
    IterationStarted,
    LlmUsed,
    UserMessage,
)
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import ChangedFile, ChangeList
from ampsm_app.backend.domain.sessions import (
    Iteration,
    Outcome,
    Session,
    SessionStatus,
    SessionSummary,
    status_after,
)
from ampsm_app.backend.domain.usage import CostKind, ModelUsage
from ampsm_app.backend.git import diffs
from ampsm_app.backend.services.context import write_context
from ampsm_app.backend.services.prompts import Prompt
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.store import eventlog, iterations, operations, sessions

_OPERATIONS = {"added": "create", "deleted": "delete", "renamed": "rename", "copied": "create"}
_MOST_DIFFS = 200
_LONGEST_DIFF = 64 * 1024


class Ledger:
    """The rows and events of turns."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        # By session: its base and tip when its changes were last listed, and these. One turn of a session
        # runs at a time.
        self._listed: dict[str, tuple[str, str | None, ChangeList]] = {}

    def starting(self, iteration: Iteration, prompt: Prompt, **known: object) -> Iteration:
        """Record what is known now that the agent is about to start: commit, model, mode, thread."""
        updated = iteration.model_copy(
            update={**known, "prompt": self._resources.redactor().redact(prompt.text)}
        )
        started = IterationStarted(
            iteration_number=updated.number,
            git_sha=updated.start_sha,
            prompt=self._content(prompt.text),
            model=updated.model,
            mode=updated.mode,
        )
        with self._resources.database.write() as connection:
            iterations.save(connection, updated)
            eventlog.append(connection, started, session_id=updated.session_id, iteration_id=updated.id)
            if self._keeps_content:
                said = UserMessage(message=self._content(prompt.text), thread_id=updated.thread_id)
                eventlog.append(connection, said, session_id=updated.session_id, iteration_id=updated.id)
        return updated

    def step(self, operation_id: str, name: str, **payload: object) -> None:
        """Record that `name` comes next."""
        with self._resources.database.write() as connection:
            operations.step(connection, operation_id, name, **payload)

    def thread(self, session_id: str, thread_id: str) -> None:
        """Remember the thread as soon as the agent names it."""
        with self._resources.database.write() as connection:
            sessions.change(connection, session_id, thread_id=thread_id)

    def finish(
        self,
        iteration: Iteration,
        operation_id: str,
        *,
        used: tuple[tuple[ModelUsage, float | None, CostKind], ...] = (),
        files: tuple[ChangedFile, ...] = (),
        follow_up: bool = False,
        message: str | None = None,
    ) -> Session:
        """Close the turn: its row, its usage and file events, the session's status, and the claim."""
        outcome = iteration.outcome or Outcome.FAILED
        check_passed = iteration.check.passed if iteration.check else None
        status = status_after(outcome, check_passed=check_passed)
        happened: tuple[EventData, ...] = (*usage_events(used, iteration), *self._edits(iteration, files))
        with self._resources.database.write() as connection:
            for event in happened:
                eventlog.append(connection, event, session_id=iteration.session_id, iteration_id=iteration.id)
            iterations.finish(connection, iteration)
            session = sessions.get(connection, iteration.session_id)
            spent = follow_up and outcome is not Outcome.ENVIRONMENT
            changed = sessions.change(
                connection,
                session.id,
                status=status,
                limit_until=iteration.limit_until,
                follow_ups_sent=session.follow_ups_sent + (1 if spent else 0),
            )
            eventlog.append(
                connection,
                _ended(iteration, status, outcome, message),
                session_id=iteration.session_id,
                iteration_id=iteration.id,
            )
            operations.finish(connection, operation_id, outcome.value)
        return changed

    def mark_running(self, session_id: str) -> None:
        """Show the session as running from now on."""
        with self._resources.database.write() as connection:
            sessions.change(
                connection,
                session_id,
                status=SessionStatus.RUNNING,
                last_run_at=utc_now(),
                limit_until=None,
            )

    def write_context(self, session_id: str, *, head: str | None = None, place: Path | None = None) -> None:
        """Rewrite the files of AGENT_CONTEXT; `head` is the worktree's commit where it is known.

        They are in the session's worktree, or in another one at `place` where the agent works there.
        """
        with self._resources.database.read() as connection:
            summary = sessions.summary(connection, session_id, alive=alive)
            past = iterations.of_session(connection, session_id)
        changes = self._changes(summary, head)
        worktree = place or Path(summary.worktree_path)
        write_context(worktree, _redacted(self._resources, summary), past, changes)

    def _changes(self, session: SessionSummary, head: str | None) -> ChangeList:
        """What the session's commits changed so far; asked of git once for each commit."""
        labels = {"from_label": session.base_branch, "to_label": "HEAD"}
        if head == session.base_commit:
            return ChangeList(against="base", files=(), lines_added=0, lines_deleted=0, **labels)
        base, known, changes = self._listed.get(session.id, (None, None, None))
        if changes is None or head is None or (base, known) != (session.base_commit, head):
            git = self._resources.worktree_git(session)
            sides = diffs.between(git, session.base_commit, head or "HEAD", **labels)
            changes = diffs.change_list(sides, "base")
            self._listed[session.id] = (session.base_commit, head, changes)
        return changes

    def _edits(self, iteration: Iteration, files: tuple[ChangedFile, ...]) -> list[FileEdited]:
        patches = self._patches(iteration, files)
        return [
            FileEdited.model_validate(
                {
                    "path": each.path,
                    "old_path": each.old_path,
                    "lines_added": each.added or 0,
                    "lines_deleted": each.deleted or 0,
                    "operation": _OPERATIONS.get(each.change, "modify"),
                    "diff": patches.get(each.path),
                }
            )
            for each in files
        ]

    def _patches(self, iteration: Iteration, files: tuple[ChangedFile, ...]) -> dict[str, str]:
        """The diff of each file where the turn made a commit, up to a number and a length."""
        if iteration.commit_sha is None or not self._keeps_content or len(files) > _MOST_DIFFS:
            return {}
        with self._resources.database.read() as connection:
            session = sessions.get(connection, iteration.session_id)
        git = self._resources.worktree_git(session)
        raw = diffs.patch(diffs.between(git, iteration.start_sha, iteration.commit_sha))
        redact = self._resources.redactor().redact
        whole = redact(raw.decode("utf-8", "replace"))
        sections = ("\n" + whole).split("\ndiff --git ")[1:]
        if len(sections) != len(files):
            return {}
        return {
            each.path: section[section.find("\n@@") + 1 :][:_LONGEST_DIFF] if "\n@@" in section else ""
            for each, section in zip(files, sections, strict=True)
        }

    @property
    def _keeps_content(self) -> bool:
        return self._resources.settings().telemetry.enabled

    def _content(self, text: str) -> str:
        return self._resources.redactor().redact(text) if self._keeps_content else ""


def _redacted(resources: Resources, summary: SessionSummary) -> SessionSummary:
    redact = resources.redactor().redact
    return summary.model_copy(
        update={
            "prompt": redact(summary.prompt),
            "notes": redact(summary.notes) if summary.notes else None,
            "follow_ups": tuple(redact(each) for each in summary.follow_ups),
        }
    )


def usage_events(
    used: tuple[tuple[ModelUsage, float | None, CostKind], ...], iteration: Iteration
) -> list[LlmUsed]:
    """An event for each model; they sum to the turn."""
    return [
        LlmUsed(
            model=each.model,
            usage=each.usage,
            cost_usd=cost,
            cost_kind=kind,
            latency_ms=iteration.duration_ms,
            sub_agent=each.sub_agent,
        )
        for each, cost, kind in used
    ]


def _ended(
    iteration: Iteration, status: SessionStatus, outcome: Outcome, message: str | None
) -> IterationEnded:
    return IterationEnded(
        iteration_number=iteration.number,
        status=status,
        outcome=outcome,
        git_sha=iteration.start_sha,
        commit_sha=iteration.commit_sha,
        changed_files=iteration.changed_files,
        duration_ms=iteration.duration_ms or 0,
        exit_code=iteration.exit_code,
        message=message,
    )
