"""Whole turns of the demo agent: found, probed, started under guard, read line by line, finished."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ampsm_app.backend.agents.base import AgentEvent, AgentProfile, ExtraArgs, Request, TurnResult
from ampsm_app.backend.agents.discovery import Finder
from ampsm_app.backend.agents.probe import probe
from ampsm_app.backend.agents.registry import agent_for
from ampsm_app.backend.domain.events import AgentOutput, AssistantMessage, ToolCalled
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.domain.usage import Usage
from ampsm_app.backend.exec.executor import Executor
from tests.backend.agents.test_probe import Cache


class Turns:
    """Runs turns in a folder, as a service does."""

    def __init__(self, folder: Path, state: Path, executor: Executor) -> None:
        self.folder = folder
        self.env = {"AMP_DEMO_STATE": str(state)}
        self.executor = executor
        self.agent = agent_for("demo")
        self.profile: AgentProfile = probe(executor, Finder(executor).find(mode="demo"), Cache())

    def run(self, prompt: str, **env: str) -> tuple[list[AgentEvent], TurnResult]:
        """One turn."""
        return self.ask(Request(prompt, mode="demo", env={**self.env, **env}))

    def ask(self, request: Request) -> tuple[list[AgentEvent], TurnResult]:
        """One turn of a request; the tree is ended at once when it falls into the login trap."""
        request = replace(request, timeout_s=60)
        running = self.executor.start(self.agent.command(self.profile, request, self.folder))
        state = self.agent.start_state(self.profile, request)
        events: list[AgentEvent] = []
        for line in running.lines():
            state, more = self.agent.parse(state, line.data, line.stream)
            events += more
            if state.login_trap:
                running.stop()
        finished = running.wait()
        result = self.agent.finish(state, finished.exit_code, running.stderr_tail)
        return [*events, *result.events], result


@pytest.fixture
def turns(tmp_path: Path) -> Iterator[Turns]:
    folder = tmp_path / "worktree"
    folder.mkdir()
    executor = Executor()
    yield Turns(folder, tmp_path / "state", executor)
    executor.close()


def test_a_turn_that_does_something(turns: Turns) -> None:
    events, result = turns.run('Create a.txt with "x". Run `exit 2`. Use 5000 tokens. Say "done"')

    assert (turns.folder / "a.txt").read_text() == "x\n"
    calls = [event for event in events if isinstance(event, ToolCalled)]
    assert [(call.tool_name, call.success) for call in calls] == [("create_file", True), ("Bash", False)]
    assert (result.outcome, result.message, result.exit_code) == (Outcome.COMPLETED, "done", 0)
    (entry,) = result.usage_by_model
    assert entry.usage == Usage.of(1600, 400, 2000, 1000)
    assert (entry.model, result.cost_kind) == ("default", "unknown")


def test_a_sub_agent_is_counted_apart(turns: Turns) -> None:
    _, result = turns.run('Use a sub-agent to create a.txt. Say "done"')

    assert [entry.sub_agent for entry in result.usage_by_model] == [False, True]


def test_a_thread_goes_on(turns: Turns) -> None:
    _, first = turns.run('Say "one"')
    again = Request("What did I ask?", mode="demo", env=turns.env, thread_id=first.thread_id)

    _, second = turns.ask(again)

    assert (second.message, second.thread_id) == ('1. Say "one"', first.thread_id)


def test_a_lost_thread(turns: Turns) -> None:
    lost = "T-01a1f883-cfda-74ec-93fc-14ee1da75fcd"

    _, result = turns.ask(Request("x", mode="demo", env=turns.env, thread_id=lost))

    assert (result.outcome, result.code) == (Outcome.ENVIRONMENT, "thread_lost")


@pytest.mark.parametrize(
    ("prompt", "outcome", "code"),
    [
        ("Fail with \"no idea\"", Outcome.FAILED, "agent_failed"),
        ("Ask \"Which one?\"", Outcome.AWAITING_INPUT, None),
        ("Be denied `ls`. Say \"ok\"", Outcome.AWAITING_INPUT, None),
        ("Hit a rate limit that resets in 5 minutes", Outcome.LIMIT, "limit"),
        ("Run out of credits", Outcome.LIMIT, "limit"),
        ("Stop without a result", Outcome.FAILED, "no_result"),
        ("Say \"x\". Stop without a result", Outcome.COMPLETED, None),
        ("Say \"x\". End with exit code 3", Outcome.FAILED, "exit_status"),
        ("Exit with code 7", Outcome.FAILED, "exit_status"),
        ("Say \"x\". Crash", Outcome.FAILED, "no_result"),
    ],
)  # fmt: skip
def test_endings(turns: Turns, prompt: str, outcome: Outcome, code: str | None) -> None:
    _, result = turns.run(prompt)

    assert (result.outcome, result.code) == (outcome, code)
    assert (result.limit_until is not None) == ("resets" in prompt)


def test_text_between_and_hostile_text(turns: Turns) -> None:
    events, result = turns.run(
        'Print 2 lines. Print invalid bytes. Print hostile text. Complain "oh". Say "fine"'
    )

    outputs = [event for event in events if isinstance(event, AgentOutput)]
    assert [event.text for event in outputs if event.stream == "stderr"] == ["oh"]
    plain = [event.text for event in outputs if event.stream == "stdout"]
    assert plain[:2] == ["plain line 1", "plain line 2"]
    assert result.outcome is Outcome.COMPLETED


def test_a_text_log(turns: Turns) -> None:
    request = Request(
        'Create a.txt. Use 100 tokens. Say "done"', mode="demo", env=turns.env, json_stream=False
    )

    events, result = turns.ask(request)

    assert [event.tool_name for event in events if isinstance(event, ToolCalled)] == ["create_file"]
    assert [event.text for event in events if isinstance(event, AssistantMessage)][-1].endswith("done")
    (entry,) = result.usage_by_model
    assert (entry.model, entry.usage.total_tokens) == ("demo", 100)
    assert result.outcome is Outcome.COMPLETED


@pytest.mark.parametrize("login", ["trap", "none"])
def test_the_login_trap_ends_at_once(turns: Turns, login: str) -> None:
    events, result = turns.run('Say "x"', AMP_DEMO_LOGIN=login)

    assert (result.outcome, result.code, result.login_trap) == (Outcome.ENVIRONMENT, "no_login", True)
    assert "0demo" not in "".join(event.model_dump_json() for event in events)


def test_a_wrong_mode_and_a_wrong_flag_name_their_setting(turns: Turns) -> None:
    for args, option in ((("--mode", "zzz"), "--mode"), (("--nope",), "--nope")):
        extra = (ExtraArgs(args, "amp.args"),)
        _, result = turns.ask(Request("x", mode="demo", env=turns.env, extra_args=extra))
        assert (result.outcome, result.code) == (Outcome.ENVIRONMENT, "option_refused")
        assert (result.hint or "").startswith(f"{option} comes from amp.args")
