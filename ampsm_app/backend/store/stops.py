"""Asking a running turn or operation to end, from any process."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ampsm_app.backend.domain.events import StopRequested
from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.store import claims, eventlog
from ampsm_app.backend.store.claims import Holder
from ampsm_app.backend.store.schema import stop_requests as table


@dataclass(frozen=True, slots=True)
class StopRequest:
    """A stop that was asked for, of what held the session then."""

    session_id: str
    holder: Holder


def request(connection: Connection, session_id: str) -> StopRequest | None:
    """Ask what holds the session to end, and wake its owner by an event. None where nothing holds it.

    The owner's identity and mark are in the answer, for a caller who finds it silent.
    """
    held = claims.holder(connection, session_id)
    if held is None:
        return None
    values = {"holder": held.id, "sessionId": session_id, "requestedAt": format_time(utc_now())}
    if connection.execute(insert(table).values(values).on_conflict_do_nothing()).rowcount:
        eventlog.append(connection, StopRequested(), session_id=session_id)
    return StopRequest(session_id, held)


def is_requested(connection: Connection, session_id: str) -> bool:
    """Whether what holds the session now was asked to end: what its owner looks at when it is woken."""
    held = claims.holder(connection, session_id)
    if held is None:
        return False
    return connection.execute(select(table.c.holder).where(table.c.holder == held.id)).first() is not None


def acknowledge(connection: Connection, session_id: str) -> None:
    """Say, as the owner, that the stop was seen and is being carried out."""
    held = claims.holder(connection, session_id)
    if held is not None:
        this = (table.c.holder == held.id, table.c.acknowledgedAt.is_(None))
        connection.execute(table.update().where(*this).values(acknowledgedAt=format_time(utc_now())))


def is_seen(connection: Connection, request: StopRequest) -> bool:
    """Whether the owner has acknowledged the stop, or what it was meant for no longer holds the session."""
    query = select(table.c.acknowledgedAt).where(table.c.holder == request.holder.id)
    if connection.execute(query).scalar() is not None:
        return True
    held = claims.holder(connection, request.session_id)
    return held is None or held.id != request.holder.id
