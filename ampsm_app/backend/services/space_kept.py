"""What is kept so that it can be taken back: the trash, and restore points."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceKind, SpaceQuery, TrashEntry
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import backups as git_backups
from ampsm_app.backend.git import refs
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.retention import Retention, Verdict
from ampsm_app.backend.services.space_parts import Place
from ampsm_app.backend.services.trash import Trash
from ampsm_app.backend.store import backups


class KeptSpace:
    """Proposes what is older than `backups.keep_days`; the newer stands behind it, the oldest first."""

    kinds: tuple[SpaceKind, ...] = ("trash", "point")

    def __init__(self, resources: Resources, retention: Retention, trash: Trash) -> None:
        self._resources = resources
        self._retention = retention
        self._trash = trash

    def find(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        """Trash and points, the oldest first; young points only where they are meant."""
        for entry in reversed(self._trash.in_repository(place.repository)):
            yield self._of_trash(place, entry)
        with self._resources.database.read() as connection:
            mine = [each for each in backups.every(connection) if each.session_id in place.sessions]
        if query.max_size is None and query.kinds != ("point",):
            mine = [each for each in mine if each.created_at < self._retention.oldest]
        for verdict in self._retention.judge(place.repository, place.sessions, mine):
            yield self._of_point(place, verdict)
        yield from self._strangers(place)

    def remove(self, place: Place, item: SpaceItem) -> int:
        """Delete an entry of the trash for good, or drop a point's ref."""
        if item.kind == "trash":
            entries = self._trash.in_repository(place.repository)
            found = next((each for each in entries if each.path == item.path), None)
            if found is None:
                return 0
            self._trash.delete(found)
            return item.size
        self._drop(place, item)
        return 0

    def _of_trash(self, place: Place, entry: TrashEntry) -> SpaceItem:
        old = entry.trashed_at is not None and entry.trashed_at < self._retention.oldest
        busy = entry.session_id in place.busy
        free = not entry.pinned and not busy
        return SpaceItem(
            id=f"trash:{entry.id}",
            kind="trash",
            repo_root=place.root,
            path=entry.path,
            session_id=entry.session_id,
            session_name=entry.session_name,
            size=entry.size,
            since=entry.trashed_at,
            action="delete" if free else None,
            loses=_only_in_trash(entry),
            proposed=old and free,
            reason="pinned"
            if entry.pinned
            else "at work just now"
            if busy
            else "old"
            if old
            else "in the trash",
        )

    def _of_point(self, place: Place, verdict: Verdict) -> SpaceItem:
        point = verdict.point
        old = point.created_at < self._retention.oldest
        # Its work is nowhere else: only by name, after that was said.
        removable = verdict.keeps is None or verdict.loses is not None
        return SpaceItem(
            id=f"point:{point.ref}",
            kind="point",
            repo_root=place.root,
            path=point.ref,
            session_id=point.session_id,
            session_name=verdict.session.name,
            size=point.size or 0,
            since=point.created_at,
            action="forget" if removable else None,
            loses=verdict.loses,
            proposed=old and verdict.keeps is None,
            reason=verdict.keeps or ("old" if old else point.purpose),
        )

    def _strangers(self, place: Place) -> Iterator[SpaceItem]:
        """Points of sessions that this database does not know; another one may."""
        for point in git_backups.listed(place.repository.git):
            if point.session_id in place.sessions:
                continue
            trashed = point.trash_path is not None and Path(point.trash_path).exists()
            old = point.created_at < self._retention.oldest
            yield SpaceItem(
                id=f"point:{point.ref}",
                kind="point",
                repo_root=place.root,
                path=point.ref,
                size=point.size or 0,
                since=point.created_at,
                action=None if trashed else "forget",
                loses="the point of a session that is not known here",
                reason="its worktree is in the trash" if trashed else "old" if old else point.purpose,
            )

    def _drop(self, place: Place, item: SpaceItem) -> None:
        point = self._known(item)
        if point is None:
            refs.drop(place.repository.git, item.path)
            return
        (verdict,) = self._retention.judge(place.repository, place.sessions, [point])
        if verdict.keeps is not None and verdict.loses is None:
            raise Conflict(f"The point {point.id} stays: {verdict.keeps}.", code="needed")
        refs.drop(place.repository.git, point.ref)
        with self._resources.database.write() as connection:
            backups.forget(connection, point)

    def _known(self, item: SpaceItem) -> RestorePoint | None:
        with self._resources.database.read() as connection:
            return next((each for each in backups.every(connection) if each.ref == item.path), None)


def _only_in_trash(entry: TrashEntry) -> str | None:
    """What emptying would take away for good, in words: a point holds no ignored and no large files."""
    if entry.kind in ("aside", "other"):
        return "files that no point holds"
    if entry.not_kept:
        return f"{count(len(entry.not_kept), 'file')} that no point holds, and ignored files"
    return "a worktree that no session knows" if entry.kind == "orphan" else None
