"""Picking commits of other sessions: computed first, so that what does not fit has changed nothing."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import CherryPick, Pick
from tests.conftest import git, make_repo
from tests.support.world import World


def pick(world: World, session: SessionSummary, *commits: str, other: SessionSummary | None = None) -> Pick:
    request = CherryPick(id=session.id, commits=commits, from_session=other.id if other else None)
    return world.core.picking.pick(request)


def head(worktree: Path) -> str:
    return git(worktree, "rev-parse", "HEAD")


@pytest.fixture
def other(world: World) -> SessionSummary:
    """Another session, of two turns."""
    session = world.done('Create the file o.txt with the text "one".')
    world.iterate(session, 'Append "two" to o.txt.')
    return session


def test_commits_of_another_session_are_applied_in_the_order_of_its_history(
    world: World, other: SessionSummary
) -> None:
    session = world.done('Create the file mine.txt with the text "mine".')
    theirs, worktree = world.worktree(other), world.worktree(session)
    second, first = git(theirs, "log", "-2", "--format=%H").splitlines()
    done = pick(world, session, second, first[:12], other=other)
    assert (worktree / "o.txt").read_text() == (theirs / "o.txt").read_text()
    assert git(worktree, "status", "--porcelain") == ""
    assert [each.subject for each in done.commits] == [
        'amp: Create the file o.txt with the text "one".',
        'amp: Append "two" to o.txt.',
    ]
    message = git(worktree, "log", "-1", "--format=%B").strip()
    assert message.endswith(f"\n(cherry picked from commit {second})")
    assert f"Ampsm-Session: {other.id}" in git(worktree, "log", "-1", "--format=%(trailers)")
    assert git(worktree, "log", "-1", "--format=%an %at") == git(theirs, "log", "-1", "--format=%an %at")
    world.core.history.restore(session.id, done.point.id)
    assert not (worktree / "o.txt").exists()
    with pytest.raises(Conflict) as nothing:
        pick(world, other, second, other=other)
    assert nothing.value.code == "nothing_to_pick"


def test_a_conflict_is_refused_with_its_paths_and_nothing_changed(
    world: World, other: SessionSummary
) -> None:
    session = world.done('Create the file o.txt with the text "otherwise".')
    worktree = world.worktree(session)
    before = head(worktree)
    with pytest.raises(Conflict) as refused:
        pick(world, session, head(world.worktree(other)), other=other)
    assert refused.value.code == "pick_conflict"
    assert refused.value.details["conflicts"] == [{"path": "o.txt", "kind": "content"}]
    assert (head(worktree), git(worktree, "status", "--porcelain")) == (before, "")
    assert not world.core.operations.busy(session.id)


def test_uncommitted_changes_stay_where_the_paths_do_not_meet(world: World, other: SessionSummary) -> None:
    session = world.done('Create the file mine.txt with the text "mine".')
    worktree = world.worktree(session)
    (worktree / "mine.txt").write_text("changed\n")
    (worktree / "new.txt").write_text("new\n")
    git(worktree, "add", "new.txt")
    first = git(world.worktree(other), "rev-parse", "HEAD~1")
    pick(world, session, first, other=other)
    assert git(worktree, "status", "--porcelain") == " M mine.txt\nA  new.txt"
    (worktree / "o.txt").write_text("edited\n")
    with pytest.raises(Conflict) as dirty:
        pick(world, session, head(world.worktree(other)), other=other)
    assert dirty.value.code == "dirty"
    assert (worktree / "o.txt").read_text() == "edited\n"


def test_an_ignored_file_is_never_overwritten(world: World, other: SessionSummary) -> None:
    world.commit({".gitignore": "o.txt\n"})
    session = world.done('Create the file mine.txt with the text "mine".')
    (world.worktree(session) / "o.txt").write_text("precious\n")
    with pytest.raises(Conflict) as refused:
        pick(world, session, git(world.worktree(other), "rev-parse", "HEAD~1"), other=other)
    assert refused.value.code == "ignored_in_way"
    assert (world.worktree(session) / "o.txt").read_text() == "precious\n"


def test_any_commit_of_the_repository_is_picked_where_no_session_is_named(world: World) -> None:
    session = world.done('Create the file mine.txt with the text "mine".')
    sha = world.commit({"base.txt": "base\n"}, "On base")
    made = pick(world, session, "main")
    assert (world.worktree(session) / "base.txt").read_text() == "base\n"
    message = git(world.worktree(session), "log", "-1", "--format=%B").strip()
    assert message == f"On base\n\n(cherry picked from commit {sha})"
    assert [each.by_agent for each in made.commits] == [False]


def test_what_is_no_commit_of_the_other_session_is_refused(
    world: World, other: SessionSummary, tmp_path: Path
) -> None:
    session = world.done('Create the file mine.txt with the text "mine".')
    for sha in (head(world.worktree(session)), "no-such-commit"):
        with pytest.raises(NotFound) as missing:
            pick(world, session, sha, other=other)
        assert missing.value.code == "no_such_commit"
    elsewhere = world.new("Do nothing.", repo=str(make_repo(tmp_path / "elsewhere")))
    with pytest.raises(InvalidInput) as foreign:
        pick(world, elsewhere, head(world.worktree(other)), other=other)
    assert foreign.value.code == "other_repository"
