"""What real binaries printed, read with the totals that are known to be right."""

import json

import pytest

from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    ThreadStarted,
    ToolCalled,
    ToolStarted,
)
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.domain.usage import Usage
from tests.backend.agents.conftest import STREAMS, Read, read

TOTALS = {
    "bash-fails": (2400, 600, 10000, 154, 0.0246, 0),
    "parallel-tools": (2400, 600, 10000, 154, 0.0246, 0),
    "thinking": (2400, 600, 10000, 154, 0.0246, 0),
    "max-turns": (2400, 600, 10000, 154, 0.0246, 1),
    "edits": (3600, 900, 15000, 231, 0.0369, 0),
    "sub-agent": (6000, 1500, 25000, 385, 0.0615, 0),
}


def recorded(name: str, exit_code: int = 0) -> Read:
    return read((STREAMS / f"{name}.jsonl").read_bytes().splitlines(), exit_code=exit_code)


@pytest.mark.parametrize("name", TOTALS)
def test_totals(name: str) -> None:
    *counts, cost, exit_code = TOTALS[name]
    result = recorded(name, int(exit_code)).result

    total = sum((entry.usage for entry in result.usage_by_model), Usage())
    assert total == Usage.of(*(int(count) for count in counts))
    assert sum(entry.cost_usd or 0 for entry in result.usage_by_model) == pytest.approx(cost)
    assert result.cost_kind == "reported"
    assert {entry.model for entry in result.usage_by_model} == {"claude-opus-4-8[1m]"}


@pytest.mark.parametrize("name", TOTALS)
def test_totals_without_model_usage_are_those_of_the_result(name: str) -> None:
    lines = []
    for line in (STREAMS / f"{name}.jsonl").read_text().splitlines():
        message = json.loads(line)
        message.pop("modelUsage", None)
        lines.append(json.dumps(message))

    usages = read(lines).result.usage_by_model

    main = (2400, 600, 10000, 154) if name == "sub-agent" else TOTALS[name][:4]
    assert sum((entry.usage for entry in usages), Usage()) == Usage.of(*(int(count) for count in main))


def test_what_sub_agents_used_is_shown_apart() -> None:
    main, sub = recorded("sub-agent").result.usage_by_model

    assert (main.sub_agent, main.usage) == (False, Usage.of(2400, 600, 10000, 154))
    assert (sub.sub_agent, sub.usage) == (True, Usage.of(3600, 900, 15000, 231))


def test_a_failing_tool_in_a_turn_that_succeeds() -> None:
    turn = recorded("bash-fails")

    assert turn.result.outcome is Outcome.COMPLETED
    assert turn.result.message == "The tests fail: 1 failed. "
    (call,) = turn.of(ToolCalled)
    assert (call.tool_name, call.success, call.result) == ("Bash", False, "Exit code 3\n1 failed")
    assert call.args == {"command": "echo 1 failed; exit 3", "description": "Run tests"}


def test_several_tools_in_one_message() -> None:
    turn = recorded("parallel-tools")

    started = [event.tool_use_id for event in turn.of(ToolStarted)]
    assert len(started) == 2
    assert [event.tool_use_id for event in turn.of(ToolCalled)] == started


def test_reading_and_editing() -> None:
    assert [event.tool_name for event in recorded("edits").of(ToolCalled)] == ["Read", "Edit", "Write"]


def test_thinking_and_an_unknown_system_line() -> None:
    turn = recorded("thinking")

    assert [event.text for event in turn.of(AssistantThinking)] == [
        "The user wants a note. I should write it."
    ]
    (kept,) = turn.of(AgentOutput)
    assert json.loads(kept.text)["subtype"] == "thinking_tokens"


def test_too_many_turns() -> None:
    result = recorded("max-turns", exit_code=1).result

    assert (result.outcome, result.code) == (Outcome.FAILED, "max_turns")


def test_a_sub_agent_is_nested_and_its_prompt_is_nobodys_message() -> None:
    turn = recorded("sub-agent")

    call, *nested = turn.of(ToolStarted)
    assert call.tool_name == "Agent"
    assert {event.parent_tool_use_id for event in nested} == {call.tool_use_id}
    answer = turn.of(ToolCalled)[-1]
    assert answer.tool_use_id == call.tool_use_id
    assert answer.result.startswith("There is README.md. \nagentId:")
    assert [event.text for event in turn.of(AssistantMessage)] == [
        "I will ask a sub-agent. ",
        "The sub-agent found README.md. ",
    ]
    assert {json.loads(event.text)["type"] for event in turn.of(AgentOutput)} == {"system"}


def test_amp_without_a_network() -> None:
    turn = recorded("amp-offline-jan-2026", exit_code=1)

    (started,) = turn.of(ThreadStarted)
    assert started.thread_id == "T-01a1f883-cfda-74ec-93fc-14ee1da75fcd"
    assert "oracle" in started.tools
    assert turn.result.thread_id == started.thread_id
    assert (turn.result.outcome, turn.result.code) == (Outcome.ENVIRONMENT, "offline")
    assert turn.result.hint is not None
    assert (turn.result.usage_by_model, turn.result.cost_kind) == ((), "unknown")
