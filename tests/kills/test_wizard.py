"""The wizard's server is killed after each action or within it; then the merge goes on or is called off."""

import pytest

from tests.kills import wizard
from tests.kills.machine import Machine
from tests.kills.processes import await_quiet
from tests.kills.truth import require_no_leftovers
from tests.kills.wizard import ACTIONS, State
from tests.kills.zygote import Zygote

# A killed server's connection is closed whenever its client notices.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_ENDS = {"goes on": wizard.go_on, "is called off": wizard.abort}
_LAST_TO_ABORT = next(number for number, action in enumerate(ACTIONS) if action.lands)
_SEEDS = 4


@pytest.fixture(scope="module")
def begun(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, str, State]:
    """A machine on which a merge can be begun, its session, and all that was there before."""
    machine = Machine(tmp_path_factory.mktemp("wizard"), zygote)
    session = wizard.prepare(machine)
    return machine, session, wizard.state(machine, session)


def _all() -> list[tuple[int, str, int | None]]:
    """Every action, both ends, killed after it and within it."""
    ends = [
        (at, end) for at in range(len(ACTIONS)) for end in _ENDS if end == "goes on" or at <= _LAST_TO_ABORT
    ]
    return [(at, end, seed) for seed in (None, *range(_SEEDS)) for at, end in ends]


def _some() -> list[tuple[int, str, int | None]]:
    """Every action once: ends take turns, and so do kills after it and within it."""
    ends = list(_ENDS)
    sample = [(at, ends[at % 2], None if at % 3 else 0) for at in range(len(ACTIONS))]
    return [each for each in _all() if each in sample]


def _play(begun: tuple[Machine, str, State], at: int, end: str, seed: int | None) -> None:
    machine, session, before = begun
    machine.bring_back(wizard.NAME)
    wizard.cut_off(machine, session, at, seed)
    assert await_quiet(machine.root) == []
    _ENDS[end](machine, session, before)
    require_no_leftovers(machine)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("at", "end", "seed"), _some())
def test_a_cut_off_merge(begun: tuple[Machine, str, State], at: int, end: str, seed: int | None) -> None:
    _play(begun, at, end, seed)


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("at", "end", "seed"), [each for each in _all() if each not in _some()])
def test_a_cut_off_merge_in_the_long_run(
    begun: tuple[Machine, str, State], at: int, end: str, seed: int | None
) -> None:
    _play(begun, at, end, seed)
