"""Intents: written before each step, owned by one process, found when that has died."""

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound, SessionBusy
from ampsm_app.backend.store import claims, operations
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.operations import Operation
from tests.backend.store.conftest import everyone_lives, nobody_lives


def begin(db: Database, kind: str = "merge", session_id: str | None = "s1", owner: str = "me") -> Operation:
    with db.write() as connection:
        return operations.begin(
            connection, kind, owner=owner, mark="m", session_id=session_id, payload={"old": "1" * 40}
        )


def test_steps_and_what_they_learn_are_kept(db: Database) -> None:
    begun = begin(db)
    with db.write() as connection:
        operations.step(connection, begun.id, "backup", ref="refs/ampsm/backup/1")
    with db.write() as connection:
        operations.step(connection, begun.id, "move base", old="2" * 40, paths=["ü", "a\udcff"])
    with db.write() as connection:
        operations.step(connection, begun.id, git_pid=77)

    with db.read() as connection:
        now = operations.get(connection, begun.id)
        assert operations.unfinished(connection) == [now]
    assert (now.kind, now.session_id, now.owner, now.step) == ("merge", "s1", "me", "move base")
    assert now.payload == {
        "old": "2" * 40,
        "ref": "refs/ampsm/backup/1",
        "paths": ["ü", "a\udcff"],
        "git_pid": 77,
    }
    assert now.finished_at is None


def test_it_holds_its_session_until_it_is_finished(db: Database) -> None:
    first = begin(db)

    with pytest.raises(SessionBusy) as refused:
        begin(db, "squash")
    assert refused.value.details["kind"] == "merge"
    with db.read() as connection:
        held = claims.holder(connection, "s1")
        assert held is not None
        assert (held.id, held.kind, held.owner, held.mark) == (first.id, "merge", "me", "m")

    with db.write() as connection:
        done = operations.finish(connection, first.id, "merged")
    assert done.result == "merged"
    with db.read() as connection:
        assert claims.holder(connection, "s1") is None
        assert operations.unfinished(connection) == []
    begin(db, "squash")


def test_other_sessions_and_none_are_not_held(db: Database) -> None:
    begin(db)
    begin(db, session_id="s2")
    begin(db, session_id=None)
    begin(db, session_id=None)

    with db.read() as connection:
        assert len(operations.unfinished(connection)) == 4
        assert len(operations.unfinished(connection, session_id="s2")) == 1


def test_it_ends_once(db: Database) -> None:
    begun = begin(db)
    with db.write() as connection:
        operations.finish(connection, begun.id)

    with db.write() as connection:
        with pytest.raises(Conflict) as refused:
            operations.finish(connection, begun.id)
        assert refused.value.code == "operation_ended"
        with pytest.raises(Conflict):
            operations.step(connection, begun.id, "too late")
        with pytest.raises(NotFound):
            operations.step(connection, "nothing", "x")


def test_what_a_dead_process_left_is_found_and_taken_over(db: Database) -> None:
    dead = begin(db, owner="dead")
    begin(db, session_id="s2", owner="living")

    with db.read() as connection:
        assert operations.abandoned(connection, alive=everyone_lives) == []
        assert len(operations.abandoned(connection, alive=nobody_lives)) == 2
        assert operations.abandoned(connection, alive=lambda owner: owner == "living") == [dead]

    with db.write() as connection:
        mine = operations.take_over(connection, dead, owner="living", mark="m2")
    assert (mine.owner, mine.mark, mine.payload) == ("living", "m2", dead.payload)
    with db.write() as connection, pytest.raises(Conflict):
        operations.take_over(connection, dead, owner="late", mark="m3")
