"""Worktrees that belong to no session: what a lost database left, and our own for checks."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, Conflict
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceKind, SpaceQuery
from ampsm_app.backend.exec.occupied import occupied
from ampsm_app.backend.git import backups, excludes, layout, trash, worktrees
from ampsm_app.backend.git.detached_worktrees import check_place
from ampsm_app.backend.git.files import tree_size
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.git.repository import ceiling
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.session_ids import is_id
from ampsm_app.backend.services.space_parts import Place, changed_at
from ampsm_app.backend.store import operations as intents
from ampsm_app.backend.store.operations import Operation

_KIND = "trash-orphan"
_FOUND = ".found"


class OrphanSpace:
    """An orphan goes to the trash, never away: its work may be all there is. Only names like ours count."""

    kinds: tuple[SpaceKind, ...] = ("orphan", "check")

    def __init__(self, resources: Resources, operations: Operations, recovery: Recovery) -> None:
        self._resources = resources
        self._operations = operations
        self._recovery = recovery

    def register(self) -> None:
        """Tell recovery how a killed move is ended."""
        self._recovery.handle_alone(_KIND, self._resume)

    def find(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        """Orphans below `.worktrees` and the configured folder, git's entries of such, and our own."""
        yield from self._ours(place)
        found = self._orphans(place)
        taken = occupied(found)
        for path in found:
            yield SpaceItem(
                id=f"orphan:{path}",
                kind="orphan",
                repo_root=place.root,
                path=str(path),
                size=tree_size(path),
                since=changed_at(path),
                action="trash",
                proposed=path not in taken,
                reason="somebody works in it" if path in taken else "no session of this database is in it",
            )

    def remove(self, place: Place, item: SpaceItem) -> int:
        """Move an orphan to the trash, or remove the check worktree, which is made again when needed."""
        path = Path(item.path)
        if item.kind == "check":
            with repository_lock(place.common, "check", timeout_s=1):
                worktrees.remove(place.repository.git, path)
            return item.size
        if occupied([path]):
            raise Conflict(f"Somebody works in {path}.", hint="close what is open there", code="in_use")
        target = trash.trash_place(place.common, path.name, utc_now())
        payload = {"path": str(path), "trash": str(target), "common": str(place.common)}
        with self._operations.claim(_KIND, None, place.root, **payload) as operation:
            self._back_up(place, path, target)
            trash.to_trash(place.common, path, target)
            with self._resources.database.write() as connection:
                operation.finish(connection)
        return 0

    def _resume(self, operation: Operation) -> None:
        common, path, target = (Path(str(operation.payload[name])) for name in ("common", "path", "trash"))
        trash.to_trash(common, path, target)
        with self._resources.database.write() as connection:
            intents.finish(connection, operation.id, "finished")

    def _back_up(self, place: Place, path: Path, target: Path) -> None:
        """A point of the orphan too, where git can still read it; its folder holds everything in any case."""
        with suppress(AmpsmError):
            backups.take(
                place.repository.git.at(path, ceiling=ceiling(path)),
                session_id=path.name,
                operation="clean-environment",
                context_dir=excludes.CONTEXT_DIR,
                trash_path=target,
            )

    def _orphans(self, place: Place) -> list[Path]:
        known = {Path(place.sessions[each].worktree_path).resolve() for each in place.listed}
        default = worktrees.place_for(place.repository.root, "x").parent
        configured = self._resources.settings().git.worktree_root
        found = [each for each in _folders(default) if _is_ours(each)]
        if configured:
            # Others' worktrees, and other repositories', may be there as well.
            folder = place.repository.root / Path(configured).expanduser()
            found += [
                each for each in _folders(folder) if _is_ours(each) and layout.links_into(place.common, each)
            ]
        # A folder that somebody removed by hand: git's entry is left, with the index in it.
        entries = layout.linked_worktrees(place.common)
        found += [each for each in entries if _is_ours(each) and not each.exists()]
        unknown = [path for path in dict.fromkeys(found) if path.resolve() not in known]
        # A session that is just being made has no row yet.
        return [path for path in unknown if path.name.removesuffix(_FOUND) not in place.busy]

    def _ours(self, place: Place) -> Iterator[SpaceItem]:
        path = check_place(place.repository.root)
        if not path.is_dir():
            return
        entry = layout.linked_git_dir(place.common, path)
        used = changed_at(entry / "HEAD") if entry else None
        days = self._resources.settings().backups.keep_days
        old = used is None or used < utc_now() - timedelta(days=days)
        yield SpaceItem(
            id=f"check:{path}",
            kind="check",
            repo_root=place.root,
            path=str(path),
            size=tree_size(path),
            since=used,
            action="delete",
            proposed=old,
            reason=f"not used for {days} days"
            if old
            else "checks of merged results run in it; made again when needed",
        )


def _folders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def _is_ours(path: Path) -> bool:
    return is_id(path.name.removesuffix(_FOUND))
