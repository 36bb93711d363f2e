"""Restore points: what history lists, restore finds and clean-up expires."""

from datetime import timedelta

import pytest

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.store import backups, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import make_session


@pytest.fixture(autouse=True)
def _session(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))


def point(id_: str, *, days_old: int = 0, **fields: object) -> RestorePoint:
    session_id = fields.get("session_id", "s1")
    known = {
        "id": id_,
        "session_id": session_id,
        "ref": f"refs/ampsm/backup/{session_id}/{id_}",
        "operation": "squash",
        "purpose": "before the commits were squashed",
        "created_at": utc_now() - timedelta(days=days_old),
        "head": "0" * 40,
        "branch": "amp/x/1",
        "dirty_files": 2,
    }
    return RestorePoint.model_validate({**known, **fields})


def insert(db: Database, *points: RestorePoint) -> None:
    with db.write() as connection:
        for each in points:
            backups.insert(connection, each)


def test_history_lists_the_newest_first(db: Database) -> None:
    old = point("p1", days_old=2, not_kept=("big.bin", "nested/ü"), branch=None)
    new = point("p2", size=1234)
    insert(db, old, new)

    with db.read() as connection:
        assert backups.of_session(connection, "s1") == [new, old]
        assert backups.of_session(connection, "s2") == []


def test_a_point_is_named_by_its_id_or_the_beginning_of_it(db: Database) -> None:
    insert(db, point("abc1"), point("abd1"), point("abd"))

    with db.read() as connection:
        assert backups.find(connection, "s1", "abc").id == "abc1"
        assert backups.find(connection, "s1", "abd").id == "abd"
        with pytest.raises(InvalidInput):
            backups.find(connection, "s1", "ab")
        for ref in ("x", ""):
            with pytest.raises(NotFound):
                backups.find(connection, "s1", ref)


def test_where_a_deleted_folder_went(db: Database) -> None:
    insert(db, point("p1"))
    with db.write() as connection:
        backups.moved_to_trash(connection, point("p1"), "/repo/.git/ampsm/trash/s1")
    with db.read() as connection:
        assert backups.find(connection, "s1", "p1").trash_path == "/repo/.git/ampsm/trash/s1"

    with db.write() as connection:
        backups.moved_to_trash(connection, point("p1"), None)
    with db.read() as connection:
        assert backups.find(connection, "s1", "p1").trash_path is None


def test_old_points_expire(db: Database) -> None:
    insert(db, point("p1", days_old=40), point("p2", days_old=31), point("p3", days_old=29))
    month_ago = utc_now() - timedelta(days=30)

    with db.write() as connection:
        expired = backups.taken_before(connection, month_ago)
        assert [each.id for each in expired] == ["p1", "p2"]
        for each in expired:
            backups.forget(connection, each)

    with db.read() as connection:
        assert [each.id for each in backups.of_session(connection, "s1")] == ["p3"]


def test_a_pinned_point_does_not_expire_until_it_is_unpinned(db: Database) -> None:
    insert(db, point("p1", days_old=40))
    month_ago = utc_now() - timedelta(days=30)

    with db.write() as connection:
        assert backups.pin(connection, point("p1"), pinned=True).pinned
    with db.read() as connection:
        assert backups.find(connection, "s1", "p1").pinned
        assert backups.taken_before(connection, month_ago) == []

    with db.write() as connection:
        backups.pin(connection, point("p1"), pinned=False)
    with db.read() as connection:
        assert [each.id for each in backups.taken_before(connection, month_ago)] == ["p1"]


def test_two_sessions_may_take_a_point_in_the_same_millisecond(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s2"))
    mine, other = point("p1"), point("p1", session_id="s2")
    insert(db, mine, other)

    with db.write() as connection:
        backups.forget(connection, other)
    with db.read() as connection:
        assert backups.every(connection) == [mine]
