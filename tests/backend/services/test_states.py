"""Any two states of a session are compared: commits, restore points, and the worktree as it is now."""

import pytest

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.support.world import World


def changed(
    world: World, session: SessionSummary, pair: str
) -> dict[str, tuple[str, int | None, int | None]]:
    """The paths that differ, with what happened to them and their lines."""
    found = world.core.reviews.changes(DiffQuery(session_id=session.id, against=f"commits:{pair}"))
    return {each.path: (each.change, each.added, each.deleted) for each in found.files}


def test_two_commits_are_compared_in_either_direction(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    first = world.git("rev-parse", session.branch)
    world.iterate(session, 'Create b.txt with "two".')
    second = world.git("rev-parse", session.branch)

    assert changed(world, session, f"{first}..{second}") == {"b.txt": ("added", 1, 0)}
    assert changed(world, session, f"{second}..{first}") == {"b.txt": ("deleted", 0, 1)}


def test_a_commit_is_compared_with_the_worktree_as_it_is_now(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    (world.worktree(session) / "a.txt").write_text("one\nmine\n")
    (world.worktree(session) / "new.txt").write_text("untracked\n")

    now = changed(world, session, f"{session.branch}..worktree")

    assert now == {"a.txt": ("modified", 1, 0), "new.txt": ("added", 1, 0)}
    assert world.git("-C", str(world.worktree(session)), "status", "--porcelain").splitlines() == [
        " M a.txt",
        "?? new.txt",
    ]


def test_a_restore_point_is_compared_with_its_uncommitted_files(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    world.iterate(session, 'Create b.txt with "two".')
    (world.worktree(session) / "mine.txt").write_text("not committed\n")
    world.core.squash.squash(session.id)
    point = world.core.history.list(session.id)[0]

    assert changed(world, session, f"{session.base_commit}..{point.id}").keys() == {
        "a.txt",
        "b.txt",
        "mine.txt",
    }
    assert changed(world, session, f"{point.id}..{session.branch}") == {"mine.txt": ("deleted", 0, 1)}


def test_what_is_in_the_repository_is_compared_after_the_worktree_is_gone(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    tip = world.git("rev-parse", session.branch)
    world.merge(session)
    world.core.cleanup.clean_up(session.id, force=False)

    assert changed(world, session, f"{session.base_commit}..{tip}").keys() == {"a.txt"}
    assert not world.worktree(session).exists()


@pytest.mark.parametrize("pair", ["", "main", "main..", "..main"])
def test_a_pair_needs_two_sides(world: World, pair: str) -> None:
    session = world.new("Say hello")
    with pytest.raises(InvalidInput, match="names no two states"):
        changed(world, session, pair)


def test_an_unknown_state_says_where_the_known_ones_are_listed(world: World) -> None:
    session = world.new("Say hello")
    with pytest.raises(NotFound) as caught:
        changed(world, session, "main..nowhere")
    assert caught.value.code == "no_such_state"
    assert "--timeline" in (caught.value.hint or "")
