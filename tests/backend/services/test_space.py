"""What takes space is shown, and given back without losing anything."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.time_machine import SpaceClean, SpaceItem, SpaceKind, SpaceQuery
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.detached_worktrees import check_place
from ampsm_app.backend.git.layout import linked_git_dir
from tests.conftest import git, make_repo
from tests.support.world import World, picture

OLD = timedelta(days=31)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Others on this machine may have left something in the real one."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def items(world: World, kind: SpaceKind, **query: object) -> list[SpaceItem]:
    shown = world.core.space.show(SpaceQuery.model_validate({"kinds": (kind,), **query}))
    return list(shown.items)


def clean(world: World, *kinds: SpaceKind, **query: object) -> list[str]:
    """Remove what is proposed; the paths that went."""
    done = world.core.space.clean(SpaceClean.model_validate({"kinds": kinds, **query}))
    assert done.failures == ()
    return [each.path for each in done.items if each.done]


def finished(world: World, text: str = "one") -> SessionSummary:
    session = world.done(f'Create the file {text}.txt with the text "{text}".')
    assert world.merge(session).status == "merged"
    return world.core.sessions.get(session.id)


def orphan(world: World, name: str, folder: Path | None = None) -> Path:
    place = (folder or world.repo / ".worktrees") / name
    world.git("worktree", "add", "-q", "-b", f"amp/lost/{name}", str(place))
    (place / "loose.txt").write_text("exists nowhere else\n")
    return place


def test_nothing_is_proposed_on_a_tidy_machine_and_looking_changes_nothing(world: World) -> None:
    session = world.done("Say hello.")
    before = picture(world.repo), world.git("for-each-ref")

    report = world.core.space.show(SpaceQuery())

    assert [each for each in report.items if each.proposed] == []
    assert {each.kind for each in report.totals} == {"worktree", "database"}
    assert report.size == sum(each.size for each in report.totals) > 0
    assert (picture(world.repo), world.git("for-each-ref")) == before
    assert world.worktree(session).exists()


def test_worktrees_of_merged_and_archived_sessions_go_where_nothing_is_lost(world: World) -> None:
    merged, archived, idle = finished(world), world.new("Say hello."), world.new("Say hello.")
    work = world.done('Create the file b.txt with the text "two".')
    for each in (archived, work):
        world.core.sessions.archive(each.id)

    shown = {each.session_id: each for each in items(world, "worktree")}

    assert {id_: each.proposed for id_, each in shown.items()} == {
        merged.id: True,
        archived.id: True,
        idle.id: False,
        work.id: False,
    }
    assert shown[work.id].loses == "1 unmerged commit"
    assert shown[work.id].action is None
    assert sorted(clean(world, "worktree")) == sorted([merged.worktree_path, archived.worktree_path])
    assert not world.worktree(merged).exists()
    assert world.worktree(work).exists()
    assert {each.session_id for each in world.core.trash.list()} == {merged.id, archived.id}


def test_an_idle_session_without_work_goes_only_by_name(world: World) -> None:
    idle = world.new("Say hello.")
    assert clean(world, "worktree") == []
    assert clean(world, ids=(f"worktree:{idle.id}",)) == [idle.worktree_path]


def test_orphans_go_to_the_trash_and_come_back(world: World) -> None:
    world.new("Say hello.")
    place = orphan(world, "abcdefgh")
    users = world.repo / ".worktrees" / "feature-x"
    world.git("worktree", "add", "-q", "-b", "feature-x", str(users))

    assert clean(world, "orphan") == [str(place)]

    assert not place.exists()
    assert users.exists(), "a worktree that the user made there"
    (entry,) = world.core.trash.list()
    assert (entry.kind, entry.branch, entry.unmerged_commits) == ("orphan", "amp/lost/abcdefgh", 0)
    assert world.core.trash.restore(entry.id).worktree_path == str(place)
    assert (place / "loose.txt").read_text() == "exists nowhere else\n"
    assert git(place, "status", "--porcelain") == "?? loose.txt"


def test_orphans_are_found_below_the_configured_folder_too(
    world: World, private_home: Path, tmp_path: Path
) -> None:
    world.new("Say hello.")
    folder = tmp_path / "all worktrees"
    config = private_home / ".ampsm" / "config.yaml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f'git:\n  worktree_root: "{folder}"\n')
    session = world.new("Say hello.")
    assert session.worktree_path.startswith(str(folder))
    mine, old = orphan(world, "abcdefgh", folder), orphan(world, "hgfedcba")
    make_repo(folder / "abcdefgk")
    users = folder / "experiment"
    world.git("worktree", "add", "-q", "--detach", str(users))

    assert {each.path for each in items(world, "orphan")} == {str(mine), str(old)}


def test_an_entry_whose_folder_was_removed_by_hand_is_an_orphan(world: World) -> None:
    world.new("Say hello.")
    place = orphan(world, "abcdefgh")
    subprocess.run(["rm", "-rf", str(place)], check=True)

    assert clean(world, "orphan") == [str(place)]
    assert not (world.repo / ".git" / "worktrees" / "abcdefgh").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="tells where processes stand")
def test_an_orphan_that_somebody_works_in_stays(world: World) -> None:
    world.new("Say hello.")
    place = orphan(world, "abcdefgh")
    with subprocess.Popen(["sleep", "60"], cwd=place) as shell:
        (shown,) = items(world, "orphan")
        assert (shown.proposed, shown.reason) == (False, "somebody works in it")
        shell.kill()
    assert clean(world, "orphan") == [str(place)]


def test_a_session_that_is_just_being_made_is_no_orphan(world: World) -> None:
    world.new("Say hello.")
    orphan(world, "abcdefgh")
    with world.core.operations.claim("create", "abcdefgh", str(world.repo)) as operation:
        assert items(world, "orphan") == []
        with world.core._resources.database.write() as connection:
            operation.finish(connection)


def test_the_check_worktree_goes_when_it_was_not_used_for_long(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".', script="true")
    world.commit({"base.txt": "base\n"})
    assert world.merge(session).status == "merged"
    place = check_place(world.repo)
    (shown,) = items(world, "check")
    assert (shown.path, shown.proposed) == (str(place), False)

    entry = linked_git_dir(world.repo / ".git", place)
    assert entry is not None
    month = time.time() - OLD.total_seconds()
    os.utime(entry / "HEAD", (month, month))

    assert clean(world, "check") == [str(place)]
    assert not place.exists()
    assert not entry.exists()


def test_trash_and_points_are_proposed_when_they_are_old(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.core.squash.squash(session.id)
    world.core.cleanup.delete(session.id, force=True)
    (entry,) = world.core.trash.list()
    assert items(world, "trash")[0].proposed is False
    old = Path(entry.path).with_name(f"{session.id}-20250101-000000000")
    Path(entry.path).rename(old)
    moment = format_time(utc_now() - OLD)
    with world.core._resources.database.write() as connection:
        connection.exec_driver_sql("UPDATE backups SET createdAt = ?", (moment,))
        connection.exec_driver_sql(
            "UPDATE backups SET trashPath = ? WHERE trashPath IS NOT NULL", (str(old),)
        )

    points = {each.path.rpartition("-")[2]: each for each in items(world, "point")}
    assert points["squash"].proposed
    assert (points["delete"].proposed, points["delete"].reason) == (False, "its worktree is in the trash")

    assert clean(world, "trash", "point") == [str(old), points["squash"].path]
    (left,) = items(world, "point")
    assert (left.loses, left.proposed) == ("1 unmerged commit", False)
    assert clean(world, "point", ids=(left.id,)) == [left.path], "by its name"


def test_by_size_the_oldest_go_and_no_work(world: World) -> None:
    sessions = [finished(world, text) for text in ("one", "two")]
    for each in sessions:
        (world.worktree(each) / "ignored").mkdir()
        (world.worktree(each) / "ignored" / "big").write_bytes(os.urandom(50_000))
        (world.worktree(each) / ".gitignore").write_text("ignored/\n")
        world.core.cleanup.clean_up(each.id, force=True)
    work = world.done('Create the file w.txt with the text "work".')
    world.core.cleanup.delete(work.id, force=True)
    for entry in world.core.trash.list():
        if entry.session_id == work.id:
            world.core.trash.delete(entry)

    limited = items_proposed(world, 80_000)
    assert limited == [sessions[0].id], "one of two is enough"
    everything = world.core.space.show(SpaceQuery(max_size=0))
    kept = {each.session_id: each for each in everything.items if each.kind == "point" and not each.proposed}
    assert kept[work.id].loses == "1 unmerged commit"
    assert {each.reason for each in kept.values()} == {
        "nothing else holds its work",
        "its worktree is in the trash",
    }

    world.core.space.clean(SpaceClean(max_size=0))
    assert world.core.trash.list() == []
    assert [each.operation for each in world.core.history.list(work.id)] == ["delete"]


def items_proposed(world: World, limit: int) -> list[str | None]:
    shown = world.core.space.show(SpaceQuery(kinds=("trash",), max_size=limit))
    return [each.session_id for each in shown.items if each.proposed]


def test_the_size_of_points_is_that_of_what_only_they_hold(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    (world.worktree(session) / "draft.bin").write_bytes(os.urandom(100_000))
    world.core.squash.squash(session.id)

    (total,) = world.core.space.show(SpaceQuery(kinds=("point",))).totals

    assert total.count == 1
    assert 100_000 < total.size < 110_000


def test_folders_of_killed_processes_go_and_those_of_the_living_stay(
    world: World, own_temporary_folder: Path
) -> None:
    with temporary_folder("backup") as mine:
        dead = own_temporary_folder / mine.name.replace(f"-{os.getpid()}_", "-999999999_")
        dead.mkdir()
        (dead / "copy").write_text("the user's bytes")

        assert clean(world, "temp") == [str(dead)]

        assert mine.exists()
        assert not dead.exists()


def test_stale_locks_of_ours_go_and_the_users_are_only_shown(world: World) -> None:
    session = world.new("Say hello.")
    ours = world.repo / ".git" / "worktrees" / session.id / "index.lock"
    users, fresh = (
        world.repo / ".git" / "config.lock",
        world.repo / ".git" / "worktrees" / session.id / "HEAD.lock",
    )
    for lock in (ours, users, fresh):
        lock.touch()
    hours = time.time() - 7200
    for lock in (ours, users):
        os.utime(lock, (hours, hours))

    shown = {each.path: each.action for each in items(world, "lock")}

    assert shown == {str(ours): "delete", str(users): None}
    assert clean(world, "lock") == [str(ours)]
    assert not ours.exists()
    assert users.exists()
    assert fresh.exists()
    users.unlink()


def test_the_database_gives_back_what_it_does_not_use(world: World) -> None:
    with world.core._resources.database.write() as connection:
        for number in range(300):
            connection.exec_driver_sql(
                "INSERT INTO settings (key, value) VALUES (?, ?)", (f"k{number}", "x" * 10_000)
            )
    with world.core._resources.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM settings")
    (before,) = items(world, "database")
    assert before.proposed

    done = world.core.space.clean(SpaceClean(kinds=("database",)))

    assert done.reclaimed > 2_000_000
    (after,) = items(world, "database")
    assert after.size < before.size - 2_000_000
    assert not after.proposed


def test_a_busy_session_is_left_alone_and_told(world: World) -> None:
    session = finished(world)
    with world.core.operations.claim("restore", session.id, str(world.repo)) as operation:
        (shown,) = items(world, "worktree")
        assert (shown.action, shown.reason) == (None, "at work just now")
        done = world.core.space.clean(SpaceClean(ids=(shown.id,)))
        assert done.failures == (f"{session.worktree_path} stays: at work just now",)
        with world.core._resources.database.write() as connection:
            operation.finish(connection)


def test_what_is_not_shown_cannot_be_removed(world: World) -> None:
    with pytest.raises(NotFound):
        world.core.space.clean(SpaceClean(ids=("worktree:nothing",)))


def test_one_repository_alone(world: World, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other")
    mine = finished(world)
    world.repo = other
    there = finished(world)

    shown = world.core.space.show(SpaceQuery(repo=str(other)))

    assert {each.repo_root for each in shown.totals} == {str(other)}
    assert clean(world, repo=str(other)) == [there.worktree_path]
    assert world.worktree(mine).exists()
    with pytest.raises(NotFound):
        world.core.space.show(SpaceQuery(repo=str(make_repo(tmp_path / "third"))))
