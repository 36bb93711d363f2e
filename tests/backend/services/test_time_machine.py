"""The time machine: what a point holds, what going back would change, single files, pins."""

import pytest

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.conftest import git
from tests.support.world import World


@pytest.fixture
def session(world: World) -> SessionSummary:
    """A session with one turn's commit, and edits that are not committed."""
    made = world.done('Create the file a.txt with the text "one".')
    place = world.worktree(made)
    (place / "README.md").write_text("by hand\n")
    (place / "draft.txt").write_text("a draft\n")
    return made


def squashed(world: World, session: SessionSummary) -> RestorePoint:
    """The point of before a squash; the draft is thrown away after it, and something else is written."""
    world.core.squash.squash(session.id)
    point = world.core.history.list(session.id)[0]
    place = world.worktree(session)
    (place / "draft.txt").unlink()
    (place / "later.txt").write_text("later\n")
    return point


def test_a_point_says_what_it_is_for_and_what_it_holds(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)

    held = world.core.history.holds(session.id, point.id)

    assert held.point.purpose == "before the commits were squashed"
    assert held.point.size == len("by hand\n") + len("a draft\n")
    assert [(each.path, each.change, each.size) for each in held.files] == [
        ("README.md", "modified", 8),
        ("draft.txt", "added", 8),
    ]
    assert held.unfinished is None


def test_it_says_before_what_restoring_changes(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)
    tip = git(world.worktree(session), "rev-parse", "HEAD")

    effect = world.core.history.holds(session.id, point.id).effect

    assert effect is not None
    assert (effect.head_before, effect.head_after, effect.branch) == (tip, point.head, session.branch)
    assert (effect.commits_leaving, effect.commits_returning) == (1, 1)
    assert [(each.path, each.change) for each in effect.files] == [
        ("draft.txt", "added"),
        ("later.txt", "deleted"),
    ]
    world.core.history.restore(session.id, point.id)
    assert not (world.worktree(session) / "later.txt").exists()


def test_its_diff_is_shown_also_of_a_deleted_session(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)
    world.core.cleanup.delete(session.id, force=True)

    query = DiffQuery(session_id=session.id, against=f"point:{point.id}")
    changes = world.core.reviews.changes(query)
    shown = world.core.reviews.file(query.model_copy(update={"path": "README.md"}))

    assert [(each.path, each.added) for each in changes.files] == [("README.md", 1), ("draft.txt", 1)]
    assert (shown.old_text, shown.new_text) == ("hello\n", "by hand\n")
    assert not world.worktree(session).exists()
    assert world.core.history.holds(session.id, point.id).effect is None


def test_single_files_come_back_and_the_present_becomes_a_point(
    world: World, session: SessionSummary
) -> None:
    point = squashed(world, session)
    place = world.worktree(session)
    (place / "README.md").write_text("something else\n")

    before = world.core.history.restore_files(session.id, point.id, ["README.md", "draft.txt"])

    assert (place / "README.md").read_text() == "by hand\n"
    assert (place / "draft.txt").read_text() == "a draft\n"
    assert (place / "later.txt").read_text() == "later\n"
    assert before.operation == "restore-file"
    world.core.history.restore(session.id, before.id)
    assert (place / "README.md").read_text() == "something else\n"
    assert not (place / "draft.txt").exists()


def test_a_file_that_is_not_in_it_changes_nothing(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)
    points = world.core.history.list(session.id)

    with pytest.raises(NotFound) as refused:
        world.core.history.restore_files(session.id, point.id, ["README.md", "never.txt"])

    assert refused.value.code == "not_in_backup"
    assert world.core.history.list(session.id) == points
    assert not world.core.operations.busy(session.id)


def test_files_of_a_session_without_a_worktree(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)
    world.core.cleanup.delete(session.id, force=True)

    with pytest.raises(NotFound) as refused:
        world.core.history.restore_files(session.id, point.id, ["README.md"])

    assert refused.value.code == "worktree_missing"
    assert point.id in str(refused.value.hint)


def test_a_point_is_pinned_and_unpinned(world: World, session: SessionSummary) -> None:
    point = squashed(world, session)

    assert world.core.history.pin(session.id, point.id, pinned=True).pinned
    assert [each.pinned for each in world.core.history.list(session.id)] == [True]
    assert not world.core.history.pin(session.id, point.id[:-3], pinned=False).pinned
