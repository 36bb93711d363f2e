"""The hot reads of the command line, without what only writing needs."""

import logging
import os
from pathlib import Path
from typing import Any

from ampsm_app.backend.config import paths
from ampsm_app.backend.domain.errors import StoreError


def session_rows(
    *, status: tuple[str, ...], repo: str | None, search: str | None, include_archived: bool
) -> list[dict[str, Any]]:
    """The sessions that match, last used first, as JSON-ready objects with their true status."""
    from ampsm_app.backend.store.queries import session_rows as rows
    from ampsm_app.backend.store.summaries import Wanted

    root = str(Path(repo).expanduser().resolve()) if repo else None
    wanted = Wanted(status=status, repo=root, search=search, include_archived=include_archived)
    path = paths.database_path(os.environ)
    try:
        return rows(path, wanted, alive=_alive, report=logging.getLogger(__name__).warning)
    except StoreError as error:
        if error.code != "upgrade_needed":
            raise
    _upgrade()
    return rows(path, wanted, alive=_alive, report=logging.getLogger(__name__).warning)


def session_document(ref: str) -> dict[str, Any]:
    """One session with its last iteration, as `LAST_STATUS.json` has it."""
    from ampsm_app.backend.core import open_core
    from ampsm_app.backend.services.context import status_document

    core = open_core()
    try:
        session = core.sessions.get(ref)
        return status_document(session, core.sessions.iterations(session.id))
    finally:
        core.close()


def _upgrade() -> None:
    from ampsm_app.backend.store.database import open_database

    open_database(paths.database_path(os.environ)).close()


def _alive(owner: str) -> bool:
    from ampsm_app.backend.exec.identity import ProcessIdentity

    try:
        return ProcessIdentity.parse(owner).alive()
    except ValueError:
        return False
