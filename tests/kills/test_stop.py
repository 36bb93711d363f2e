"""Stopped from outside: the whole tree is gone within five seconds, and what it changed is kept."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.kills.machine import Machine
from tests.kills.processes import LEAST_AFTER_S, Victim, await_quiet, find, kill, left_running
from tests.kills.scenes import make_repository, new_session
from tests.kills.zygote import Zygote

_KEPT = 'Create the file kept.txt with the text "kept". Then append "more" to README.md. '
_DOUBLE_FORK = "(setsid sh -c 'trap \"\" TERM INT HUP; sleep 300; true' >/dev/null 2>&1 &)"
_AGENTS = {
    "ignores every signal": "Then hang stubbornly.",
    "leaves a child that holds its pipe": "Then hold the pipe for 300 seconds. Then hang.",
    "has a child in a session of its own": "Then run `setsid sh -c 'trap \"\" TERM; sleep 300; true'`.",
    "left a daemon behind": f"Then run `{_DOUBLE_FORK}`. Then hang stubbornly.",
}
_OF_EACH_KIND = pytest.mark.parametrize("agent", _AGENTS.values(), ids=_AGENTS.keys())
_VICTIMS: tuple[Victim, ...] = ("command", "command and guard")


@pytest.fixture
def machine(zygote: Zygote, stage_machine: Machine) -> Iterator[Machine]:
    make_repository(stage_machine)
    yield stage_machine
    assert await_quiet(stage_machine.root) == []


@_OF_EACH_KIND
def test_stop_from_another_terminal_ends_the_tree_and_keeps_the_changes(machine: Machine, agent: str) -> None:
    session, turn = _running(machine, agent)

    began = time.monotonic()
    stop = machine.start_beside("stop", session, "--json")
    left = await_quiet(machine.root, LEAST_AFTER_S)
    took = time.monotonic() - began
    codes = machine.wait(stop), machine.wait(turn)

    assert (left, codes) == ([], (0, 130))
    assert took < LEAST_AFTER_S
    _require_kept_and_idle(machine, session)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@_OF_EACH_KIND
def test_a_signal_ends_the_turn_and_keeps_the_changes(
    machine: Machine, agent: str, number: signal.Signals
) -> None:
    session, turn = _running(machine, agent)

    os.kill(turn, number)
    left = await_quiet(machine.root, LEAST_AFTER_S)

    assert (left, machine.wait(turn)) == ([], 130)
    _require_kept_and_idle(machine, session)


@pytest.mark.parametrize("victim", _VICTIMS)
@_OF_EACH_KIND
def test_no_agent_outlives_its_killed_command(machine: Machine, agent: str, victim: Victim) -> None:
    session, turn = _running(machine, agent)

    assert kill(find(turn, victim))
    machine.wait(turn)
    if victim == "command and guard":
        assert left_running(machine.root)  # nobody is there to end it, until the next start
        machine.ask("clean-environment")
    assert await_quiet(machine.root) == []

    assert machine.ask("status", session)["status"] == "idle"
    machine.ask("clean-environment")
    _require_kept_and_idle(machine, session)


def test_stop_ends_the_tree_of_a_command_that_is_dead_together_with_its_guard(machine: Machine) -> None:
    session, turn = _running(machine, _AGENTS["left a daemon behind"])
    kill(find(turn, "command and guard"))
    machine.wait(turn)

    machine.run("stop", session)

    assert await_quiet(machine.root) == []
    _require_kept_and_idle(machine, session)


def test_stop_ends_the_tree_of_a_command_that_does_not_answer(machine: Machine) -> None:
    session, turn = _running(machine, _AGENTS["ignores every signal"])
    os.kill(turn, signal.SIGSTOP)

    stop = machine.start_beside("stop", session)
    give_up = time.monotonic() + 2 * LEAST_AFTER_S
    while find(turn, "agent") and time.monotonic() < give_up:
        time.sleep(0.05)

    assert not find(turn, "agent")
    os.kill(turn, signal.SIGCONT)
    machine.wait(stop)
    machine.wait(turn)
    assert machine.ask("status", session)["status"] != "running"


def test_a_killed_guard_is_no_harm_while_its_command_lives(machine: Machine) -> None:
    session, turn = _running(machine, _AGENTS["ignores every signal"])

    assert kill(find(turn, "guard"))
    machine.run("stop", session)

    assert machine.wait(turn) == 130
    _require_kept_and_idle(machine, session)


def _running(machine: Machine, agent: str) -> tuple[str, int]:
    """A session whose turn has written its files and does not end; with the command's number."""
    session = new_session(machine, _KEPT + agent)
    turn = machine.start("iterate", session, "--json")
    worktree = machine.repo / ".worktrees" / session
    give_up = time.monotonic() + 30
    while b"more" not in (worktree / "README.md").read_bytes():
        assert time.monotonic() < give_up, "the agent does not start"
        time.sleep(0.02)
    # It is past its files; now it comes to what it hangs in.
    time.sleep(0.3)
    return session, turn


def _require_kept_and_idle(machine: Machine, session: str) -> None:
    worktree = machine.repo / ".worktrees" / session
    assert machine.ask("status", session)["status"] == "idle"
    assert (worktree / "kept.txt").read_text().strip() == "kept"
    again = machine.ask("iterate", session, "--notes", 'Create the file next.txt with the text "next".')
    assert again["outcome"] == "completed"
    log = machine.git("log", "--format=%s", "-2", cwd=worktree).splitlines()
    assert log == ['amp: Create the file next.txt with the text "next".', "amp: interrupted turn 1"]
    assert "kept.txt" in machine.git("show", "--name-only", "--format=", "HEAD~1", cwd=worktree).split()
