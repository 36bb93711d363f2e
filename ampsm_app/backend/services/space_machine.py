"""What does not belong to one session: stale locks, temporary folders of the dead, the database."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceKind, SpaceQuery
from ampsm_app.backend.exec import temporary
from ampsm_app.backend.git.files import delete_tree, tree_size
from ampsm_app.backend.git.refs import OURS
from ampsm_app.backend.git.stale_locks import remove_stale, stale_locks
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.retention import Retention
from ampsm_app.backend.services.session_ids import is_id
from ampsm_app.backend.services.space_parts import Place, changed_at
from ampsm_app.backend.store import space

# Less free room than this in the database is not worth the work.
_WORTH_BYTES = 1_000_000


class LockSpace:
    """Lock files an hour old where no git is at work. Only those of our worktrees and refs are removed."""

    kinds: tuple[SpaceKind, ...] = ("lock",)

    def find(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        """The stale ones of a repository; the user's own are only shown."""
        for lock in stale_locks(place.common):
            ours = _is_ours(place, lock)
            yield SpaceItem(
                id=f"lock:{lock}",
                kind="lock",
                repo_root=place.root,
                path=str(lock),
                size=lock.lstat().st_size if lock.exists() else 0,
                since=changed_at(lock),
                action="delete" if ours else None,
                proposed=ours,
                reason="no git works under it" if ours else "your own git's: remove it if none is at work",
            )

    def remove(self, place: Place, item: SpaceItem) -> int:
        """Remove it where it is still stale."""
        if not remove_stale(place.common, Path(item.path)):
            raise Conflict(f"A git works in {place.root} again.", code="git_locked")
        return item.size


class MachineSpace:
    """What belongs to no repository."""

    kinds: tuple[SpaceKind, ...] = ("temp", "database")

    def __init__(self, resources: Resources, retention: Retention) -> None:
        self._resources = resources
        self._retention = retention

    def find(self) -> Iterator[SpaceItem]:
        """Temporary folders of processes that were killed, the database, and copies of it."""
        for folder in temporary.left_behind():
            reason = "left by a process that was killed"
            yield _file("temp", folder, tree_size(folder), proposed=True, reason=reason)
        yield self._database()
        for copy in space.old_copies(self._resources.database):
            since = changed_at(copy)
            old = since is not None and since < self._retention.oldest
            reason = "made before an upgrade of the database"
            yield _file("database", copy, copy.stat().st_size, proposed=old, reason=reason)

    def remove(self, item: SpaceItem) -> int:
        """Delete a folder or a copy, or shrink the database; the bytes that this freed."""
        path = Path(item.path)
        if path == self._resources.database.path:
            return space.shrink(self._resources.database)
        if path in (*temporary.left_behind(), *space.old_copies(self._resources.database)):
            delete_tree(path)
            return item.size
        return 0

    def _database(self) -> SpaceItem:
        found = space.measure(self._resources.database)
        free = found.free + found.log
        return SpaceItem(
            id="database",
            kind="database",
            repo_root=None,
            path=str(self._resources.database.path),
            size=found.size + found.log,
            action="shrink" if found.free else None,
            proposed=found.free > _WORTH_BYTES,
            reason=f"{free / 1e6:.1f} MB of it are not used",
        )


def _file(kind: SpaceKind, path: Path, size: int, *, proposed: bool, reason: str) -> SpaceItem:
    return SpaceItem(
        id=f"{kind}:{path}",
        kind=kind,
        repo_root=None,
        path=str(path),
        size=size,
        since=changed_at(path),
        action="delete",
        proposed=proposed,
        reason=reason,
    )


def _is_ours(place: Place, lock: Path) -> bool:
    if lock.is_relative_to(place.common / OURS):
        return True
    inside = lock.parent.parent == place.common / "worktrees"
    return inside and is_id(lock.parent.name) and lock.parent.name not in place.busy
