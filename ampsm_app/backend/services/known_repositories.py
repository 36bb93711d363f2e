"""The repositories that this user's sessions are in, deleted sessions included."""

from collections.abc import Iterable
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, NotFound
from ampsm_app.backend.git.repository import Repository, discover
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import sessions


def known_repositories(resources: Resources, only: str | None = None) -> list[Repository]:
    """Those that are there now, by their folders; `only` names one by its root, or a folder inside it.

    One on a disk that is not plugged in is left out. Raises `NotFound` for one without sessions.
    """
    with resources.database.read() as connection:
        roots = sessions.repositories(connection)
    if only is None:
        return present(resources, roots)
    found = discover(resources.executor, Path(only))
    if str(found.root) not in roots:
        raise NotFound(f"No session was ever in {found.root}.", hint="amp-sessions list --all")
    return [found]


def present(resources: Resources, roots: Iterable[str]) -> list[Repository]:
    """The repositories that are there now, of these."""
    found = []
    for root in roots:
        try:
            found.append(discover(resources.executor, Path(root)))
        except AmpsmError:
            continue
    return found
