"""Killed at any moment of an operation: the command, its agent, a git of it, its guard, or two at once."""

import random
import time

import pytest

from tests.kills.processes import Victim, await_quiet, find, kill
from tests.kills.scenes import SCENES
from tests.kills.stage import Ready, Stage

_NAMES = [scene.name for scene in SCENES]
_VICTIMS: tuple[Victim, ...] = ("command", "agent", "git", "guard", "command and guard")
_SHORT, _LONG = 25, 200


def _cases(count: int) -> list[tuple[int, str, Victim]]:
    """Seed, scene and victim; scenes and victims take turns."""
    return [
        (seed, _NAMES[seed % len(_NAMES)], _victim(_NAMES[seed % len(_NAMES)], seed)) for seed in range(count)
    ]


def _victim(name: str, seed: int) -> Victim:
    if name in ("iterate", "ask"):
        return _VICTIMS[seed // len(_NAMES) % len(_VICTIMS)]
    return ("command", "git")[seed // len(_NAMES) % 2]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("seed", "name", "victim"), _cases(_SHORT))
def test_a_kill_loses_nothing(stage: Stage, seed: int, name: str, victim: Victim) -> None:
    _kill_and_settle(stage, seed, name, victim)


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("seed", "name", "victim"), _cases(_LONG)[_SHORT:])
def test_a_kill_loses_nothing_in_the_long_run(stage: Stage, seed: int, name: str, victim: Victim) -> None:
    _kill_and_settle(stage, seed, name, victim)


def _kill_and_settle(stage: Stage, seed: int, name: str, victim: Victim) -> None:
    ready = stage.ready(name)
    command = stage.machine.start(*ready.argv)
    time.sleep(random.Random(seed).random() * ready.seconds)
    _kill_when_there(command, victim, ready)
    code = stage.machine.wait(command)
    if victim != "command and guard":
        # With the guard gone as well it is the next start that ends the agent.
        assert await_quiet(stage.machine.root) == [], f"something outlives its command (exit {code})"
    stage.settle(ready)


def _kill_when_there(command: int, victim: Victim, ready: Ready) -> None:
    """Kill the victim, which may be about to be started only, or gone for good."""
    give_up = time.monotonic() + 2 * ready.seconds
    while time.monotonic() < give_up and find(command, "command"):
        if kill(find(command, victim)):
            return
        time.sleep(0.001)
