"""Profiles of the three generations of Amp, and a turn read from lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from ampsm_app.backend.agents.amp import Amp
from ampsm_app.backend.agents.base import AgentEvent, AgentProfile, Request, TurnResult
from ampsm_app.backend.agents.state import State
from ampsm_app.backend.exec.executor import Executor

Event = TypeVar("Event")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
STREAMS = Path(__file__).parents[2] / "fixtures" / "streams"

OF_2025 = AgentProfile(
    path="/opt/amp-2025",
    argv=("/opt/amp-2025",),
    version="0.0.1755",
    flags=frozenset({"--execute", "--try-gpt5", "--blend", "--dangerously-allow-all"}),
)
OF_JANUARY = AgentProfile(
    path="/opt/amp-january",
    argv=("node", "/opt/amp-january/main.js"),
    version="0.0.1767830505-ga62310",
    flags=frozenset(
        {"--execute", "--mode", "--stream-json", "--stream-json-input", "--dangerously-allow-all"}
    ),
    modes=("free", "rush", "smart"),
)
NEWEST = AgentProfile(
    path="/opt/amp",
    argv=("/opt/amp",),
    version="0.0.1790142911-g7618fb",
    flags=OF_JANUARY.flags | {"--stream-json-thinking", "--model"},
    modes=("low", "medium", "high", "ultra"),
)


@dataclass(frozen=True)
class Read:
    """A turn as it was read."""

    events: list[AgentEvent]
    state: State
    result: TurnResult

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]


def read(
    lines: Iterable[bytes | str],
    *,
    exit_code: int | None = 0,
    stderr: str = "",
    request: Request | None = None,
    profile: AgentProfile = NEWEST,
) -> Read:
    """Fold the lines of a turn and finish it."""
    agent = Amp()
    state = agent.start_state(profile, request or Request("do it"))
    events: list[AgentEvent] = []
    for line in lines:
        state, more = agent.parse(state, line.encode() if isinstance(line, str) else line)
        events += more
    errors = stderr.encode()
    for line in errors.splitlines():
        state, more = agent.parse(state, line, "stderr")
        events += more
    result = agent.finish(state, exit_code, errors, now=NOW)
    return Read([*events, *result.events], state, result)


@pytest.fixture
def executor() -> Executor:
    return Executor()
