"""What a session's turns add up to, as its row shows it."""

import pytest

from ampsm_app.backend.domain.sessions import Check, IterationError, Outcome, SessionStatus
from ampsm_app.backend.domain.usage import CostKind, Usage
from ampsm_app.backend.store import iterations, sessions
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import everyone_lives, make_session, nobody_lives
from tests.backend.store.test_iterations import end, start, summary, turn


@pytest.fixture(autouse=True)
def _session(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))


def test_counts_and_tokens_are_sums(db: Database) -> None:
    turn(db, changed_files=2, lines_added=10, lines_deleted=1, usage=Usage.of(1, 2, 3, 4))
    turn(db, changed_files=1, lines_added=5, lines_deleted=5, usage=Usage.of(10, 20, 30, 40))

    seen = summary(db)

    assert (seen.iterations, seen.changed_files, seen.lines_added, seen.lines_deleted) == (2, 3, 15, 6)
    assert seen.usage == Usage.of(11, 22, 33, 44)


Cost = tuple[float | None, CostKind]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([], (None, "unknown")),
        ([(0.25, "reported"), (0.5, "reported")], (0.75, "reported")),
        ([(0.25, "reported"), (0.5, "estimated")], (0.75, "estimated")),
        ([(0.5, "estimated")], (0.5, "estimated")),
        ([(None, "unknown"), (None, "unknown")], (None, "unknown")),
        ([(0.25, "reported"), (None, "unknown")], (0.25, "estimated")),
        ([(0.0, "reported")], (0.0, "reported")),
    ],
)
def test_a_cost_is_as_sure_as_its_least_sure_part(db: Database, costs: list[Cost], expected: Cost) -> None:
    for cost, kind in costs:
        turn(db, cost_usd=cost, cost_kind=kind, usage=Usage.of(1, 0, 0, 1))

    seen = summary(db)

    assert (seen.cost_usd, seen.cost_kind) == expected


def test_turns_that_cost_nothing_leave_the_cost_as_sure_as_it_was(db: Database) -> None:
    """One that never reached its agent, and one that has only begun."""
    turn(db, cost_usd=0.5, cost_kind="reported")
    turn(db, outcome=Outcome.ENVIRONMENT)
    start(db)

    assert (summary(db).cost_usd, summary(db).cost_kind) == (0.5, "reported")


def test_the_last_turn_that_ended_is_what_is_shown(db: Database) -> None:
    turn(db, check=Check(passed=True, exit_code=0, duration_ms=1))
    assert (summary(db).last_outcome, summary(db).last_check_passed) == (Outcome.COMPLETED, True)

    error = IterationError(code="check", message="2 tests failed")
    turn(db, check=Check(passed=False, exit_code=1, duration_ms=1), error=error)
    assert (summary(db).last_check_passed, summary(db).last_error) == (False, "2 tests failed")

    turn(db, outcome=Outcome.CANCELLED)
    seen = summary(db)
    assert (seen.last_outcome, seen.last_check_passed, seen.last_error) == (Outcome.CANCELLED, None, None)


def test_a_turn_that_runs_is_shown_beside_the_last_one(db: Database) -> None:
    turn(db, outcome=Outcome.FAILED)
    running = start(db)
    seen = summary(db)
    assert (seen.iterations, seen.running_iteration, seen.last_outcome) == (2, 2, Outcome.FAILED)

    end(db, running)
    assert summary(db).running_iteration is None


def test_progress_of_a_running_turn_counts_at_once(db: Database) -> None:
    running = start(db)
    with db.write() as connection:
        iterations.save(connection, running.model_copy(update={"usage": Usage.of(1, 0, 0, 2)}))

    assert summary(db).usage.total_tokens == 3


def test_a_session_whose_owner_died_is_shown_as_recovery_will_leave_it(db: Database) -> None:
    turn(db, check=Check(passed=True, exit_code=0, duration_ms=1))
    running = start(db)
    with db.write() as connection:
        sessions.change(connection, "s1", status=SessionStatus.RUNNING)

    assert summary(db).status is SessionStatus.RUNNING
    with db.read() as connection:
        computed = sessions.summary(connection, "s1", alive=nobody_lives)
        stored = sessions.get(connection, "s1")
    assert stored.status is SessionStatus.RUNNING
    assert (computed.status, computed.last_outcome) == (SessionStatus.IDLE, Outcome.INTERRUPTED)

    end(db, running, outcome=Outcome.INTERRUPTED)
    with db.write() as connection:
        sessions.change(connection, "s1", status=SessionStatus.IDLE)
    assert summary(db) == computed


def test_a_session_that_says_running_without_a_turn_is_idle(db: Database) -> None:
    turn(db)
    with db.write() as connection:
        sessions.change(connection, "s1", status=SessionStatus.RUNNING)

    with db.read() as connection:
        seen = sessions.summary(connection, "s1", alive=everyone_lives)
    assert (seen.status, seen.last_outcome) == (SessionStatus.IDLE, Outcome.COMPLETED)
