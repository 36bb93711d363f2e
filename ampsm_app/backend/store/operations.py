"""Intents: what an operation is about to do and how far it has come, written before each step it takes."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import IntegrityError

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.model import format_time, parse_time, utc_now
from ampsm_app.backend.store import claims, rows
from ampsm_app.backend.store.schema import operations as table
from ampsm_app.backend.store.summaries import Alive


@dataclass(frozen=True, slots=True)
class Operation:
    """An intent. `owner` is the identity of its process, `mark` that of the trees which it started.

    `step` is what was about to happen last, `payload` what finishing or undoing it needs to know.
    """

    id: str
    kind: str
    session_id: str | None
    repo_root: str | None
    owner: str
    mark: str
    step: str
    payload: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    result: str | None


def begin(
    connection: Connection,
    kind: str,
    *,
    owner: str,
    mark: str,
    session_id: str | None = None,
    repo_root: str | None = None,
    step: str = "begun",
    payload: Mapping[str, Any] | None = None,
) -> Operation:
    """Write an intent. With a session it holds that session until it is finished.

    Raises SessionBusy where another operation or a running turn holds it. A payload is a JSON object.
    """
    operation_id = secrets.token_hex(6)
    values = {
        "id": operation_id,
        "kind": kind,
        "sessionId": session_id,
        "repoRoot": repo_root,
        "owner": owner,
        "mark": mark,
        "step": step,
        "payload": json.dumps(dict(payload or {})),
        "startedAt": format_time(utc_now()),
    }
    if session_id is not None:
        claims.refuse_held(session_id, claims.turn_of(connection, session_id))
    try:
        connection.execute(table.insert().values(values))
    except IntegrityError:
        if session_id is not None:
            claims.refuse_held(session_id, claims.operation_of(connection, session_id))
        raise
    return get(connection, operation_id)


def step(connection: Connection, operation_id: str, name: str | None = None, **payload: object) -> Operation:
    """Write the step that comes now (None: the same) and lay `payload` over what is known.

    Raises Conflict where the operation is finished: somebody else ended it.
    """
    operation = get(connection, operation_id)
    if operation.finished_at is not None:
        raise _ended(operation)
    known = json.dumps({**operation.payload, **payload})
    values = {"step": name or operation.step, "payload": known}
    connection.execute(table.update().where(table.c.id == operation_id).values(values))
    return replace(operation, step=values["step"], payload=json.loads(known))


def finish(connection: Connection, operation_id: str, result: str = "done") -> Operation:
    """Write that it ended, and how; its session is free again. Raises Conflict where it had ended already."""
    operation = get(connection, operation_id)
    if operation.finished_at is not None:
        raise _ended(operation)
    now = utc_now()
    values = {"finishedAt": format_time(now), "result": result}
    connection.execute(table.update().where(table.c.id == operation_id).values(values))
    return replace(operation, finished_at=now, result=result)


def take_over(connection: Connection, operation: Operation, *, owner: str, mark: str) -> Operation:
    """Make another process the owner, which finishes or undoes it.

    Raises Conflict where it was finished or taken over since `operation` was read.
    """
    unchanged = (table.c.id == operation.id, table.c.owner == operation.owner, table.c.finishedAt.is_(None))
    done = connection.execute(table.update().where(*unchanged).values(owner=owner, mark=mark))
    if done.rowcount == 0:
        raise _ended(get(connection, operation.id))
    return get(connection, operation.id)


def get(connection: Connection, operation_id: str) -> Operation:
    """The operation with this id. Raises NotFound."""
    found = _read(connection, select(table).where(table.c.id == operation_id))
    if not found:
        raise NotFound(f"there is no operation {operation_id!r}")
    return found[0]


def unfinished(connection: Connection, *, session_id: str | None = None) -> list[Operation]:
    """The operations that have not ended, oldest first, of all sessions or one."""
    query = select(table).where(table.c.finishedAt.is_(None)).order_by(table.c.startedAt)
    if session_id is not None:
        query = query.where(table.c.sessionId == session_id)
    return _read(connection, query)


def abandoned(connection: Connection, *, alive: Alive) -> list[Operation]:
    """The unfinished operations whose owner has died, as `alive` tells from its identity."""
    return [operation for operation in unfinished(connection) if not alive(operation.owner)]


def _read(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[Operation]:
    return rows.readable(rows.found(connection, query), _operation, "operation")


def _operation(row: rows.Found) -> Operation:
    return Operation(
        id=row["id"],
        kind=row["kind"],
        session_id=row["sessionId"],
        repo_root=row["repoRoot"],
        owner=row["owner"],
        mark=row["mark"],
        step=row["step"],
        payload=json.loads(row["payload"]),
        started_at=parse_time(row["startedAt"]),
        finished_at=None if row["finishedAt"] is None else parse_time(row["finishedAt"]),
        result=row["result"],
    )


def _ended(operation: Operation) -> Conflict:
    return Conflict(
        f"the {operation.kind} operation {operation.id} was ended or taken over by another process",
        code="operation_ended",
        owner=operation.owner,
        result=operation.result,
    )
