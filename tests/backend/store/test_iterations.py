"""Iterations: one running turn a session across processes, and figures that add up."""

from datetime import timedelta

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound, SessionBusy
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import (
    Check,
    Iteration,
    IterationError,
    Outcome,
    SessionSummary,
    WithheldFile,
)
from ampsm_app.backend.domain.usage import Usage
from ampsm_app.backend.store import iterations, operations, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store import actors
from tests.backend.store.conftest import everyone_lives, make_session

SHA = "0" * 40


@pytest.fixture(autouse=True)
def _session(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))


def start(db: Database, session_id: str = "s1", **fields: object) -> Iteration:
    with db.write() as connection:
        return iterations.start(
            connection, session_id, prompt="do it", start_sha=SHA, owner="1 2 boot", mark="m1"
        ).model_copy(update=fields)


def end(db: Database, iteration: Iteration, **fields: object) -> Iteration:
    ended = iteration.model_copy(update={"ended_at": utc_now(), "outcome": Outcome.COMPLETED, **fields})
    with db.write() as connection:
        iterations.finish(connection, ended)
    return ended


def turn(db: Database, **fields: object) -> Iteration:
    return end(db, start(db), **fields)


def summary(db: Database) -> SessionSummary:
    with db.read() as connection:
        return sessions.summary(connection, "s1", alive=everyone_lives)


def test_a_turn_comes_back_as_it_was_written(db: Database) -> None:
    ended = turn(
        db,
        commit_sha="1" * 40,
        changed_files=2,
        lines_added=10,
        lines_deleted=3,
        check=Check(passed=None, exit_code=None, duration_ms=5, output="no such file\n", tree="t"),
        usage=Usage.of(1, 2, 3, 4),
        cost_usd=0.25,
        cost_kind="reported",
        thread_id="T-1",
        agent_version="0.0.1",
        exit_code=0,
        duration_ms=1234,
        limit_until=utc_now() + timedelta(hours=2),
        withheld=(WithheldFile(path="a ü", line=3, kind="AWS key"),),
        error=IterationError(code="limit", message="429", hint="wait"),
    )

    with db.read() as connection:
        assert iterations.get(connection, ended.id) == ended
        assert iterations.of_session(connection, "s1") == [ended]
        assert iterations.last(connection, "s1") == ended
        assert iterations.numbered(connection, "s1", 1) == ended
        with pytest.raises(NotFound):
            iterations.numbered(connection, "s1", 2)
        with pytest.raises(NotFound):
            iterations.get(connection, "s1-9")


def test_turns_are_numbered(db: Database) -> None:
    assert [turn(db).number for _ in range(3)] == [1, 2, 3]


def test_a_second_turn_is_refused_while_one_runs(db: Database) -> None:
    running = start(db)

    with pytest.raises(SessionBusy) as refused:
        start(db)

    assert refused.value.exit_status == 4
    assert refused.value.details["kind"] == "iteration"
    assert refused.value.details["owner"] == "1 2 boot"
    assert "stop s1" in (refused.value.hint or "")
    with db.read() as connection:
        (turn_,) = iterations.running(connection)
        assert (turn_.iteration, turn_.owner, turn_.mark) == (running, "1 2 boot", "m1")
        assert iterations.running(connection, session_id="s2") == []


def test_of_several_processes_one_gets_the_session(db: Database) -> None:
    rivals = [actors.start("claim", db.path, "s1") for _ in range(4)]
    for rival in rivals:
        assert rival.stdout is not None
        rival.stdout.readline()
    said = sorted(rival.communicate("go\n", timeout=60)[0].strip() for rival in rivals)

    assert said == ["busy", "busy", "busy", "mine"]


def test_an_operation_keeps_turns_of_others_away(db: Database) -> None:
    with db.write() as connection:
        merging = operations.begin(connection, "merge", owner="o", mark="m", session_id="s1")

    with pytest.raises(SessionBusy) as refused:
        start(db)
    assert refused.value.details["kind"] == "merge"

    with db.write() as connection:
        mine = iterations.start(
            connection, "s1", prompt="p", start_sha=SHA, owner="o", mark="m", within=merging.id
        )
    assert mine.number == 1


def test_a_turn_keeps_operations_away(db: Database) -> None:
    running = start(db)
    with db.write() as connection, pytest.raises(SessionBusy):
        operations.begin(connection, "merge", owner="o", mark="m", session_id="s1")

    end(db, running)
    with db.write() as connection:
        assert operations.begin(connection, "merge", owner="o", mark="m", session_id="s1")


def test_a_turn_of_an_unknown_session_is_refused(db: Database) -> None:
    with pytest.raises(NotFound):
        start(db, "nobody")


def test_a_turn_ends_once(db: Database) -> None:
    running = start(db)
    end(db, running, outcome=Outcome.INTERRUPTED)

    with pytest.raises(Conflict) as refused:
        end(db, running)

    assert refused.value.code == "iteration_ended"
    with db.read() as connection:
        assert iterations.get(connection, running.id).outcome is Outcome.INTERRUPTED


def test_a_turn_cannot_end_without_an_outcome(db: Database) -> None:
    running = start(db)
    with db.write() as connection, pytest.raises(InvalidInput):
        iterations.finish(connection, running)


def test_a_turn_can_always_be_written_whatever_it_said(db: Database) -> None:
    ended = turn(
        db,
        usage=Usage.of(2**80, 0, 0, 1),
        duration_ms=2**70,
        error=IterationError(code="agent", message="\ud800 broke"),
        thread_id="T-\udfff",
    )

    with db.read() as connection:
        read = iterations.get(connection, ended.id)
    assert read.thread_id == "T-?"
    assert read.usage.output_tokens == 1
    assert summary(db).last_error == "? broke"
