"""Random edits on base and in sessions, merged in any order, aborted at any moment: nothing is lost."""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.properties.playing import Theatre
from tests.properties.steps import Story, stories

_SETTINGS = settings(
    deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck), print_blob=False
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(4))
def test_no_committed_line_is_lost_and_an_abort_is_exact(theatre: Theatre, part: int) -> None:
    _play(theatre, part, 7)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(100, 112))
def test_no_committed_line_is_lost_in_many_stories(theatre: Theatre, part: int) -> None:
    _play(theatre, part, 125)


def _play(theatre: Theatre, number: int, count: int) -> None:
    @seed(number)
    @settings(_SETTINGS, max_examples=count)
    @given(stories)
    def tell(story: Story) -> None:
        theatre.play(story)

    tell()
