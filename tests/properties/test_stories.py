"""Random edits on base and in sessions, merged in any order, aborted at any moment: nothing is lost."""

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.properties.playing import Theatre
from tests.properties.steps import Story, stories

# After ten stories hypothesis would go on with variations of those, which are dear and tell little.
_BATCH = 10
# What any hundred stories come across, or they are not worth their time.
_MET = {
    *("merge merged ", "merge conflict ", "continue merged  ", "abort ", "abort in worktree", "enter"),
    *("merge refused uncommitted", "merge refused dirty", "continue merged  base moved", "squash", "pick"),
    *("rebase rebased", "rebase conflict", "cleanup ", "cleanup forced", "cleanup would_lose_work"),
    *("settled content both", "settled delete_modify base", "settled binary both", "settled mode session"),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(5))
def test_no_committed_line_is_lost_and_an_abort_is_exact(theatre: Theatre, part: int) -> None:
    _play(theatre, part, 5)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(10, 22))
def test_no_committed_line_is_lost_in_many_stories(theatre: Theatre, part: int) -> None:
    _play(theatre, part, 130)
    assert theatre.met.keys() >= _MET


def _play(theatre: Theatre, part: int, count: int) -> None:
    @given(stories)
    def tell(story: Story) -> None:
        theatre.play(story)

    for begun in range(0, count, _BATCH):
        chosen = settings(
            max_examples=min(_BATCH, count - begun),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        seed(part * 1000 + begun)(chosen(tell))()
