"""What is changed in a worktree by hand is told to the page that looks at it, and to no other."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ampsm_app.backend.domain.sessions import SessionSummary
from tests.backend.web.conftest import Site
from tests.conftest import git
from tests.support.web import Visitor, until
from tests.support.world import World

QUIET_S = 1.3


@pytest.fixture
def session(world: World) -> SessionSummary:
    world.commit({".gitignore": "build/\n*.log\n", "src/a.txt": "a\n"})
    return world.done('Create b.txt with "two".')


def watched(visitor: Visitor, world: World, session: SessionSummary) -> Path:
    """The worktree, once the page is told of what happens in it."""
    visitor.ok("worktree:watch", {"id": session.id})
    worktree = world.worktree(session)
    probe = worktree / "probe.txt"
    # The system is asked for news in a thread: only what comes after that is told.
    for _ in range(100):
        probe.write_text(str(time.monotonic()))
        time.sleep(0.1)
        if visitor.edited:
            break
    probe.unlink()
    quiet(visitor)
    return worktree


def quiet(visitor: Visitor) -> None:
    """Wait until nothing is told any more, and forget what was."""
    seen = -1
    while len(visitor.edited) != seen:
        seen = len(visitor.edited)
        time.sleep(QUIET_S)
    visitor.edited.clear()


def tells(visitor: Visitor, session: SessionSummary, change: Callable[[], object]) -> None:
    """The change is told."""
    change()
    until(lambda: visitor.edited, 20)
    assert {each for each, _ in visitor.edited} == {session.id}
    quiet(visitor)


def test_files_the_index_and_the_branch_are_told(
    world: World, visitor: Visitor, session: SessionSummary
) -> None:
    worktree = watched(visitor, world, session)
    tells(visitor, session, lambda: (worktree / "b.txt").write_text("by hand\n"))
    tells(visitor, session, lambda: (worktree / "new ü.txt").write_text("new\n"))
    tells(visitor, session, (worktree / "src" / "a.txt").unlink)
    tells(visitor, session, lambda: git(worktree, "add", "-A"))
    tells(visitor, session, lambda: git(worktree, "commit", "-q", "-m", "by hand"))
    tells(visitor, session, lambda: world.git("update-ref", f"refs/heads/{session.branch}", "main"))
    tells(visitor, session, lambda: world.commit({"base.txt": "base moved\n"}))


def test_what_git_does_not_see_is_not_told(world: World, visitor: Visitor, session: SessionSummary) -> None:
    worktree = watched(visitor, world, session)
    (worktree / "build" / "deep").mkdir(parents=True)
    for number in range(200):
        (worktree / "build" / "deep" / f"{number}.o").write_text("x")
    (worktree / "debug.log").write_text("x\n")
    (worktree / "AGENT_CONTEXT" / "NOTES.md").write_text("for the agent\n")
    world.git("branch", "another")
    visitor.ok("git:status", {"id": session.id})
    visitor.ok("diff:list", {"session_id": session.id})
    visitor.ok("timeline:list", {"id": session.id})
    time.sleep(QUIET_S)
    assert visitor.edited == []

    git(worktree, "add", "-f", "build/deep/0.o")
    quiet(visitor)
    tells(visitor, session, lambda: (worktree / "build" / "deep" / "0.o").write_text("tracked now\n"))


def test_the_first_change_is_told_at_once_and_many_are_told_together(
    world: World, visitor: Visitor, session: SessionSummary
) -> None:
    worktree = watched(visitor, world, session)
    began = time.monotonic()
    while time.monotonic() - began < 3:
        (worktree / "b.txt").write_text(str(time.monotonic()))
        time.sleep(0.01)
    ended = time.monotonic()
    until(lambda: visitor.edited[-1][1] >= ended)
    assert 2 <= len(visitor.edited) <= 6


def test_only_the_page_that_looks_is_told_of_the_session_it_looks_at(
    world: World, visit: Callable[[], Visitor], session: SessionSummary
) -> None:
    other = world.new("Say hello")
    looking, idle = visit(), visit()
    worktree = watched(looking, world, session)
    (world.worktree(other) / "a.txt").write_text("elsewhere\n")
    (worktree / "b.txt").write_text("here\n")
    until(lambda: looking.edited)
    quiet(looking)

    looking.ok("worktree:watch", {"id": other.id})
    time.sleep(QUIET_S)
    (worktree / "b.txt").write_text("nobody looks here any more\n")
    tells(looking, other, lambda: (world.worktree(other) / "a.txt").write_text("again\n"))
    looking.ok("worktree:watch", {"id": None})
    (world.worktree(other) / "a.txt").write_text("nobody looks at all\n")
    time.sleep(QUIET_S)
    assert looking.edited == []
    assert idle.edited == []


def test_nothing_is_watched_after_the_page_is_gone(
    world: World, visit: Callable[[], Visitor], session: SessionSummary, site: Site
) -> None:
    visitor = visit()
    watched(visitor, world, session)
    assert watchers() == 1
    visitor.leave()
    until(lambda: watchers() == 0)

    other = visit()
    watched(other, world, session)
    site.server.stop()
    assert watchers() == 0


def test_a_worktree_that_was_removed_is_watched_again_when_it_is_back(
    world: World, visitor: Visitor, session: SessionSummary
) -> None:
    worktree = watched(visitor, world, session)
    aside = worktree.with_name("aside")
    worktree.rename(aside)
    time.sleep(3)
    aside.rename(worktree)
    time.sleep(3)
    visitor.edited.clear()
    tells(visitor, session, lambda: (worktree / "b.txt").write_text("back\n"))


def test_where_the_system_tells_nothing_git_is_asked(
    world: World, visitor: Visitor, session: SessionSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    notices_by_asking(world, visitor, session)


def test_past_the_limit_of_watched_folders_git_is_asked(
    world: World, visitor: Visitor, session: SessionSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    # The limit is the whole user's: going past it for real would break what else runs here.
    monkeypatch.setattr("watchfiles.watch", full)
    notices_by_asking(world, visitor, session)


def notices_by_asking(world: World, visitor: Visitor, session: SessionSummary) -> None:
    visitor.ok("worktree:watch", {"id": session.id})
    time.sleep(1)
    worktree = world.worktree(session)
    for change in (
        lambda: (worktree / "b.txt").write_text("by hand\n"),
        lambda: (worktree / "b.txt").write_text("by hand again, and the status is the same\n"),
        lambda: git(worktree, "commit", "-qam", "by hand"),
    ):
        visitor.edited.clear()
        change()
        until(lambda: visitor.edited, 20)
    (worktree / "build").mkdir()
    (worktree / "build" / "x.o").write_text("ignored\n")
    visitor.edited.clear()
    time.sleep(2.5)
    assert visitor.edited == []


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_change_behind_a_link_does_no_harm(world: World, visitor: Visitor, session: SessionSummary) -> None:
    worktree = watched(visitor, world, session)
    outside = worktree.parent.parent.parent / "outside"
    outside.mkdir()
    (worktree / "link").symlink_to(outside)
    quiet(visitor)
    (outside / "x.txt").write_text("x\n")
    tells(visitor, session, lambda: (worktree / "b.txt").write_text("by hand\n"))


def test_an_unknown_session_is_an_error_and_nothing_is_watched(visitor: Visitor) -> None:
    assert visitor.code("worktree:watch", {"id": "nowhere"}) == "not_found"
    assert watchers() == 0


def watchers() -> int:
    """How many worktrees are watched by this process."""
    return sum(thread.name == "worktree-watch" for thread in threading.enumerate())
