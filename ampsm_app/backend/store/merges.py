"""Merges: how far each has come, so that it continues after a restart and in the other face."""

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.events import MergeChanged
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.store import eventlog, figures, rows, sessions
from ampsm_app.backend.store.schema import OPEN_MERGE
from ampsm_app.backend.store.schema import merges as table


def save(connection: Connection, merge: Merge) -> None:
    """Write a step of a merge, the first one too, and tell followers of it and of its session.

    Raises Conflict (code `merge_in_progress`) where another merge of the session is still open.
    """
    dump = merge.model_dump(mode="json", include={"id", "created_at", "ended_at"})
    values = {
        "id": merge.id,
        "sessionId": merge.session_id,
        "status": merge.status.value,
        "createdAt": dump["created_at"],
        "endedAt": dump["ended_at"],
        "payload": rows.model_json(merge),
    }
    upsert = insert(table).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
    try:
        connection.execute(upsert)
    except IntegrityError as error:
        if open_merge(connection, merge.session_id) is None:
            raise
        raise Conflict(
            f"session {merge.session_id} is being merged already",
            code="merge_in_progress",
            hint="Continue it with `continue-merge`, or end it with `abort-merge`.",
        ) from error
    figures.refresh(connection, merge.session_id)
    eventlog.append(connection, MergeChanged(merge=merge), session_id=merge.session_id)
    sessions.announce(connection, merge.session_id)


def get(connection: Connection, merge_id: str) -> Merge:
    """The merge with this id. Raises NotFound."""
    row = rows.first(connection, select(table).where(table.c.id == merge_id))
    if row is None:
        raise NotFound(f"there is no merge {merge_id!r}")
    return rows.must_read(row, read_row, "merge")


def current(connection: Connection, session_id: str) -> Merge | None:
    """The session's open merge, else its newest; None where there was none."""
    query = (
        select(table)
        .where(table.c.sessionId == session_id)
        .order_by(text(figures.CURRENT_MERGE_FIRST))
        .limit(1)
    )
    row = rows.first(connection, query)
    return None if row is None else rows.must_read(row, read_row, "merge")


def open_merge(connection: Connection, session_id: str) -> Merge | None:
    """The session's merge that has not ended."""
    merge = current(connection, session_id)
    return merge if merge is not None and merge.status.value in OPEN_MERGE else None


def of_session(connection: Connection, session_id: str) -> list[Merge]:
    """All merges of the session, oldest first."""
    query = select(table).where(table.c.sessionId == session_id).order_by(table.c.createdAt, table.c.id)
    return rows.readable(rows.found(connection, query), read_row, "merge")


def read_row(row: rows.Found) -> Merge:
    """The merge of a row. Raises ValueError where it cannot be what `save` wrote."""
    return rows.parse_model(Merge, row["payload"])
