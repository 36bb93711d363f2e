"""Lists of sessions: filters, order, deletion, and rows that cannot be read."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from ampsm_app.backend.domain.errors import NotFound, StoreError
from ampsm_app.backend.domain.events import SessionChanged, SessionDeleted
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.store import eventlog, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import everyone_lives, make_session
from tests.backend.store.test_sessions import happened, insert, listed


def test_last_used_first(db: Database) -> None:
    now = utc_now()
    insert(
        db,
        make_session("old", created_at=now - timedelta(days=3)),
        make_session("revived", created_at=now - timedelta(days=9), last_run_at=now),
        make_session("new", created_at=now - timedelta(days=1)),
    )

    assert listed(db) == ["revived", "new", "old"]
    assert listed(db, limit=2) == ["revived", "new"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"a", "b", "demo"}),
        ({"include_archived": True}, {"a", "b", "demo", "kept"}),
        ({"include_demo": False}, {"a", "b"}),
        ({"repo": "/repos/two"}, {"b"}),
        ({"repo": "/repos/tw"}, set()),
        ({"status": ("error", "done")}, {"b"}),
        ({"search": "LOGIN"}, {"a"}),
        ({"search": "größe"}, {"b"}),
        ({"search": "log fix"}, {"a"}),
        ({"search": "log größe"}, set()),
        ({"search": "%"}, set()),
        ({"search": "two"}, {"b"}),
        ({"search": "remember me"}, {"demo"}),
    ],
)
def test_filters(db: Database, wanted: dict[str, object], found: set[str]) -> None:
    insert(
        db,
        make_session("a", name="Fix login"),
        make_session("b", prompt="Ändere die GRÖSSE", repo_root="/repos/two", status="error"),
        make_session("demo", mode="demo", notes="remember me"),
        make_session("kept", archived_at=utc_now()),
    )

    assert set(listed(db, **wanted)) == found


def test_a_limit_counts_what_matches(db: Database) -> None:
    now = utc_now()
    insert(db, *(make_session(f"s{n}", created_at=now - timedelta(hours=n)) for n in range(4)))
    insert(db, make_session("wanted", status="error", created_at=now - timedelta(hours=9)))

    assert listed(db, status=("error",), limit=1) == ["wanted"]


def test_a_deleted_session_is_off_every_list_and_can_come_back(db: Database) -> None:
    insert(db, make_session("s1"), make_session("s2"))
    with db.write() as connection:
        sessions.delete(connection, "s1", trash_path="/trash/s1")

    assert listed(db, include_archived=True) == ["s2"]
    assert happened(db)[-1] == SessionDeleted(trash_path="/trash/s1")
    with db.read() as connection:
        assert [session.id for session in sessions.deleted(connection)] == ["s1"]
        assert sessions.deleted(connection, "/repos/other") == []
        assert sessions.get(connection, "s1").name == "Session s1"
        with pytest.raises(NotFound):
            sessions.find(connection, "s1")

    with db.write() as connection:
        sessions.undelete(connection, "s1")

    assert set(listed(db)) == {"s1", "s2"}
    assert isinstance(happened(db)[-1], SessionChanged)


def test_deleting_what_does_not_exist_is_not_found(db: Database) -> None:
    with db.write() as connection, pytest.raises(NotFound):
        sessions.delete(connection, "nobody")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE sessions SET status = 'sleeping' WHERE id = 'bad'",
        "UPDATE sessions SET followUps = '[\"cut' WHERE id = 'bad'",
        "UPDATE sessions SET createdAt = 'yesterday' WHERE id = 'bad'",
        "UPDATE sessions SET iterationCount = 'many' WHERE id = 'bad'",
    ],
)
def test_one_corrupt_row_is_reported_and_the_rest_is_listed(db: Database, damage: str) -> None:
    insert(db, make_session("good"), make_session("bad"))
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute(damage)
        plain.commit()

    reported: list[str] = []
    with db.read() as connection:
        found = sessions.summaries(connection, alive=everyone_lives, report=reported.append)
        with pytest.raises(StoreError) as refused:
            sessions.summary(connection, "bad", alive=everyone_lives)

    assert [session.id for session in found] == ["good"]
    assert len(reported) == 1
    assert "session bad cannot be read" in reported[0]
    assert refused.value.code == "corrupt_row"


def test_a_text_that_is_not_utf8_does_not_stop_the_list(db: Database) -> None:
    insert(db, make_session("good"), make_session("bad"))
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute("UPDATE sessions SET name = CAST(x'41ff42' AS TEXT) WHERE id = 'bad'")
        plain.commit()

    with db.read() as connection:
        names = {session.name for session in sessions.summaries(connection, alive=everyone_lives)}
        assert sessions.get(connection, "bad").name == "A\ufffdB"
        assert eventlog.head(connection) == 2

    assert names == {"Session good", "A\ufffdB"}
