"""Old points go by themselves, and what nobody else holds does not."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.time_machine import TrashEmpty
from tests.backend.services.stories import conflicting
from tests.support.web import until
from tests.support.world import World

OLD = timedelta(days=31)


def age_all(world: World) -> None:
    """Make all points a month old: their rows say when they were taken."""
    moment = format_time(utc_now() - OLD)
    with world.core._resources.database.write() as connection:
        connection.exec_driver_sql("UPDATE backups SET createdAt = ?", (moment,))


def refs(world: World) -> list[str]:
    return world.git("for-each-ref", "--format=%(refname)", "refs/ampsm/backup").split()


@pytest.fixture
def session(world: World) -> SessionSummary:
    """A session with a point of before a squash."""
    made = world.done('Create the file a.txt with the text "one".')
    world.core.squash.squash(made.id)
    return made


def test_old_points_go_with_their_refs(world: World, session: SessionSummary) -> None:
    assert world.core.expiry.run() == 0
    age_all(world)

    assert world.core.expiry.run() == 1

    assert world.core.history.list(session.id) == []
    assert refs(world) == []


def test_the_setting_says_how_old(world: World, session: SessionSummary, private_home: Path) -> None:
    age_all(world)
    (private_home / ".ampsm").mkdir(exist_ok=True)
    (private_home / ".ampsm" / "config.yaml").write_text("backups:\n  keep_days: 60\n")
    assert world.core.expiry.run() == 0

    (private_home / ".ampsm" / "config.yaml").write_text("backups:\n  keep_days: 30\n")
    assert world.core.expiry.run() == 1


def test_pinned_ones_stay(world: World, session: SessionSummary) -> None:
    (point,) = world.core.history.list(session.id)
    world.core.history.pin(session.id, point.id, pinned=True)
    age_all(world)
    assert world.core.expiry.run() == 0

    world.core.history.pin(session.id, point.id, pinned=False)
    assert world.core.expiry.run() == 1


def test_those_of_a_session_in_conflict_stay_until_it_is_settled(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.core.conflicts.into_worktree(session.id)
    age_all(world)
    assert world.core.expiry.run() == 0

    assert world.core.merges.abort(session.id).status == "aborted"
    age_all(world)
    assert world.core.expiry.run() > 0


def test_those_of_a_busy_session_stay(world: World, session: SessionSummary) -> None:
    age_all(world)
    with world.core.operations.claim("restore", session.id, str(world.repo)):
        assert world.core.expiry.run() == 0


def test_a_point_stays_with_its_worktree_in_the_trash(world: World, session: SessionSummary) -> None:
    world.core.cleanup.delete(session.id, force=True)
    age_all(world)

    assert world.core.expiry.run() == 1

    (kept,) = world.core.history.list(session.id)
    assert kept.operation == "delete"


def test_the_only_place_of_a_deleted_sessions_work_stays(world: World, session: SessionSummary) -> None:
    world.core.cleanup.delete(session.id, force=True)
    world.core.trash.empty(TrashEmpty())
    age_all(world)

    assert world.core.expiry.run() == 1
    (kept,) = world.core.history.list(session.id)
    world.core.history.restore(session.id, kept.id)
    assert (world.worktree(session) / "a.txt").exists()

    # Its branch is back: now something else holds the work.
    age_all(world)
    assert world.core.expiry.run() == 2


def test_merged_work_of_a_removed_session_needs_no_point(world: World, session: SessionSummary) -> None:
    world.merge(session)
    world.core.cleanup.clean_up(session.id)
    world.core.trash.empty(TrashEmpty())
    age_all(world)

    world.core.expiry.run()

    assert world.core.history.list(session.id) == []


def test_points_of_another_database_are_not_touched(world: World, session: SessionSummary) -> None:
    world.git("update-ref", "refs/ampsm/backup/stranger/20250101-000000000-delete", "HEAD")
    age_all(world)
    world.core.expiry.run()
    assert refs(world) == ["refs/ampsm/backup/stranger/20250101-000000000-delete"]


def test_it_is_done_once_a_day(world: World, session: SessionSummary) -> None:
    age_all(world)
    stamp = world.core.data_dir / "points-expired"
    stamp.touch()
    assert world.core.expiry.daily() == 0

    yesterday = time.time() - 90_000
    os.utime(stamp, (yesterday, yesterday))
    assert world.core.expiry.daily() == 1
    age_all(world)
    assert world.core.expiry.daily() == 0


def test_a_clock_that_was_put_back_does_not_stop_it(world: World, session: SessionSummary) -> None:
    age_all(world)
    stamp = world.core.data_dir / "points-expired"
    stamp.touch()
    future = time.time() + 1_000_000
    os.utime(stamp, (future, future))
    assert world.core.expiry.daily() == 1


def test_a_program_that_runs_for_long_does_it_in_the_background(
    world: World, session: SessionSummary
) -> None:
    age_all(world)
    world.core.expiry.keep_up()
    until(lambda: refs(world) == [])
    world.core.expiry.close()
