"""Restore points: the backups that were taken, what each holds, and where deleted folders went."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.model import format_time
from ampsm_app.backend.domain.points import purpose_of
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.store import rows
from ampsm_app.backend.store.schema import backups as table

_COLUMNS = (
    ("id", "id"),
    ("session_id", "sessionId"),
    ("ref", "ref"),
    ("operation", "operation"),
    ("created_at", "createdAt"),
    ("head", "head"),
    ("branch", "branch"),
    ("dirty_files", "dirtyFiles"),
    ("not_kept", "notKept"),
    ("trash_path", "trashPath"),
    ("size", "size"),
    ("pinned", "pinned"),
)


def insert(connection: Connection, point: RestorePoint) -> None:
    """Write down a backup that was taken."""
    fields = point.model_dump(mode="json")
    fields |= {"not_kept": json.dumps(fields["not_kept"]), "pinned": int(point.pinned)}
    connection.execute(table.insert().values({column: fields[field] for field, column in _COLUMNS}))


def moved_to_trash(connection: Connection, point: RestorePoint, trash_path: str | None) -> None:
    """Write down where the folder of a restore point was moved; None once it is back or gone."""
    connection.execute(table.update().where(_is(point)).values(trashPath=trash_path))


def pin(connection: Connection, point: RestorePoint, *, pinned: bool) -> RestorePoint:
    """Keep a restore point until it is unpinned, or no longer; the point as it is then."""
    connection.execute(table.update().where(_is(point)).values(pinned=int(pinned)))
    return point.model_copy(update={"pinned": pinned})


def of_session(connection: Connection, session_id: str) -> list[RestorePoint]:
    """The session's restore points, newest first."""
    query = select(table).where(table.c.sessionId == session_id)
    newest = query.order_by(table.c.createdAt.desc(), table.c.id.desc())
    return rows.readable(rows.found(connection, newest), _point, "backup")


def every(connection: Connection) -> list[RestorePoint]:
    """The restore points of all sessions, oldest first."""
    query = select(table).order_by(table.c.createdAt, table.c.id)
    return rows.readable(rows.found(connection, query), _point, "backup")


def find(connection: Connection, session_id: str, ref: str) -> RestorePoint:
    """The session's restore point named by its id or a unique prefix. Raises NotFound, InvalidInput."""
    points = of_session(connection, session_id)
    meant = [point for point in points if point.id == ref]
    meant = meant or [point for point in points if ref and point.id.startswith(ref)]
    if not meant:
        raise NotFound(
            f"session {session_id} has no restore point {ref!r}",
            hint=f"`amp-sessions history {session_id}` shows them.",
        )
    if len(meant) > 1:
        raise InvalidInput(f"{ref!r} names {len(meant)} restore points", hint="Name one by more of its id.")
    return meant[0]


def taken_before(connection: Connection, moment: datetime) -> list[RestorePoint]:
    """The restore points of all sessions that are older and not pinned, oldest first: what may expire."""
    old = (table.c.createdAt < format_time(moment), table.c.pinned == 0)
    query = select(table).where(*old).order_by(table.c.createdAt)
    return rows.readable(rows.found(connection, query), _point, "backup")


def forget(connection: Connection, point: RestorePoint) -> None:
    """Remove a restore point whose ref is gone."""
    connection.execute(table.delete().where(_is(point)))


def _is(point: RestorePoint) -> ColumnElement[bool]:
    return and_(table.c.sessionId == point.session_id, table.c.id == point.id)


def _point(row: rows.Found) -> RestorePoint:
    fields = {field: row[column] for field, column in _COLUMNS}
    read = {"not_kept": json.loads(row["notKept"]), "pinned": bool(row["pinned"])}
    return RestorePoint.model_validate({**fields, **read, "purpose": purpose_of(row["operation"])})
