"""The hot reads of the command line, without what only writing needs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ampsm_app.backend.config import paths
from ampsm_app.backend.domain.errors import StoreError

Found = TypeVar("Found")


def session_rows(
    *, status: tuple[str, ...], repo: str | None, search: str | None, include_archived: bool
) -> list[dict[str, Any]]:
    """The sessions that match, last used first, as JSON-ready objects with their true status."""
    from ampsm_app.backend.store import queries
    from ampsm_app.backend.store.summaries import Wanted

    root = str(Path(repo).expanduser().resolve()) if repo else None
    wanted = Wanted(status=status, repo=root, search=search, include_archived=include_archived)
    return _read(lambda path: queries.session_rows(path, wanted, alive=_alive, report=_report))


def session_document(ref: str) -> dict[str, Any]:
    """One session with its last iteration, as `LAST_STATUS.json` has it."""
    from ampsm_app.backend.store import queries

    return _read(lambda path: queries.session_document(path, ref, alive=_alive, report=_report))


def _read(read: Callable[[Path], Found]) -> Found:
    """What `read` finds in the user's database, which is upgraded first where it is of an older version."""
    path = paths.database_path(os.environ)
    try:
        return read(path)
    except StoreError as error:
        if error.code != "upgrade_needed":
            raise
    from ampsm_app.backend.store.database import open_database

    open_database(path).close()
    return read(path)


def _report(said: str) -> None:
    import logging

    logging.getLogger(__name__).warning(said)


def _alive(owner: str) -> bool:
    from ampsm_app.backend.exec.identity import ProcessIdentity

    try:
        return ProcessIdentity.parse(owner).alive()
    except ValueError:
        return False
