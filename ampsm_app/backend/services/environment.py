"""What sessions left behind in their repositories: shown first, and removed only when asked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.git import backups, files, trash, worktrees
from ampsm_app.backend.git.repository import Repository, discover
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.store import sessions


@dataclass(frozen=True)
class Leftover:
    """Something that can go: what it is, where, how large, and what would be done with it."""

    kind: str
    path: str
    size: int
    action: str
    repo_root: str
    removed: bool = False

    @property
    def size_words(self) -> str:
        """The size in megabytes."""
        return f"{self.size / 1e6:.1f} MB" if self.size else "—"

    def as_document(self) -> dict[str, Any]:
        """One entry of `clean-environment --json`."""
        return {
            "kind": self.kind,
            "path": self.path,
            "size_bytes": self.size,
            "action": self.action,
            "repo_root": self.repo_root,
            "removed": self.removed,
        }


class Environment:
    """Finds orphaned worktrees, what is old in the trash, and old restore points.

    An orphaned worktree goes to the trash, never away: its session is not known, but its work may be all
    there is of it.
    """

    def __init__(self, resources: Resources, points: Points) -> None:
        self._resources = resources
        self._points = points

    def clean(self, *, apply: bool) -> list[Leftover]:
        """What was left behind; with `apply` it is moved to the trash or removed."""
        with self._resources.database.read() as connection:
            known = sessions.summaries(connection, SessionFilter(include_archived=True), alive=alive)
        found: list[Leftover] = []
        for root in sorted({each.repo_root for each in known}):
            if not Path(root).is_dir():
                continue
            repository = discover(self._resources.executor, Path(root))
            for leftover in self._of_repository(repository, known):
                found.append(self._remove(repository, leftover) if apply else leftover)
        return found

    def _of_repository(self, repository: Repository, known: list[SessionSummary]) -> Iterator[Leftover]:
        root = str(repository.root)
        mine = {Path(each.worktree_path).resolve() for each in known}
        folder = worktrees.place_for(repository.root, "x").parent
        for place in sorted(folder.iterdir()) if folder.is_dir() else []:
            if place.is_dir() and place.name[0] != "." and place.resolve() not in mine:
                yield Leftover("worktree", str(place), files.tree_size(place), "to the trash", root)
        for each in trash.listed(repository.common_dir):
            if each.time is not None and each.time < self._oldest:
                yield Leftover("trash", str(each.place), files.tree_size(each.place), "delete", root)
        old = [each for each in backups.listed(repository.git) if each.created_at < self._oldest]
        for point in old:
            yield Leftover("restore point", point.ref, 0, "forget", root)

    def _remove(self, repository: Repository, leftover: Leftover) -> Leftover:
        match leftover.kind:
            case "worktree":
                path = Path(leftover.path)
                place = trash.trash_place(repository.common_dir, path.name, utc_now())
                trash.to_trash(repository.common_dir, path, place)
            case "trash":
                trash.empty(repository.common_dir, before=self._oldest)
            case _:
                self._points.expire(repository.git)
        return replace(leftover, removed=True)

    @property
    def _oldest(self) -> datetime:
        return utc_now() - timedelta(days=self._resources.settings().backups.keep_days)
