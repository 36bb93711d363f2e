"""Going back to a commit of the session: nothing is lost, and nothing of the user's is in the way unseen."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import Rollback
from tests.conftest import git
from tests.support.world import World

FIRST = 'Create the file a.txt with the text "one".'
SECOND = 'Append "two" to a.txt. Then create the file b.txt with the text "b".'


def roll_back(world: World, session: SessionSummary, sha: str) -> RestorePoint:
    return world.core.rolling_back.roll_back(Rollback(id=session.id, sha=sha))


@pytest.fixture
def session(world: World) -> SessionSummary:
    """A session of two turns, and uncommitted changes of every kind on top."""
    session = world.done(FIRST)
    world.iterate(session, SECOND)
    worktree = world.worktree(session)
    (worktree / "a.txt").write_text("changed\n")
    (worktree / "staged.txt").write_text("staged\n")
    git(worktree, "add", "staged.txt")
    (worktree / "untracked.txt").write_text("untracked\n")
    git(worktree, "rm", "-q", "--cached", "README.md")
    return world.core.sessions.get(session.id)


def state(worktree: Path) -> tuple[str, str, dict[str, str]]:
    files = {path.name: path.read_text() for path in worktree.glob("*.*") if path.is_file()}
    return git(worktree, "rev-parse", "HEAD"), git(worktree, "status", "--porcelain"), files


def test_branch_index_and_files_go_back_and_untracked_files_stay(
    world: World, session: SessionSummary
) -> None:
    worktree = world.worktree(session)
    before, target = state(worktree), git(worktree, "rev-parse", "HEAD~1")
    point = roll_back(world, session, target[:10])
    assert git(worktree, "rev-parse", "HEAD") == target
    assert git(worktree, "symbolic-ref", "--short", "HEAD") == session.branch
    assert git(worktree, "status", "--porcelain") == "?? untracked.txt"
    assert (worktree / "a.txt").read_text().strip() == "one"
    assert not (worktree / "b.txt").exists()
    assert not (worktree / "staged.txt").exists()
    assert point.operation == "rollback"
    world.core.history.restore(session.id, point.id)
    assert state(worktree) == before


def test_going_back_to_where_the_session_began_and_then_on(world: World, session: SessionSummary) -> None:
    roll_back(world, session, world.git("rev-parse", "main"))
    assert world.core.reviews.status(session.id).commits == ()
    assert world.iterate(session, FIRST).outcome == "completed"


def test_an_untracked_or_ignored_file_in_the_way_stops_it_with_nothing_changed(
    world: World, session: SessionSummary
) -> None:
    worktree = world.worktree(session)
    target = git(worktree, "rev-parse", "HEAD")
    world.iterate(session, 'Delete b.txt. Then create the file .gitignore with the text "b.txt".')
    (worktree / "b.txt").write_text("precious\n")
    (worktree / "a.txt").write_text("changed again\n")
    before = state(worktree)
    with pytest.raises(Conflict) as refused:
        roll_back(world, session, target)
    assert refused.value.code == "ignored_in_way"
    assert refused.value.details["paths"] == ["b.txt"]
    assert state(worktree) == before
    assert not world.core.operations.busy(session.id)


def test_only_a_commit_of_the_session_is_gone_back_to(world: World, session: SessionSummary) -> None:
    other = world.commit({"base.txt": "base\n"})
    for sha in (other, "0" * 40, "no-such-ref"):
        with pytest.raises(NotFound) as refused:
            roll_back(world, session, sha)
        assert refused.value.code == "not_of_session"


def test_at_the_last_commit_it_only_takes_uncommitted_changes_back(
    world: World, session: SessionSummary
) -> None:
    worktree = world.worktree(session)
    head = git(worktree, "rev-parse", "HEAD")
    roll_back(world, session, head)
    assert git(worktree, "status", "--porcelain") == "?? untracked.txt"
    with pytest.raises(Conflict) as refused:
        roll_back(world, session, head)
    assert refused.value.code == "already_there"


def test_a_merged_session_goes_on_from_base_instead(world: World) -> None:
    session = world.done(FIRST)
    world.merge(session)
    with pytest.raises(Conflict) as refused:
        roll_back(world, session, session.base_commit)
    assert refused.value.code == "merged"
