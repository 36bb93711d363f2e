"""Killed at each call of git, one after the other: the boundaries between the steps of every operation.

`make test` takes a sample with fixed seeds, `make test-long` takes all of them.
"""

import random

import pytest

from tests.kills.repertoire import SCENES
from tests.kills.stage import Stage
from tests.kills.wrapper import How

_NAMES = [scene.name for scene in SCENES]
_HOWS: tuple[How, ...] = ("before", "after", "orphan", "midway", "both", "git")
# Those that matter most get more of the sample.
_SAMPLE = {"create": 2, "iterate": 3, "merge": 3}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", _NAMES)
def test_a_kill_at_some_calls_of_git_loses_nothing(stage: Stage, name: str) -> None:
    chance = random.Random(f"kills {name}")
    calls = stage.ready(name).calls
    for _ in range(_SAMPLE.get(name, 1)):
        stage.killed_at_call(name, chance.randint(1, calls), chance.choice(_HOWS))


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("how", _HOWS)
@pytest.mark.parametrize("name", _NAMES)
def test_a_kill_at_any_call_of_git_loses_nothing(stage: Stage, name: str, how: How) -> None:
    calls = stage.ready(name).calls
    sprung = [stage.killed_at_call(name, at, how) for at in range(1, calls + 1)]
    assert sum(sprung) >= calls - 2
