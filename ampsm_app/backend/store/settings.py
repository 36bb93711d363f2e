"""View state: what the window remembers (sizes, the open session, folded lists), by key."""

import json
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ampsm_app.backend.store.schema import settings as table


def get(connection: Connection, key: str, default: object = None) -> Any:  # noqa: ANN401  (any JSON value)
    """The value kept under the key, or the default."""
    return read_all(connection).get(key, default)


def read_all(connection: Connection) -> dict[str, Any]:
    """Every value by its key; one that cannot be read is left out."""
    values = {}
    for key, text in connection.execute(select(table.c.key, table.c.value)):
        try:
            values[key] = json.loads(text)
        except ValueError:
            continue
    return values


def put(connection: Connection, key: str, value: object) -> None:
    """Keep a JSON value; None forgets the key."""
    if value is None:
        connection.execute(table.delete().where(table.c.key == key))
        return
    text = json.dumps(value)
    statement = insert(table).values(key=key, value=text)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": text}))
