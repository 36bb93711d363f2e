"""Sessions: every change is an event in the same transaction, and a session is found as people name it."""

from datetime import timedelta

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.events import EventData, SessionChanged
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.store import eventlog, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import everyone_lives, make_session


def insert(db: Database, *made: Session) -> None:
    with db.write() as connection:
        for session in made:
            sessions.insert(connection, session)


def happened(db: Database) -> list[EventData]:
    with db.read() as connection:
        return [event.data for event in eventlog.read_after(connection, 0)]


def listed(db: Database, **wanted: object) -> list[str]:
    with db.read() as connection:
        chosen = SessionFilter.model_validate(wanted)
        return [session.id for session in sessions.summaries(connection, chosen, alive=everyone_lives)]


def test_a_session_comes_back_as_it_was_written(db: Database) -> None:
    session = make_session(
        "s1",
        name="Grüße 'an' \"alle\"\n漢字 🎉",
        follow_ups=("then this", "then ü"),
        follow_ups_sent=1,
        repo_root="/repos/with space/ü",
        script="make test",
        mode="local-cli",
        cli_path="/opt/amp",
        thread_id="T-1",
        notes="n",
        auto_commit=False,
        last_run_at=utc_now(),
        limit_until=utc_now() + timedelta(hours=1),
    )
    insert(db, session)

    with db.read() as connection:
        assert sessions.get(connection, "s1") == session
        summary = sessions.summary(connection, "s1", alive=everyone_lives)

    assert Session(**{field: getattr(summary, field) for field in Session.model_fields}) == session
    assert (summary.iterations, summary.cost_usd, summary.cost_kind) == (0, None, "unknown")


def test_inserting_tells_followers(db: Database) -> None:
    insert(db, make_session("s1"))

    (event,) = happened(db)
    assert isinstance(event, SessionChanged)
    assert event.session.id == "s1"
    assert event.previous_status is None


def test_an_id_is_taken_once(db: Database) -> None:
    insert(db, make_session("s1"))

    with pytest.raises(Conflict) as refused:
        insert(db, make_session("s1"))

    assert refused.value.code == "session_exists"
    assert len(happened(db)) == 1


def test_a_change_tells_followers_what_the_status_was(db: Database) -> None:
    insert(db, make_session("s1"))

    with db.write() as connection:
        changed = sessions.change(connection, "s1", status=SessionStatus.ERROR, notes="look")

    assert (changed.status, changed.notes) == (SessionStatus.ERROR, "look")
    event = happened(db)[-1]
    assert isinstance(event, SessionChanged)
    assert (event.session.status, event.previous_status) == (SessionStatus.ERROR, SessionStatus.IDLE)


def test_a_change_keeps_what_others_changed_meanwhile(db: Database) -> None:
    insert(db, make_session("s1"))
    with db.write() as connection:
        sessions.change(connection, "s1", name="renamed elsewhere")
    with db.write() as connection:
        sessions.change(connection, "s1", notes="mine")

    with db.read() as connection:
        session = sessions.get(connection, "s1")
    assert (session.name, session.notes) == ("renamed elsewhere", "mine")


def test_a_change_that_is_rolled_back_was_never_told(db: Database) -> None:
    insert(db, make_session("s1"))

    def fails() -> None:
        with db.write() as connection:
            sessions.change(connection, "s1", name="never")
            raise TimeoutError

    with pytest.raises(TimeoutError):
        fails()

    assert len(happened(db)) == 1
    with db.read() as connection:
        assert sessions.get(connection, "s1").name == "Session s1"


def test_an_unknown_field_or_status_is_refused(db: Database) -> None:
    insert(db, make_session("s1"))
    with db.write() as connection:
        with pytest.raises(ValueError, match="colour"):
            sessions.change(connection, "s1", colour="red")
        with pytest.raises(ValueError, match="status"):
            sessions.change(connection, "s1", status="sleeping")


def test_a_quiet_save(db: Database) -> None:
    insert(db, make_session("s1"))
    with db.write() as connection:
        session = sessions.get(connection, "s1")
        sessions.save(connection, session.model_copy(update={"thread_id": "T-2"}), event=False)

    assert len(happened(db)) == 1
    with db.read() as connection:
        assert sessions.get(connection, "s1").thread_id == "T-2"


def test_names_that_are_not_text_are_refused_in_words(db: Database) -> None:
    with pytest.raises(InvalidInput) as refused:
        insert(db, make_session("s1", repo_root="/repos/\udcff"))

    assert refused.value.code == "not_text"
    assert "repoRoot" in refused.value.message


def test_found_by_id_prefix_or_name(db: Database) -> None:
    insert(db, make_session("k3x9aaaa", name="fix login"), make_session("k3y1bbbb", name="add tests"))

    with db.read() as connection:
        for ref, found in [
            ("k3x9aaaa", "k3x9aaaa"),
            ("k3x", "k3x9aaaa"),
            ("add tests", "k3y1bbbb"),
        ]:
            assert sessions.find(connection, ref).id == found


def test_what_names_several_is_refused_with_their_ids(db: Database) -> None:
    insert(db, make_session("k3x9", name="same"), make_session("k3y1", name="same"), make_session("same1"))

    with db.read() as connection:
        with pytest.raises(InvalidInput) as refused:
            sessions.find(connection, "k3")
        assert refused.value.details["ids"] == ["k3x9", "k3y1"]
        with pytest.raises(InvalidInput) as refused:
            sessions.find(connection, "same")
        assert refused.value.details["ids"] == ["k3x9", "k3y1", "same1"]


def test_an_exact_id_wins_over_names_and_prefixes(db: Database) -> None:
    insert(db, make_session("abc"), make_session("abcd"), make_session("x", name="abc"))

    with db.read() as connection:
        assert sessions.find(connection, "abc").id == "abc"


@pytest.mark.parametrize("ref", ["%", "_", "'; DROP TABLE sessions; --", "\\", "nothing like it"])
def test_what_does_not_exist_is_not_found(db: Database, ref: str) -> None:
    insert(db, make_session("k3x9", name="fix login"))

    with db.read() as connection, pytest.raises(NotFound):
        sessions.find(connection, ref)


def test_near_names_are_suggested(db: Database) -> None:
    insert(db, make_session("k3x9", name="fix login"))

    with db.read() as connection:
        with pytest.raises(NotFound) as refused:
            sessions.find(connection, "fix logon")
        assert refused.value.hint == "Did you mean fix login?"
        with pytest.raises(InvalidInput):
            sessions.find(connection, "")
