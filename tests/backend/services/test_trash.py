"""The trash: what lies in it, bringing it back whole, and emptying it for good."""

import subprocess
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.time_machine import TrashEmpty, TrashEntry
from ampsm_app.backend.git import files
from tests.conftest import git, make_repo
from tests.support.worktree_state import worktree_state
from tests.support.world import World

ALL = TrashEmpty()


@pytest.fixture
def session(world: World) -> SessionSummary:
    """A session with a commit that base lacks, an edit that is not committed, and an ignored file."""
    world.commit({".gitignore": "cache/\n"})
    made = world.done('Create the file a.txt with the text "one".', name="Oolong")
    place = world.worktree(made)
    (place / "draft.txt").write_text("a draft\n")
    (place / "cache").mkdir()
    (place / "cache" / "big").write_bytes(b"x" * 10_000)
    return made


def deleted(world: World, session: SessionSummary) -> TrashEntry:
    world.core.cleanup.delete(session.id, force=True)
    (entry,) = world.core.trash.list()
    return entry


def test_an_entry_says_whose_it_is_and_what_of_it_is_nowhere_else(
    world: World, session: SessionSummary
) -> None:
    entry = deleted(world, session)

    assert (entry.kind, entry.session_id, entry.session_name) == ("worktree", session.id, "Oolong")
    assert (entry.deleted, entry.restorable, entry.branch) == (True, True, session.branch)
    assert (entry.unmerged_commits, entry.uncommitted_files) == (1, 1)
    assert entry.repo_root == str(world.repo)
    assert entry.size > 10_000
    assert world.core.trash.list(str(world.repo)) == [entry]


def test_merged_work_is_told_from_unmerged_also_after_a_squash(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session)
    world.core.cleanup.clean_up(session.id)

    (entry,) = world.core.trash.list()

    assert (entry.unmerged_commits, entry.uncommitted_files, entry.deleted) == (0, 0, False)


@pytest.mark.parametrize("by", ["id", "beginning", "name"])
def test_it_comes_back_as_it_was(world: World, session: SessionSummary, by: str) -> None:
    place = world.worktree(session)
    git(place, "add", "draft.txt")
    before = worktree_state(place)
    entry = deleted(world, session)
    ref = {"id": entry.id, "beginning": session.id, "name": "Oolong"}[by]

    done = world.core.trash.restore(ref)

    assert worktree_state(place) == before
    assert (place / "cache" / "big").exists()
    assert done.worktree_path == str(place)
    assert world.core.sessions.get(session.id).name == "Oolong"
    assert world.core.trash.list() == []


def test_emptying_leaves_the_point_so_that_the_work_can_still_be_restored(
    world: World, session: SessionSummary
) -> None:
    entry = deleted(world, session)

    done = world.core.trash.empty(ALL)

    assert ([each.id for each in done.removed], done.freed) == ([entry.id], entry.size)
    assert not Path(entry.path).exists()
    assert world.core.trash.list() == []
    point = world.core.history.list(session.id)[0]
    assert (point.operation, point.trash_path) == ("delete", None)
    world.core.history.restore(session.id, point.id)
    assert (world.worktree(session) / "draft.txt").read_text() == "a draft\n"
    assert (world.worktree(session) / "a.txt").exists()
    assert not (world.worktree(session) / "cache").exists()


def test_only_what_is_named_and_old_enough_goes(world: World, session: SessionSummary) -> None:
    entry = deleted(world, session)
    other = world.done('Create the file b.txt with the text "two".')
    world.core.cleanup.delete(other.id, force=True)

    assert world.core.trash.empty(TrashEmpty(older_than_days=1)).removed == ()
    assert world.core.trash.empty(TrashEmpty(ids=(entry.id,))).removed == (entry,)
    assert [each.session_id for each in world.core.trash.list()] == [other.id]
    with pytest.raises(NotFound):
        world.core.trash.empty(TrashEmpty(ids=(entry.id,)))


def test_what_is_pinned_stays(world: World, session: SessionSummary) -> None:
    entry = deleted(world, session)
    assert entry.point is not None
    world.core.history.pin(session.id, entry.point, pinned=True)

    done = world.core.trash.empty(ALL)

    assert done.removed == ()
    assert [each.id for each in done.kept] == [entry.id]
    assert world.core.trash.list()[0].pinned


def test_a_busy_session_keeps_its_entry(world: World, session: SessionSummary) -> None:
    entry = deleted(world, session)
    with world.core.operations.claim("restore", session.id, str(world.repo)) as operation:
        assert [each.id for each in world.core.trash.empty(ALL).kept] == [entry.id]
        with world.core._resources.database.write() as connection:
            operation.finish(connection)
    assert world.core.trash.empty(ALL).removed


def test_what_a_restore_set_aside_is_listed_but_not_put_back(world: World, session: SessionSummary) -> None:
    place = world.worktree(session)
    world.core.squash.squash(session.id)
    point = world.core.history.list(session.id)[0]
    (place / "draft.txt").unlink()
    (place / ".gitignore").write_text("cache/\ndraft.txt/\n")
    (place / "draft.txt").mkdir()
    (place / "draft.txt" / "inside").write_text("exists nowhere else\n")
    world.core.history.restore(session.id, point.id)

    (entry,) = world.core.trash.list()

    assert (entry.kind, entry.session_id, entry.restorable) == ("aside", session.id, False)
    with pytest.raises(InvalidInput) as refused:
        world.core.trash.restore(entry.id)
    assert refused.value.code == "not_restorable"
    assert entry.path in str(refused.value.hint)


def test_a_session_that_has_a_worktree_again_is_not_overwritten(
    world: World, session: SessionSummary
) -> None:
    entry = deleted(world, session)
    subprocess.run(["cp", "-r", entry.path, f"{entry.path}-copy"], check=True)
    world.core.trash.restore(entry.id)
    Path(f"{entry.path}-copy").rename(entry.path)
    with world.core._resources.database.write() as connection:
        connection.exec_driver_sql("UPDATE backups SET trashPath = ?", (entry.path,))

    with pytest.raises(Conflict) as refused:
        world.core.trash.restore(entry.id)

    assert refused.value.code == "path_exists"


def test_large_files_that_no_point_holds_are_named(
    world: World, session: SessionSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_repo(world.worktree(session) / "nested")
    assert deleted(world, session).not_kept == ("nested/",)


def test_a_repository_that_is_gone_is_left_out(world: World, session: SessionSummary) -> None:
    deleted(world, session)
    files.delete_tree(world.repo)
    assert world.core.trash.list() == []
