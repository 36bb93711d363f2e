"""Conflicts: nothing of the user's moves; settled in the window or in the worktree, or undone exactly."""

import pytest

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.requests import Resolve
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.world import World, picture


def test_a_conflict_changes_nothing_of_the_users(world: World) -> None:
    session = conflicting(world)
    before = picture(world.repo)
    tree = picture(world.worktree(session))

    merge = world.merge(session)

    assert merge.status == "conflict"
    assert [(each.path, each.kind) for each in merge.conflicts] == [("README.md", "content")]
    assert picture(world.repo).keys() - before.keys() <= {f".git/refs/ampsm/merge/{merge.id}"}
    assert all(picture(world.repo)[name] == data for name, data in before.items())
    assert picture(world.worktree(session)) == tree


def test_a_conflict_is_resolved_by_text_and_lands(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    texts = world.core.conflicts.texts(session.id, "README.md")
    assert (texts.ancestor, texts.base, texts.session) == ("hello\n", "base\n", "session\n")
    assert "<<<<<<<" in (texts.result or "")

    still = world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text=texts.result))
    assert not still.conflicts[0].resolved
    unresolved = world.core.merges.resume(session.id).run()
    assert (unresolved.status, unresolved.code) == ("conflict", "unresolved")

    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert world.on_base("README.md") == "both"
    assert (world.repo / "README.md").read_text() == "both\n"


@pytest.mark.parametrize(
    ("side", "text"), [("base", "base"), ("session", "session"), ("both", "base\nsession")]
)
def test_a_conflict_is_resolved_by_a_side(world: World, side: str, text: str) -> None:
    session = conflicting(world)
    world.merge(session)

    world.core.conflicts.resolve(
        Resolve.model_validate({"session_id": session.id, "path": "README.md", "take": side})
    )
    merged = world.core.merges.resume(session.id).run()

    assert merged.status == "merged" if side != "base" else merged.status in ("merged", "refused")
    assert world.on_base("README.md") == text


def test_a_conflict_is_resolved_in_the_worktree(world: World) -> None:
    session = conflicting(world)
    merge = world.merge(session, in_worktree=True)
    readme = world.worktree(session) / "README.md"
    assert merge.in_worktree
    assert "<<<<<<<" in readme.read_text()
    assert world.core.merges.resume(session.id).run().code == "markers_left"

    readme.write_text("by hand\n")
    assert world.core.merges.resume(session.id).run().status == "merged"

    assert world.on_base("README.md") == "by hand"
    assert git(world.worktree(session), "status", "--porcelain") == ""
    assert world.iterate(session, notes='Create the file z.txt with the text "z".').outcome == "completed"


def test_what_was_settled_before_stands_in_the_worktree_too(world: World) -> None:
    world.commit({"a.txt": "hello\n", "b.txt": "hello\n"})
    names = ("README.md", "a.txt", "b.txt")
    session = world.done(" ".join(f'Replace "hello" with "session" in {name}.' for name in names))
    world.commit(dict.fromkeys(names, "base\n"))
    half = "half done\n<<<<<<< base\nbase\n=======\nsession\n>>>>>>> session\n"
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="session"))
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="a.txt", text=half))

    world.core.conflicts.into_worktree(session.id)

    worktree = world.worktree(session)
    assert (worktree / "README.md").read_text() == "session\n"
    assert (worktree / "a.txt").read_text() == half
    assert "<<<<<<<" in (worktree / "b.txt").read_text()
    assert git(worktree, "diff", "--name-only", "--diff-filter=U").split() == ["a.txt", "b.txt"]
    assert world.core.conflicts.left(session.id) == ("a.txt", "b.txt")
    (worktree / "a.txt").write_text("done\n")
    (worktree / "b.txt").write_text("done too\n")
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert [world.on_base(name) for name in names] == ["session", "done", "done too"]


@pytest.mark.parametrize("in_worktree", [False, True])
def test_abort_restores_everything_exactly(world: World, in_worktree: bool) -> None:
    session = conflicting(world)
    (world.worktree(session) / ".gitignore").write_text("*.log\n")
    world.iterate(session, notes="Say hello")
    (world.worktree(session) / "run.log").write_text("ignored\n")
    before, tree = picture(world.repo), _without_index(picture(world.worktree(session)))
    status = git(world.worktree(session), "status", "--porcelain=v2", "--branch", "-uall", "--ignored")

    world.merge(session, in_worktree=in_worktree)
    if in_worktree:
        (world.worktree(session) / "README.md").write_text("half resolved\n")
    assert world.core.merges.abort(session.id).status == "aborted"

    now = picture(world.repo)
    assert all(now[name] == data for name, data in before.items())
    assert _without_index(picture(world.worktree(session))) == tree
    assert (
        git(world.worktree(session), "status", "--porcelain=v2", "--branch", "-uall", "--ignored") == status
    )
    with pytest.raises(NotFound):
        world.core.merges.abort(session.id)


def _without_index(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in found.items() if not name.startswith("AGENT_CONTEXT/")}


def test_a_second_merge_during_a_conflict_is_refused(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    assert (world.merge(session).status, world.merge(session).code) == ("refused", "merge_in_progress")
    assert world.core.sessions.get(session.id).status == "idle"


def test_base_that_moves_while_a_conflict_waits_is_merged_once_more(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.commit({"later.txt": "later\n"})
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))

    assert world.core.merges.resume(session.id).run().status == "merged"
    assert world.on_base("README.md") == "both"
    assert world.on_base("later.txt") == "later"


def test_a_check_that_fails_after_base_moved_leaves_the_conflict_as_it_was(world: World) -> None:
    session = world.done('Replace "hello" with "session" in README.md.', script="! test -f later.txt")
    world.commit({"README.md": "base\n"})
    world.merge(session, in_worktree=True)
    (world.worktree(session) / "README.md").write_text("both\n")
    world.commit({"later.txt": "later\n"})

    refused = world.core.merges.resume(session.id).run()
    assert (refused.status, refused.code) == ("conflict", "check_failed")

    world.git("rm", "-q", "later.txt")
    world.git("commit", "-q", "-m", "without")
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert world.on_base("README.md") == "both"
