"""Iterations: one agent turn each. Starting one claims its session, ending one happens once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Iteration, Mode, Purpose
from ampsm_app.backend.store import claims, figures, rows, turns
from ampsm_app.backend.store.schema import iterations as table
from ampsm_app.backend.store.summaries import not_found


@dataclass(frozen=True, slots=True)
class RunningTurn:
    """A turn that has not ended, its process's identity, and the mark of the trees which that started."""

    iteration: Iteration
    owner: str
    mark: str


def start(
    connection: Connection,
    session_id: str,
    *,
    prompt: str,
    start_sha: str,
    owner: str,
    mark: str,
    model: str = "default",
    mode: Mode = "production",
    thread_id: str | None = None,
    agent_version: str | None = None,
    purpose: Purpose = "work",
    within: str | None = None,
    started_at: datetime | None = None,
) -> Iteration:
    """Claim the session for a turn, which gets the next number; it runs until `finish`.

    `within` is the operation that holds the session for this turn. Raises SessionBusy where another
    operation, or another turn of any process, holds it.
    """
    held = claims.operation_of(connection, session_id)
    if held is not None and held.id != within:
        claims.refuse_held(session_id, held)
    highest = select(func.max(table.c.number)).where(table.c.sessionId == session_id)
    number = (connection.execute(highest).scalar() or 0) + 1
    iteration = Iteration(
        id=f"{session_id}-{number}",
        session_id=session_id,
        number=number,
        prompt=prompt,
        started_at=started_at or utc_now(),
        start_sha=start_sha,
        model=model,
        mode=mode,
        thread_id=thread_id,
        agent_version=agent_version,
        purpose=purpose,
    )
    try:
        connection.execute(table.insert().values(**turns.values(iteration), owner=owner, mark=mark))
    except IntegrityError as error:
        claims.refuse_held(session_id, claims.turn_of(connection, session_id))
        raise not_found(session_id, []) from error
    figures.refresh(connection, session_id)
    return iteration


def save(connection: Connection, iteration: Iteration) -> None:
    """Write what is known of a turn that runs. Raises Conflict where it was ended meanwhile."""
    running = (table.c.id == iteration.id, table.c.endTime.is_(None))
    if connection.execute(table.update().where(*running).values(turns.values(iteration))).rowcount == 0:
        get(connection, iteration.id)
        raise Conflict(
            f"iteration {iteration.number} of session {iteration.session_id} has ended already",
            code="iteration_ended",
        )
    figures.refresh(connection, iteration.session_id)


def finish(connection: Connection, iteration: Iteration) -> None:
    """Write how a turn ended; its session is free again. Raises Conflict where it had ended already."""
    if iteration.ended_at is None or iteration.outcome is None:
        raise InvalidInput(f"iteration {iteration.id} cannot end without an end and an outcome")
    save(connection, iteration)


def get(connection: Connection, iteration_id: str) -> Iteration:
    """The iteration with this id. Raises NotFound."""
    row = rows.first(connection, select(table).where(table.c.id == iteration_id))
    if row is None:
        raise NotFound(f"there is no iteration {iteration_id!r}")
    return rows.must_read(row, turns.iteration, "iteration")


def numbered(connection: Connection, session_id: str, number: int) -> Iteration:
    """The session's iteration with this number. Raises NotFound."""
    for iteration in of_session(connection, session_id):
        if iteration.number == number:
            return iteration
    raise NotFound(f"session {session_id} has no iteration {number}")


def of_session(connection: Connection, session_id: str) -> list[Iteration]:
    """The session's iterations, oldest first; one that cannot be read is left out and logged."""
    query = select(table).where(table.c.sessionId == session_id).order_by(table.c.number)
    return rows.readable(rows.found(connection, query), turns.iteration, "iteration")


def last(connection: Connection, session_id: str) -> Iteration | None:
    """The session's newest iteration."""
    query = select(table).where(table.c.sessionId == session_id).order_by(table.c.number.desc()).limit(1)
    row = rows.first(connection, query)
    return None if row is None else rows.must_read(row, turns.iteration, "iteration")


def running(connection: Connection, *, session_id: str | None = None) -> list[RunningTurn]:
    """The turns that have not ended, whether their process lives or not, of all sessions or one."""
    query = select(table).where(table.c.endTime.is_(None)).order_by(table.c.startTime)
    if session_id is not None:
        query = query.where(table.c.sessionId == session_id)
    return rows.readable(rows.found(connection, query), _running_turn, "iteration")


def _running_turn(row: rows.Found) -> RunningTurn:
    return RunningTurn(turns.iteration(row), row["owner"], row["mark"])
