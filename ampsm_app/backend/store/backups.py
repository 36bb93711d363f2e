"""Restore points: the backups that were taken, what each holds, and where deleted folders went."""

import json
from datetime import datetime

from sqlalchemy import Connection, select

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.model import format_time
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
)


def insert(connection: Connection, point: RestorePoint) -> None:
    """Write down a backup that was taken."""
    fields = point.model_dump(mode="json")
    fields["not_kept"] = json.dumps(fields["not_kept"])
    connection.execute(table.insert().values({column: fields[field] for field, column in _COLUMNS}))


def moved_to_trash(connection: Connection, point_id: str, trash_path: str | None) -> None:
    """Write down where the folder of a restore point was moved; None once it is back or gone."""
    connection.execute(table.update().where(table.c.id == point_id).values(trashPath=trash_path))


def of_session(connection: Connection, session_id: str) -> list[RestorePoint]:
    """The session's restore points, newest first."""
    query = select(table).where(table.c.sessionId == session_id)
    newest = query.order_by(table.c.createdAt.desc(), table.c.id.desc())
    return rows.readable(rows.found(connection, newest), _point, "backup")


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
    """The restore points of all sessions that are older, oldest first: what may expire."""
    query = select(table).where(table.c.createdAt < format_time(moment)).order_by(table.c.createdAt)
    return rows.readable(rows.found(connection, query), _point, "backup")


def forget(connection: Connection, point_id: str) -> None:
    """Remove a restore point whose ref is gone."""
    connection.execute(table.delete().where(table.c.id == point_id))


def _point(row: rows.Found) -> RestorePoint:
    fields = {field: row[column] for field, column in _COLUMNS}
    return RestorePoint.model_validate({**fields, "not_kept": json.loads(row["notKept"])})
