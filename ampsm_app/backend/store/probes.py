"""What agent binaries answered when they were probed, kept by a key that changes with the binary."""

import json
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.store.schema import probes as table


def get(connection: Connection, key: str) -> dict[str, Any] | None:
    """The answer kept under the key; None where there is none, or none that can be read."""
    value = connection.execute(select(table.c.value).where(table.c.key == key)).scalar()
    try:
        found = None if value is None else json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def put(connection: Connection, key: str, answer: dict[str, Any]) -> None:
    """Keep an answer (a JSON object) in the place of an earlier one."""
    values = {"value": json.dumps(answer), "savedAt": format_time(utc_now())}
    statement = insert(table).values(key=key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
