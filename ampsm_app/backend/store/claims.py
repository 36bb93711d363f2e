"""Who holds a session: its unfinished operation, or its running turn. One at a time, across processes."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ampsm_app.backend.domain.errors import SessionBusy
from ampsm_app.backend.store.schema import iterations, operations


@dataclass(frozen=True, slots=True)
class Holder:
    """What holds a session. `owner` is the identity of the process, `mark` that of the trees it started."""

    id: str
    kind: str
    owner: str
    mark: str
    started_at: str


def holder(connection: Connection, session_id: str) -> Holder | None:
    """The session's unfinished operation, else its running turn, else None."""
    return operation_of(connection, session_id) or turn_of(connection, session_id)


def operation_of(connection: Connection, session_id: str) -> Holder | None:
    """The session's unfinished operation."""
    table = operations.c
    row = connection.execute(
        select(table.id, table.kind, table.owner, table.mark, table.startedAt).where(
            table.sessionId == session_id, table.finishedAt.is_(None)
        )
    ).first()
    return None if row is None else Holder(*row)


def turn_of(connection: Connection, session_id: str) -> Holder | None:
    """The session's running turn."""
    table = iterations.c
    row = connection.execute(
        select(table.id, table.owner, table.mark, table.startTime).where(
            table.sessionId == session_id, table.endTime.is_(None)
        )
    ).first()
    return None if row is None else Holder(row.id, "iteration", row.owner, row.mark, row.startTime)


def refuse_held(session_id: str, held: Holder | None) -> None:
    """Raise SessionBusy where something holds the session."""
    if held is not None:
        raise SessionBusy(
            f"session {session_id} is busy: {held.kind} since {held.started_at}",
            hint=f"Wait for it, or end it with `amp-sessions stop {session_id}`.",
            kind=held.kind,
            owner=held.owner,
            started_at=held.started_at,
        )
