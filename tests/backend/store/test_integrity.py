"""What the doctor learns about the database."""

import sqlite3
from contextlib import closing

from ampsm_app.backend.store import integrity, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import make_session


def insert(db: Database) -> None:
    with db.write() as connection:
        for id_ in ("s1", "s2"):
            sessions.insert(connection, make_session(id_))


def damage(db: Database, *statements: str) -> None:
    with closing(sqlite3.connect(db.path)) as plain:
        for statement in statements:
            plain.execute(statement)
        plain.commit()


def test_a_whole_database_has_no_problems(db: Database) -> None:
    insert(db)

    report = integrity.check(db)

    assert report.problems == ()
    assert report.events == 2
    assert report.size + report.log_size > 0
    assert report.journal_mode == "wal"


def test_every_kind_of_damage_is_named(db: Database) -> None:
    insert(db)
    damage(
        db,
        "UPDATE sessions SET status = 'sleeping' WHERE id = 's1'",
        "UPDATE events SET data = '{' WHERE seq = 1",
        "INSERT INTO merges (id, sessionId, status, createdAt, payload) VALUES ('m', 's1', 'x', 't', '{')",
        "INSERT INTO backups (id, sessionId, ref, operation, createdAt, head, notKept)"
        " VALUES ('b', 'nobody', 'r', 'o', 't', 'h', '[]')",
        "INSERT INTO iterations (id, sessionId, number, prompt, startTime, startSha, costKind, model, mode,"
        " withheld, owner, mark)"
        " VALUES ('i', 's1', 1, 'p', 'no time', '0', 'unknown', '', 'demo', '[', '', '')",
    )

    problems = "\n".join(integrity.check(db).problems)

    for words in (
        "session s1 cannot be read",
        "1 events cannot be read",
        "merge m cannot be read",
        "iteration i cannot be read",
        "backups 1 refers to a missing sessions",
    ):
        assert words in problems
