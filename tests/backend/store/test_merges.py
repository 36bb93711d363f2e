"""Merges: one open at a time, continued after a restart, seen by followers."""

import sqlite3
from contextlib import closing

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.events import MergeChanged, SessionChanged
from ampsm_app.backend.domain.merges import Conflicted, Merge, MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.store import eventlog, merges, sessions
from ampsm_app.backend.store.database import Database, open_database
from tests.backend.store.conftest import everyone_lives, make_session


@pytest.fixture(autouse=True)
def _session(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))


def merge(id_: str, status: MergeStatus, **fields: object) -> Merge:
    known = {"id": id_, "session_id": "s1", "status": status, "created_at": utc_now()}
    shas = {"base_branch": "main", "base_sha": "0" * 40, "session_sha": "1" * 40}
    return Merge.model_validate({**known, **shas, **fields})


def save(db: Database, *steps: Merge) -> None:
    for step in steps:
        with db.write() as connection:
            merges.save(connection, step)


def test_a_conflict_is_still_there_after_a_restart(db: Database) -> None:
    begun = merge("m1", MergeStatus.PREPARING)
    conflict = begun.model_copy(
        update={
            "status": MergeStatus.CONFLICT,
            "tree": "2" * 40,
            "conflicts": (
                Conflicted(path="ü \n'", kind="content", base_oid="3" * 40),
                Conflicted(path="not utf-8 \udcff", kind="binary", resolved=True),
            ),
        }
    )
    save(db, begun, conflict)
    db.close()

    with open_database(db.path) as again, again.read() as connection:
        assert merges.open_merge(connection, "s1") == conflict
        assert merges.get(connection, "m1") == conflict
        assert merges.of_session(connection, "s1") == [conflict]
        assert sessions.summary(connection, "s1", alive=everyone_lives).merge_status == "conflict"


def test_each_step_is_told_with_its_session(db: Database) -> None:
    begun = merge("m1", MergeStatus.PREPARING)
    save(db, begun)

    with db.read() as connection:
        _, first, second = (event.data for event in eventlog.read_after(connection, 0))
    assert first == MergeChanged(merge=begun)
    assert isinstance(second, SessionChanged)
    assert second.session.merge_status == "preparing"


def test_a_second_merge_is_refused_while_one_is_open(db: Database) -> None:
    save(db, merge("m1", MergeStatus.CONFLICT))

    with pytest.raises(Conflict) as refused:
        save(db, merge("m2", MergeStatus.PREPARING))

    assert refused.value.code == "merge_in_progress"
    assert "abort-merge" in (refused.value.hint or "")


def test_a_refusal_does_not_hide_the_merge_that_is_open(db: Database) -> None:
    conflict = merge("m1", MergeStatus.CONFLICT)
    save(db, conflict, merge("m2", MergeStatus.REFUSED, code="merge_in_progress"))

    with db.read() as connection:
        assert merges.current(connection, "s1") == conflict
        assert sessions.summary(connection, "s1", alive=everyone_lives).merge_status == "conflict"


def test_the_newest_is_current_once_all_have_ended(db: Database) -> None:
    save(db, merge("m1", MergeStatus.CONFLICT), merge("m1", MergeStatus.ABORTED))
    merged = merge("m2", MergeStatus.MERGED, commit_sha="4" * 40)
    save(db, merged)

    with db.read() as connection:
        assert merges.open_merge(connection, "s1") is None
        assert merges.current(connection, "s1") == merged
        assert [each.id for each in merges.of_session(connection, "s1")] == ["m1", "m2"]


def test_no_merge_at_all(db: Database) -> None:
    with db.read() as connection:
        assert merges.current(connection, "s1") is None
        assert merges.open_merge(connection, "s1") is None
        with pytest.raises(NotFound):
            merges.get(connection, "m1")


def test_one_corrupt_merge_is_left_out(db: Database) -> None:
    save(db, merge("m1", MergeStatus.ABORTED), merge("m2", MergeStatus.MERGED))
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute("UPDATE merges SET payload = '{' WHERE id = 'm1'")
        plain.commit()

    with db.read() as connection:
        assert [each.id for each in merges.of_session(connection, "s1")] == ["m2"]
