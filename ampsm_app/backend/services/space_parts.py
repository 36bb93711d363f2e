"""What the parts of `Space` have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceKind, SpaceQuery
from ampsm_app.backend.git.repository import Repository


@dataclass(frozen=True)
class Place:
    """A repository, and all sessions that were ever in it, by their ids.

    `listed` are the ids of those that are not deleted, `busy` of those that something holds (also such that
    are just being made).
    """

    repository: Repository
    sessions: dict[str, Session]
    listed: frozenset[str]
    busy: frozenset[str]

    @property
    def root(self) -> str:
        """The repository's main worktree, as sessions name it."""
        return str(self.repository.root)

    @property
    def common(self) -> Path:
        """The folder that its worktrees share."""
        return self.repository.common_dir


class Part(Protocol):
    """Finds some kinds of what takes space in a repository, and removes it."""

    kinds: tuple[SpaceKind, ...]

    def find(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        """What there is, the removable and the rest."""

    def remove(self, place: Place, item: SpaceItem) -> int:
        """Remove an item that `find` gave; the bytes that this freed. Raises `AmpsmError`."""


def name_of(place: Place, session_id: str | None) -> str | None:
    """The name of a session, None where it is not known."""
    session = place.sessions.get(session_id or "")
    return session.name if session else None


def changed_at(path: Path) -> datetime | None:
    """When a file or folder was last changed; None where it is gone."""
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except OSError:
        return None
