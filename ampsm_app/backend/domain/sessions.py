"""A session: one worktree, one branch, one goal. And its iterations: one agent turn each."""

from enum import StrEnum
from typing import Literal

from ampsm_app.backend.domain.model import Model, PathText, UtcTime
from ampsm_app.backend.domain.usage import CostKind, Usage

Mode = Literal["production", "local-cli", "local-server", "demo"]
Purpose = Literal["work", "conflicts"]


class SessionStatus(StrEnum):
    """What a session needs of its user now."""

    IDLE = "idle"
    RUNNING = "running"
    AWAITING_INPUT = "awaiting-input"
    ERROR = "error"
    DONE = "done"


class Outcome(StrEnum):
    """How an iteration ended."""

    COMPLETED = "completed"
    AWAITING_INPUT = "awaiting-input"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    LIMIT = "limit"
    ENVIRONMENT = "environment"


def status_after(outcome: Outcome, *, check_passed: bool | None) -> SessionStatus:
    """The session's status once an iteration ended so; `check_passed` is None where no check ran."""
    match outcome:
        case Outcome.COMPLETED if check_passed is not False:
            return SessionStatus.IDLE
        case Outcome.AWAITING_INPUT:
            return SessionStatus.AWAITING_INPUT if check_passed is not False else SessionStatus.ERROR
        case Outcome.CANCELLED | Outcome.INTERRUPTED | Outcome.LIMIT:
            return SessionStatus.IDLE
        case _:
            return SessionStatus.ERROR


class AgentChoice(Model):
    """Which agent runs: `None` leaves the choice to the environment and the settings."""

    mode: Mode | None = None
    cli_path: str | None = None
    server_url: str | None = None


class Session(Model):
    """Everything that is kept of a session."""

    id: str
    name: str
    status: SessionStatus
    prompt: str
    follow_ups: tuple[str, ...] = ()
    follow_ups_sent: int = 0
    repo_root: str
    base_branch: str
    base_commit: str
    branch: str
    worktree_path: str
    context_dir: str = "AGENT_CONTEXT"
    script: str | None = None
    model: str = "default"
    mode: Mode | None = None
    cli_path: str | None = None
    server_url: str | None = None
    agent: str = "amp"
    thread_id: str | None = None
    notes: str | None = None
    auto_commit: bool = True
    created_at: UtcTime
    last_run_at: UtcTime | None = None
    archived_at: UtcTime | None = None
    merged_at: UtcTime | None = None
    limit_until: UtcTime | None = None


class SessionSummary(Session):
    """A session with the figures that a list shows, summed over its iterations."""

    iterations: int = 0
    running_iteration: int | None = None
    last_outcome: Outcome | None = None
    last_check_passed: bool | None = None
    last_error: str | None = None
    changed_files: int = 0
    lines_added: int = 0
    lines_deleted: int = 0
    usage: Usage = Usage()
    cost_usd: float | None = None
    cost_kind: CostKind = "unknown"
    merge_status: str | None = None


class Check(Model):
    """One run of a check script; `passed` is None where it could not be run."""

    passed: bool | None
    exit_code: int | None
    duration_ms: int
    output: str = ""
    tree: str | None = None


class WithheldFile(Model):
    """A changed file that was left out of a commit because it holds a secret."""

    path: PathText
    line: int
    kind: str


class IterationError(Model):
    """Why an iteration did not complete: a stable code, words, and the next step."""

    code: str
    message: str
    hint: str | None = None


class Iteration(Model):
    """One agent turn of a session, with its commit and check. `outcome` is None while it runs.

    One whose purpose is `conflicts` settles those of a waiting merge: it makes no commit and is not checked.
    """

    id: str
    session_id: str
    number: int
    prompt: str
    started_at: UtcTime
    ended_at: UtcTime | None = None
    outcome: Outcome | None = None
    start_sha: str
    commit_sha: str | None = None
    changed_files: int = 0
    lines_added: int = 0
    lines_deleted: int = 0
    check: Check | None = None
    usage: Usage = Usage()
    cost_usd: float | None = None
    cost_kind: CostKind = "unknown"
    model: str = "default"
    mode: Mode = "production"
    thread_id: str | None = None
    agent_version: str | None = None
    exit_code: int | None = None
    duration_ms: int | None = None
    limit_until: UtcTime | None = None
    withheld: tuple[WithheldFile, ...] = ()
    error: IterationError | None = None
    purpose: Purpose = "work"
