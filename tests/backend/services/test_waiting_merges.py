"""A merge that waits for its conflicts, and what ends it besides continuing and aborting."""

from tests.backend.services.stories import conflicting
from tests.support.world import World


def _kept(world: World) -> str:
    return world.git("for-each-ref", "--format=%(refname)", "refs/ampsm/merge/")


def test_going_back_to_a_point_ends_it_and_keeps_nothing_of_it(world: World) -> None:
    session = conflicting(world)
    merge = world.merge(session, in_worktree=True)
    assert merge.id in _kept(world)

    world.core.history.restore(session.id, world.core.history.list(session.id)[0].id)

    assert world.core.merges.open(session.id) is None
    assert _kept(world) == ""


def test_removing_the_session_ends_it_and_keeps_nothing_of_it(world: World) -> None:
    session = conflicting(world)
    world.merge(session)

    world.core.cleanup.clean_up(session.id, force=True)

    assert world.core.merges.open(session.id) is None
    assert _kept(world) == ""
