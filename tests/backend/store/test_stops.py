"""Stopping from another process: a row that the owner follows and acknowledges."""

import pytest

from ampsm_app.backend.domain.events import StopRequested
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Iteration, Outcome
from ampsm_app.backend.store import iterations, operations, sessions, stops
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.follower import Follower
from ampsm_app.backend.store.stops import StopRequest
from tests.backend.store.conftest import make_session


@pytest.fixture(autouse=True)
def _session(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))


def start(db: Database) -> Iteration:
    with db.write() as connection:
        return iterations.start(connection, "s1", prompt="p", start_sha="0" * 40, owner="me", mark="m")


def finish(db: Database, running: Iteration) -> None:
    ended = running.model_copy(update={"ended_at": utc_now(), "outcome": Outcome.CANCELLED})
    with db.write() as connection:
        iterations.finish(connection, ended)


def ask(db: Database) -> StopRequest | None:
    with db.write() as connection:
        return stops.request(connection, "s1")


def test_nothing_runs_so_nothing_is_stopped(db: Database) -> None:
    assert ask(db) is None
    with db.read() as connection:
        assert not stops.is_requested(connection, "s1")


def test_the_owner_is_woken_sees_it_and_says_so(db: Database) -> None:
    start(db)
    with Follower(db, 0) as owner:
        owner.read()
        asked = ask(db)
        assert asked is not None
        assert (asked.holder.owner, asked.holder.mark) == ("me", "m")
        assert [event.data for event in owner.read()] == [StopRequested()]

    with db.read() as connection:
        assert stops.is_requested(connection, "s1")
        assert not stops.is_seen(connection, asked)
    with db.write() as connection:
        stops.acknowledge(connection, "s1")
    with db.read() as connection:
        assert stops.is_seen(connection, asked)
        assert stops.is_requested(connection, "s1")


def test_asking_twice_is_asking_once(db: Database) -> None:
    start(db)
    ask(db)
    with Follower(db, 0) as follower:
        follower.read()
        ask(db)
        assert follower.read() == []


def test_a_stop_is_not_meant_for_the_next_turn(db: Database) -> None:
    first = start(db)
    asked = ask(db)
    assert asked is not None
    finish(db, first)

    start(db)

    with db.read() as connection:
        assert not stops.is_requested(connection, "s1")
        assert stops.is_seen(connection, asked)


def test_an_operation_is_stopped_as_a_whole(db: Database) -> None:
    """Asked before its turn begins, the stop is still there when it does."""
    with db.write() as connection:
        operation = operations.begin(connection, "iterate", owner="me", mark="m", session_id="s1")
    asked = ask(db)
    with db.write() as connection:
        iterations.start(
            connection, "s1", prompt="p", start_sha="0" * 40, owner="me", mark="m", within=operation.id
        )

    assert asked is not None
    assert asked.holder.kind == "iterate"
    with db.read() as connection:
        assert stops.is_requested(connection, "s1")
