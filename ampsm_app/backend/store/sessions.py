"""Sessions: whatever changes one writes its `SessionChanged` in the same transaction."""

import json
import logging
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import IntegrityError

from ampsm_app.backend.domain.errors import Conflict, InvalidInput
from ampsm_app.backend.domain.events import SessionChanged, SessionDeleted
from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.sessions import Session, SessionStatus, SessionSummary
from ampsm_app.backend.store import eventlog, rows
from ampsm_app.backend.store.schema import sessions as table
from ampsm_app.backend.store.summaries import (
    SESSION_COLUMNS,
    Alive,
    Report,
    Wanted,
    kept,
    listed,
    not_found,
    one,
    resolve,
)


def insert(connection: Connection, session: Session) -> None:
    """Add a session. Raises Conflict where its id is taken, InvalidInput where a text is not UTF-8."""
    try:
        connection.execute(table.insert().values(_values(session)))
    except IntegrityError as error:
        raise Conflict(f"there already is a session {session.id}", code="session_exists") from error
    _announce(connection, session.id, None)


def change(connection: Connection, session_id: str, **fields: object) -> Session:
    """Change some fields of the session as it is now, and tell followers; the session afterwards.

    What others changed meanwhile in other fields stays.
    """
    before = get(connection, session_id)
    changed = Session.model_validate({**dict(before), **fields})
    _write(connection, changed)
    _announce(connection, session_id, before.status)
    return changed


def save(connection: Connection, session: Session, *, event: bool = True) -> None:
    """Write all fields of a session that was read in this same transaction, and tell followers."""
    previous = connection.execute(select(table.c.status).where(table.c.id == session.id)).scalar()
    if previous is None:
        raise not_found(session.id, [])
    _write(connection, session)
    if event:
        _announce(connection, session.id, SessionStatus(previous))


def announce(connection: Connection, session_id: str) -> None:
    """Tell followers the session as it is now, after a change of its figures only."""
    _announce(connection, session_id, None)


def get(connection: Connection, session_id: str) -> Session:
    """The session with this id, deleted ones included. Raises NotFound."""
    row = kept(rows.raw(connection), session_id)
    if row is None:
        raise not_found(session_id, [])
    return rows.must_read(row, _session, "session")


def find(connection: Connection, ref: str) -> Session:
    """The session named by id, unique prefix of the id, or unique name. Raises NotFound, InvalidInput."""
    return get(connection, resolve(rows.raw(connection), ref))


def summary(connection: Connection, session_id: str, *, alive: Alive) -> SessionSummary:
    """The session with its figures and its true status. Raises NotFound."""
    found = one(rows.raw(connection), session_id, alive=alive)
    return rows.must_read(found, SessionSummary.model_validate, "session")


def summary_rows(
    connection: Connection, wanted: SessionFilter | None = None, *, alive: Alive, report: Report | None = None
) -> list[dict[str, Any]]:
    """What `summaries` gives, as its JSON: for long lists, in a third of the time."""
    chosen = Wanted(**(wanted or SessionFilter()).model_dump())
    return listed(rows.raw(connection), chosen, alive=alive, report=report or _log)


def summaries(
    connection: Connection, wanted: SessionFilter | None = None, *, alive: Alive, report: Report | None = None
) -> list[SessionSummary]:
    """The sessions that match, last used first, each with its true status.

    `alive` tells from an owner's identity whether that process lives. A row that cannot be read is told to
    `report` (the log file, unless given) and left out.
    """
    report = report or _log
    found = []
    for row in summary_rows(connection, wanted, alive=alive, report=report):
        try:
            found.append(SessionSummary.model_validate(row))
        except ValidationError as error:
            report(f"session {row['id']} cannot be read from the database: {error}")
    return found


def delete(connection: Connection, session_id: str, *, trash_path: str | None = None) -> None:
    """Take the session off every list. Its row, iterations and backups stay, so that `undelete` can be."""
    get(connection, session_id)
    _set_deleted(connection, session_id, utc_now())
    eventlog.append(connection, SessionDeleted(trash_path=trash_path), session_id=session_id)


def undelete(connection: Connection, session_id: str) -> Session:
    """Bring back a deleted session. Raises NotFound."""
    session = get(connection, session_id)
    _set_deleted(connection, session_id, None)
    announce(connection, session_id)
    return session


def every(connection: Connection) -> list[Session]:
    """All sessions, archived and deleted ones too, in no order."""
    return rows.readable(rows.found(connection, _select()), _session, "session")


def is_deleted(connection: Connection, session_id: str) -> bool:
    """Whether the session was taken off every list."""
    asked = select(table.c.deletedAt).where(table.c.id == session_id)
    return connection.execute(asked).scalar() is not None


def repositories(connection: Connection) -> list[str]:
    """The roots of all repositories that a session is or was in, by name."""
    return sorted(connection.execute(select(table.c.repoRoot).distinct()).scalars())


def deleted(connection: Connection, repo_root: str | None = None) -> list[Session]:
    """The sessions in the trash, of every repository or one."""
    query = _select().where(table.c.deletedAt.is_not(None)).order_by(table.c.deletedAt.desc())
    if repo_root is not None:
        query = query.where(table.c.repoRoot == repo_root)
    return rows.readable(rows.found(connection, query), _session, "session")


def _write(connection: Connection, session: Session) -> None:
    connection.execute(table.update().where(table.c.id == session.id).values(_values(session)))


def _log(problem: str) -> None:
    logging.getLogger(__name__).error(problem)


def _announce(connection: Connection, session_id: str, previous: SessionStatus | None) -> None:
    # Whoever writes now is alive, so the row's own status is the true one.
    written = one(rows.raw(connection), session_id, alive=lambda _: True)
    session = SessionSummary.model_validate(written)
    eventlog.append(
        connection, SessionChanged(session=session, previous_status=previous), session_id=session_id
    )


def _set_deleted(connection: Connection, session_id: str, moment: datetime | None) -> None:
    deleted_at = None if moment is None else format_time(moment)
    connection.execute(table.update().where(table.c.id == session_id).values(deletedAt=deleted_at))


def _values(session: Session) -> dict[str, Any]:
    fields = session.model_dump(mode="json")
    fields["follow_ups"] = json.dumps(fields["follow_ups"])
    values = {column: fields[field] for field, column in SESSION_COLUMNS}
    for column, value in values.items():
        if isinstance(value, str) and rows.plain(value) != value:
            raise InvalidInput(
                f"{column} of session {session.id} holds characters that are not text: {value[:200]!a}",
                code="not_text",
                hint="Names of folders and branches must be UTF-8.",
            )
    return values


def _select() -> Select[*tuple[Any, ...]]:
    return select(*(table.c[column].label(field) for field, column in SESSION_COLUMNS))


def _session(row: rows.Found) -> Session:
    return Session.model_validate({**row, "follow_ups": json.loads(row["follow_ups"])})
