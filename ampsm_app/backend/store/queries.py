"""The hot reads of the command line: sessions from a database that is only read, without heavy libraries."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import files, summaries, turn_columns
from ampsm_app.backend.store.summaries import Alive, Report, Wanted

_NEWEST_FIRST = "SELECT * FROM iterations WHERE sessionId = ? ORDER BY number DESC"


def session_rows(
    path: Path, wanted: Wanted | None = None, *, alive: Alive, report: Report
) -> list[dict[str, Any]]:
    """The sessions that match, as `summaries.listed` gives them. No database: no sessions.

    Raises StoreError as `open_database` does, and with code `upgrade_needed` where the file is of an older
    version: opening it once upgrades it.
    """
    with _opened(path) as connection:
        if connection is None:
            return []
        return summaries.listed(connection, wanted or Wanted(), alive=alive, report=report)


def session_row(path: Path, ref: str, *, alive: Alive) -> dict[str, Any]:
    """The session named by id, unique prefix of the id, or unique name. Raises as `resolve` does."""
    with _opened(path) as connection:
        if connection is None:
            raise summaries.not_found(ref, [])
        return summaries.one(connection, summaries.resolve(connection, ref), alive=alive)


def session_document(path: Path, ref: str, *, alive: Alive, report: Report) -> dict[str, Any]:
    """The same with its newest iteration as `last_iteration`, None before the first.

    An iteration that cannot be read is told to `report` and passed over.
    """
    with _opened(path) as connection:
        if connection is None:
            raise summaries.not_found(ref, [])
        session_id = summaries.resolve(connection, ref)
        row = summaries.one(connection, session_id, alive=alive)
        return {**row, "last_iteration": _last_iteration(connection, session_id, report)}


def _last_iteration(connection: sqlite3.Connection, session_id: str, report: Report) -> dict[str, Any] | None:
    connection.row_factory, connection.text_factory = sqlite3.Row, summaries.lenient
    for row in connection.execute(_NEWEST_FIRST, [session_id]):
        try:
            return _without_check_output(turn_columns.document(dict(row)))
        except (ValueError, TypeError) as error:
            report(f"iteration {row['id']} cannot be read from the database: {error}")
    return None


def _without_check_output(document: dict[str, Any]) -> dict[str, Any]:
    """An iteration as `iterate --json` prints it."""
    check = document["check"]
    if check is None:
        return document
    return {**document, "check": {name: check[name] for name in ("passed", "exit_code", "duration_ms")}}


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    state = files.inspect(path)
    if state is None:
        yield None
        return
    files.refuse_newer(path, state.schema, files.SCHEMA)
    if state.schema < files.SCHEMA:
        raise StoreError(
            f"{path} is of an older version (schema {state.schema})",
            code="upgrade_needed",
            hint="Any command that writes upgrades it, after a backup.",
        )
    try:
        with closing(
            sqlite3.connect(files.read_only_uri(path), uri=True, timeout=files.BUSY_S)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise files.explain(str(error), path) from error
