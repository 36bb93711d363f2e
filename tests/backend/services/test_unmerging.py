"""A landed merge is taken back: base and the user's checkout go back, and nothing of his is touched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.conftest import git
from tests.support.world import World


@pytest.fixture
def merged(world: World) -> SessionSummary:
    """A session that has landed on main, which is checked out."""
    world.commit({"limits.py": "one\n", ".gitignore": "*.env\n"})
    session = world.done('Append "two" to limits.py. Create the file new.txt.')
    assert world.merge(session).status == "merged"
    return session


def test_base_and_its_checkout_go_back_with_the_users_changes_kept(
    world: World, merged: SessionSummary
) -> None:
    landed = world.git("rev-parse", "main")
    (world.repo / "README.md").write_text("being edited\n")
    (world.repo / "untracked").write_text("mine\n")
    (world.repo / "secret.env").write_text("mine\n")

    undone = world.core.unmerging.undo(merged.id)

    assert (undone.status, undone.code) == ("aborted", "undone")
    assert world.git("rev-parse", "main") == world.git("rev-parse", f"{landed}^")
    assert world.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert world.git("status", "--porcelain").split() == ["M", "README.md", "??", "untracked"]
    assert (world.repo / "limits.py").read_text() == "one\n"
    assert not (world.repo / "new.txt").exists()
    assert (world.repo / "secret.env").read_text() == "mine\n"
    now = world.core.sessions.get(merged.id)
    assert (now.status, now.merged_at) == ("idle", None)
    assert (world.worktree(merged) / "new.txt").exists()
    assert landed in world.git("reflog", "show", "--format=%H", "main")


def test_what_was_undone_can_be_merged_again(world: World, merged: SessionSummary) -> None:
    world.core.unmerging.undo(merged.id)
    assert world.merge(merged).status == "merged"
    assert world.on_base("limits.py") == "one\ntwo"
    world.core.unmerging.undo(merged.id)
    assert world.on_base("limits.py") == "one"


def test_a_base_that_nobody_has_checked_out_goes_back_too(world: World) -> None:
    world.git("branch", "release")
    before = world.git("rev-parse", "release")
    session = world.done("Create the file new.txt.", base="release")
    assert world.merge(session).status == "merged"
    world.core.unmerging.undo(session.id)
    assert world.git("rev-parse", "release") == before


def _built_on(world: World) -> None:
    world.commit({"later.txt": "later\n"})


def _pushed(world: World) -> None:
    bare = world.repo.parent / "remote.git"
    git(world.repo, "init", "-q", "--bare", str(bare))
    world.git("remote", "add", "origin", str(bare))
    world.git("push", "-q", "origin", "main")


def _edited(world: World) -> None:
    (world.repo / "limits.py").write_text("being edited\n")


def _staged(world: World) -> None:
    (world.repo / "new.txt").write_text("being edited\n")
    world.git("add", "new.txt")


@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [
        (_built_on, "base_moved_on"),
        (_pushed, "already_pushed"),
        (_edited, "dirty"),
        (_staged, "staged"),
    ],
)
def test_it_is_refused_with_nothing_touched_where_it_could_harm(
    world: World, merged: SessionSummary, meanwhile: Callable[[World], None], code: str
) -> None:
    meanwhile(world)
    before = _picture(world.repo), world.git("for-each-ref"), world.git("status", "--porcelain")
    with pytest.raises(Conflict) as refused:
        world.core.unmerging.undo(merged.id)
    assert refused.value.code == code
    assert refused.value.hint
    assert (_picture(world.repo), world.git("for-each-ref"), world.git("status", "--porcelain")) == before
    assert world.core.sessions.get(merged.id).status == "done"


def test_a_session_that_was_never_merged_says_so(world: World) -> None:
    session = world.done("Create the file new.txt.")
    with pytest.raises(Conflict, match="no merge that has landed"):
        world.core.unmerging.undo(session.id)


def _picture(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
