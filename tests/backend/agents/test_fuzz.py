"""Whatever comes, in whatever order and state of damage: no exception, and events that can be kept."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsm_app.backend.agents.amp import Amp
from ampsm_app.backend.agents.base import AgentProfile, Request
from ampsm_app.backend.domain.sessions import Outcome
from tests.backend.agents.conftest import NEWEST, OF_2025, STREAMS

LINES = [line for path in sorted(STREAMS.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
LOG = [
    b'Using edit_file tool with args: {"path": "a"}',
    b"edit_file tool completed successfully in 300ms",
    b"Token usage - prompt: 1500, completion: 800, total: 2300",
    b"Model: x",
    b'{"event":"tool_finish","tool":"x","success":true,"duration":3}',
    b"No API key found. Starting login flow...",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line as it was recorded, or one with bytes cut out, put in, or a field that holds something else."""
    line = draw(st.sampled_from(LINES + LOG))
    match draw(st.integers(0, 4)):
        case 0:
            return line
        case 1:
            begin, end = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
            return line[:begin] + line[end:]
        case 2:
            where = draw(st.integers(0, len(line)))
            return line[:where] + draw(st.binary(max_size=8)) + line[where:]
        case 3:
            return draw(st.binary(max_size=40))
    try:
        value = json.loads(line)
    except ValueError:
        return line
    return json.dumps(_replaced(draw, value)).encode()


def _replaced(draw: st.DrawFn, value: object) -> object:
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _replaced(draw, value[name])}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [_replaced(draw, value[0]), *value[1:]]
    return draw(JSON)


TURNS = st.tuples(
    st.lists(damaged(), max_size=12),
    st.sampled_from([NEWEST, OF_2025]),
    st.sampled_from([0, 1, -9, None]),
    st.binary(max_size=30),
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(TURNS)
def test_any_lines(turn: tuple[list[bytes], AgentProfile, int | None, bytes]) -> None:
    check(*turn)


@pytest.mark.long
@settings(max_examples=5000, deadline=None)
@given(TURNS)
def test_very_many_lines(turn: tuple[list[bytes], AgentProfile, int | None, bytes]) -> None:
    check(*turn)


def check(lines: list[bytes], profile: AgentProfile, exit_code: int | None, stderr: bytes) -> None:
    agent = Amp()
    state = agent.start_state(profile, Request("x"))
    again = state
    events = []
    for line in lines:
        state, more = agent.parse(state, line)
        again, same = agent.parse(again, line)
        assert more == same
        events += more

    result = agent.finish(state, exit_code, stderr, now=datetime(2026, 1, 1, tzinfo=UTC))

    for event in [*events, *result.events]:
        event.model_dump_json().encode("utf-8")
    assert isinstance(result.outcome, Outcome)
    result.message.encode("utf-8")
    for entry in result.usage_by_model:
        assert min(entry.usage.model_dump().values()) >= 0
        assert entry.cost_usd is None or entry.cost_usd >= 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.permutations(LINES))
def test_lines_in_any_order(lines: list[bytes]) -> None:
    agent = Amp()
    state = agent.start_state(NEWEST, Request("x"))
    for line in lines[:25]:
        state, _ = agent.parse(state, line)

    assert agent.finish(state, 0).exit_code == 0
