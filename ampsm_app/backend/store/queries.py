"""The hot reads of the command line: sessions from a database that is only read, without heavy libraries."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import files, summaries
from ampsm_app.backend.store.summaries import Alive, Report, Wanted


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
