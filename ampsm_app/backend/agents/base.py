"""What an agent is: a few pure functions, and the values that go into and come out of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    ThreadStarted,
    ToolCalled,
    ToolStarted,
    UserMessage,
)
from ampsm_app.backend.domain.health import ModelOffer
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.sessions import Mode, Outcome
from ampsm_app.backend.domain.usage import CostKind, ModelUsage
from ampsm_app.backend.exec.command import Command

if TYPE_CHECKING:
    from ampsm_app.backend.agents.state import State

AgentEvent = (
    ThreadStarted
    | UserMessage
    | AssistantMessage
    | AssistantThinking
    | ToolStarted
    | ToolCalled
    | AgentOutput
)
OutputStream = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True)
class ExtraArgs:
    """Arguments of the user's own, passed as they are; `origin` names the setting they come from."""

    args: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Request:
    """One turn to run, in our words.

    `model_args` are the argument lists of the user's own model names. `live` sends the prompt as the first
    message of a conversation whose standard input the caller keeps open. `allow_all` lets the agent use
    every tool unasked. `server_url` and `certificate` (a PEM file) belong to the mode `local-server`.
    """

    prompt: str
    mode: Mode = "production"
    thread_id: str | None = None
    model: str = "default"
    model_args: Mapping[str, ExtraArgs] = field(default_factory=dict)
    extra_args: tuple[ExtraArgs, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    server_url: str | None = None
    certificate: Path | None = None
    json_stream: bool = True
    allow_all: bool = True
    live: bool = False
    timeout_s: float | None = None


class AgentProfile(Model):
    """What one binary said of itself when it was asked. `problem` is why it cannot be used, if it cannot."""

    path: str
    argv: tuple[str, ...]
    search_path: str | None = None
    version: str | None = None
    flags: frozenset[str] = frozenset()
    modes: tuple[str, ...] = ()
    problem: str | None = None

    def knows(self, flag: str) -> bool:
        """Whether the binary takes a flag, listed in its help or not."""
        return flag in self.flags

    @property
    def streams(self) -> bool:
        """Whether its output can be one JSON object a line."""
        return self.knows("--stream-json")


@dataclass(frozen=True, slots=True)
class TurnResult:
    """How a turn ended, as far as the agent's output tells.

    `events` are what the end adds: calls that were never answered, text that was still open. A cost of None
    in `usage_by_model` was not reported. `outcome` is never cancelled, interrupted or timeout: those are
    the caller's to know.
    """

    outcome: Outcome
    message: str
    hint: str | None = None
    code: str | None = None
    thread_id: str | None = None
    model: str = "default"
    usage_by_model: tuple[ModelUsage, ...] = ()
    cost_kind: CostKind = "unknown"
    limit_until: datetime | None = None
    exit_code: int | None = None
    login_trap: bool = False
    events: tuple[AgentEvent, ...] = ()


class Agent(Protocol):
    """A coding agent: translation between its words and ours. It starts no process."""

    name: str

    def command(self, profile: AgentProfile, request: Request, cwd: Path) -> Command:
        """What to run for a turn. Raises `InvalidInput` for a model that this binary cannot express."""
        ...

    def start_state(self, profile: AgentProfile, request: Request) -> "State":
        """The state before the first line of a turn."""
        ...

    def parse(
        self, state: "State", line: bytes, stream: OutputStream = "stdout"
    ) -> tuple["State", list[AgentEvent]]:
        """The state after a line, and what the line tells. Takes any bytes of any length; never raises."""
        ...

    def finish(
        self, state: "State", exit_code: int | None, stderr: bytes = b"", *, now: datetime | None = None
    ) -> TurnResult:
        """How the turn ended. `exit_code` is None where the process lives on after its result line."""
        ...

    def encode(self, message: str) -> bytes:
        """A further message of a live conversation, as the bytes to send."""
        ...

    def offers(self, profile: AgentProfile, model_args: Mapping[str, ExtraArgs]) -> tuple[ModelOffer, ...]:
        """The models that can be chosen with this binary, and why others cannot."""
        ...
