"""The log of whatever happens: numbered by `seq`, appended in the transaction of the row that changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, LargeBinary, Select, cast, func, select

from ampsm_app.backend.domain.events import ErrorHappened, Event, EventData
from ampsm_app.backend.domain.model import format_time, parse_time, utc_now
from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.backend.store import search
from ampsm_app.backend.store.derived import Row, derived
from ampsm_app.backend.store.rows import first_line, model_json, parse_json, raw
from ampsm_app.backend.store.schema import events

PAGE = 500

# Plain SQL on SQLite's own connection: SQLAlchemy's part in it would take several times as long.
_INSERT = "INSERT INTO events (seq, type, sessionId, iterationId, timestamp, data) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append; without a timestamp it happened now."""

    data: EventData
    session_id: str | None = None
    iteration_id: str | None = None
    timestamp: datetime | None = None


def append(
    connection: Connection,
    data: EventData,
    *,
    session_id: str | None,
    iteration_id: str | None = None,
    timestamp: datetime | None = None,
) -> int:
    """Append one event in the caller's write transaction; its seq."""
    return append_many(connection, [NewEvent(data, session_id, iteration_id, timestamp)])[0]


def append_many(connection: Connection, happened: Sequence[NewEvent]) -> range:
    """Append events in this order; their seqs. Much faster than one by one."""
    # Nobody else can take these numbers: the transaction has held the write lock from its beginning.
    sqlite = raw(connection)
    found = sqlite.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    last = found[0] if found else 0
    rows: dict[str, list[Row]] = {}
    for seq, event in enumerate(happened, last + 1):
        rows.setdefault(_INSERT, []).append(_row(seq, event))
        beside = derived(event.data, (seq, event.session_id, event.iteration_id))
        if beside is not None:
            rows.setdefault(beside[0], []).append(beside[1])
    for statement, values in rows.items():
        sqlite.executemany(statement, values)
    return range(last + 1, last + 1 + len(happened))


def head(connection: Connection) -> int:
    """The seq of the newest event; 0 where there is none yet."""
    return int(connection.execute(select(func.coalesce(func.max(events.c.seq), 0))).scalar_one())


def read_after(
    connection: Connection, seq: int, *, limit: int = PAGE, session_id: str | None = None
) -> list[Event]:
    """The events that follow `seq`, oldest first, of all sessions or one.

    An event that cannot be read stands there as an error with code `corrupt_row`.
    """
    query = _readable_columns().where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
    if session_id is not None:
        query = query.where(events.c.sessionId == session_id)
    return [_event(*row) for row in connection.execute(query)]


def page(connection: Connection, query: EventQuery) -> tuple[list[Event], bool]:
    """The events that match, oldest first, and whether there are more in the direction asked for.

    After a seq: the first ones that follow. Else: the last ones, before a seq or at all.
    """
    forward = query.after_seq is not None
    needle = (query.search or "").casefold()
    found: list[Event] = []
    more = False
    with connection.execute(_matching(query, forward=forward)) as rows:
        for row in rows:
            if needle and not search.holds(row[4], needle):
                continue
            if len(found) == query.limit:
                more = True
                break
            found.append(_event(*row))
    return (found if forward else found[::-1]), more


def of_types(connection: Connection, session_id: str, types: Sequence[str]) -> list[Event]:
    """All events of these types of a session, oldest first, however many others there are."""
    chosen = _readable_columns().where(events.c.sessionId == session_id, events.c.type.in_(types))
    return [_event(*row) for row in connection.execute(chosen.order_by(events.c.seq))]


def _row(seq: int, event: NewEvent) -> Row:
    moment = format_time(event.timestamp or utc_now())
    return seq, event.data.type, event.session_id, event.iteration_id, moment, model_json(event.data)


def _readable_columns() -> Select[*tuple[Any, ...]]:
    # As bytes: a text that is not UTF-8 would fail the whole query instead of its row.
    table = events.c
    texts = (table.sessionId, table.iterationId, table.timestamp, table.data)
    return select(table.seq, *(cast(column, LargeBinary).label(column.name) for column in texts))


def _matching(query: EventQuery, *, forward: bool) -> Select[*tuple[Any, ...]]:
    table = events.c
    chosen = _readable_columns().where(table.sessionId == query.session_id)
    if query.iteration_id is not None:
        chosen = chosen.where(table.iterationId == query.iteration_id)
    if query.types:
        chosen = chosen.where(table.type.in_(query.types))
    if query.after_seq is not None:
        chosen = chosen.where(table.seq > query.after_seq)
    if query.before_seq is not None:
        chosen = chosen.where(table.seq < query.before_seq)
    return chosen.order_by(table.seq if forward else table.seq.desc())


@cache
def _data_reader() -> TypeAdapter[EventData]:
    return TypeAdapter(EventData)


def _event(seq: int, session: bytes | None, iteration: bytes | None, timestamp: bytes, data: bytes) -> Event:
    moment = datetime.fromtimestamp(0, UTC)
    happened: EventData
    try:
        moment = parse_time(timestamp.decode())
        happened = parse_json(_data_reader(), data)
    except (ValueError, RecursionError) as error:
        happened = _corrupt(seq, error)
    return Event(
        seq=seq,
        session_id=_text(session),
        iteration_id=_text(iteration),
        timestamp=moment,
        data=happened,
    )


def _corrupt(seq: int, error: Exception) -> ErrorHappened:
    return ErrorHappened(
        code="corrupt_row",
        message=f"Event {seq} cannot be read from the database: {first_line(error)}",
        hint="`amp-sessions doctor` lists what is broken.",
    )


def _text(stored: bytes | None) -> str | None:
    return None if stored is None else stored.decode("utf-8", "replace")
