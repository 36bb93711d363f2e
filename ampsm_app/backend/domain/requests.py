"""What the faces ask the core to do."""

from typing import Literal

from pydantic import Field

from ampsm_app.backend.domain.model import Model, PathText
from ampsm_app.backend.domain.sessions import AgentChoice


class NewSession(Model):
    """A session to create; None leaves the choice to detection and settings."""

    repo: str = Field(min_length=1)
    name: str | None = None
    prompt: str = Field(min_length=1)
    follow_ups: tuple[str, ...] = ()
    base: str | None = None
    script: str | None = None
    model: str | None = None
    notes: str | None = None
    auto_commit: bool = True
    choice: AgentChoice = AgentChoice()
    trust_setup: bool = False


class IterateRequest(Model):
    """A turn to run. Without notes: the next follow-up, the failed check's output, or "continue"."""

    session_id: str
    notes: str | None = None
    model: str | None = None
    choice: AgentChoice = AgentChoice()
    timeout_s: float | None = Field(default=None, gt=0)
    allow_secrets: bool = False
    trust_setup: bool = False


class AskAgent(Model):
    """Conflicts of a waiting merge that the agent is to settle: those of `paths`, else all that are left."""

    id: str = Field(min_length=1)
    paths: tuple[PathText, ...] = ()
    notes: str | None = None
    model: str | None = None
    choice: AgentChoice = AgentChoice()
    timeout_s: float | None = Field(default=None, gt=0)


class SessionFilter(Model):
    """Which sessions to list."""

    status: tuple[str, ...] = ()
    repo: str | None = None
    search: str | None = None
    include_archived: bool = False
    include_demo: bool = True
    limit: int | None = Field(default=None, ge=1)


class EventQuery(Model):
    """A page of a session's events, oldest first: those before or after a seq."""

    session_id: str
    iteration_id: str | None = None
    before_seq: int | None = None
    after_seq: int | None = None
    types: tuple[str, ...] = ()
    search: str | None = None
    limit: int = Field(default=200, ge=1, le=500)


class DiffQuery(Model):
    """Which change of a session to show.

    `against`: `base` (base...worktree, what a reviewer wants), `committed` (base...HEAD), `staged`,
    `unstaged`, `iteration:N`, `iterations:N..M`, `commit:SHA`, `point:ID` (what a restore point holds
    against its commit) or `commits:OLD..NEW` (each a commit, a tree, a point's id, or `worktree`).
    `signs_only`: of each line of a hunk only its sign, for who has the texts anyway; it is half as much.
    """

    session_id: str
    against: str = "base"
    path: PathText | None = None
    context: int = Field(default=3, ge=0, le=1000)
    ignore_whitespace: bool = False
    signs_only: bool = False


class Resolve(Model):
    """How one conflicted path is settled: by a side, or by the text it should have (None deletes it)."""

    session_id: str
    path: PathText
    take: Literal["base", "session", "both"] | None = None
    text: str | None = None
    delete: bool = False
