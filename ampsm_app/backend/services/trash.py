"""The trash of all repositories: what is in it, bringing it back, and emptying it."""

import builtins
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound, SessionBusy
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.time_machine import TrashEmptied, TrashEmpty, TrashEntry, TrashRestored
from ampsm_app.backend.git import refs, trash
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.services.history import History
from ampsm_app.backend.services.known_repositories import known_repositories
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.trash_entries import TrashEntries
from ampsm_app.backend.store import backups
from ampsm_app.backend.store import operations as intents
from ampsm_app.backend.store.operations import Operation

_KIND = "empty-trash"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Trash:
    """Deleted worktrees, with what git kept of them. A session's restore point outlives its folder here."""

    def __init__(
        self,
        resources: Resources,
        operations: Operations,
        history: History,
        recovery: Recovery,
        losses: Losses,
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._history = history
        self._recovery = recovery
        self._losses = losses

    def register(self) -> None:
        """Tell recovery how a killed emptying is ended."""
        self._recovery.handle_alone(_KIND, self._resume)
        self._recovery.handle(_KIND, lambda operation, _: self._resume(operation))

    def list(self, repo: str | None = None) -> builtins.list[TrashEntry]:
        """What is in the trash of one repository or all, the newest first."""
        found = [
            each for place in known_repositories(self._resources, repo) for each in self.in_repository(place)
        ]
        return sorted(found, key=lambda each: each.trashed_at or _LONG_AGO, reverse=True)

    def in_repository(self, repository: Repository) -> builtins.list[TrashEntry]:
        """The trash of one repository, the newest first."""
        return builtins.list(TrashEntries(self._resources, self._losses).of(repository))

    def restore(self, ref: str) -> TrashRestored:
        """Bring a worktree back; a session's with its branch and the session, as `History.restore` does.

        `ref` is an entry's id or the beginning of it, or the session's name. Raises `NotFound`,
        `InvalidInput` (several; `not_restorable`), `Conflict` (`path_exists`).
        """
        entry = self._named(ref)
        if not entry.restorable:
            raise InvalidInput(
                f"{entry.id} is no worktree that could be put back.",
                hint=f"its files are in {entry.path}",
                code="not_restorable",
            )
        if entry.session_id is None or entry.point is None:
            return TrashRestored(entry=entry, worktree_path=str(self._put_back(entry)), point=None)
        worktree = Path(self._history.find(entry.session_id).worktree_path)
        if (worktree / ".git").exists():
            raise Conflict(
                f"Session {entry.session_name!r} has a worktree again: {worktree}.",
                hint=f"restore its point: amp-sessions restore {entry.session_id} {entry.point}",
                code="path_exists",
            )
        before = self._history.restore(entry.session_id, entry.point)
        return TrashRestored(entry=entry, worktree_path=str(worktree), point=before)

    def chosen(self, which: TrashEmpty) -> tuple[builtins.list[TrashEntry], builtins.list[TrashEntry]]:
        """What `empty` would delete, and what it would leave because its point is pinned."""
        entries = self.list(which.repo)
        if which.ids:
            known = {each.id: each for each in entries}
            if missing := [each for each in which.ids if each not in known]:
                raise NotFound(f"{', '.join(missing)}: not in the trash.", hint="amp-sessions trash list")
            entries = [known[each] for each in dict.fromkeys(which.ids)]
        if which.older_than_days is not None:
            oldest = utc_now() - timedelta(days=which.older_than_days)
            entries = [each for each in entries if each.trashed_at is not None and each.trashed_at <= oldest]
        return [each for each in entries if not each.pinned], [each for each in entries if each.pinned]

    def empty(self, which: TrashEmpty) -> TrashEmptied:
        """Delete for good. What points hold of it can still be restored; ignored and large files cannot.

        Left are entries whose point is pinned, and those of a session that is busy just now.
        """
        going, kept = self.chosen(which)
        removed = []
        for entry in going:
            try:
                self.delete(entry)
                removed.append(entry)
            except SessionBusy:
                kept.append(entry)
        return TrashEmptied(
            removed=tuple(removed), kept=tuple(kept), freed=sum(each.size for each in removed)
        )

    def delete(self, entry: TrashEntry) -> None:
        """Delete one entry for good. Raises `SessionBusy`."""
        with self._operations.claim(_KIND, entry.session_id, entry.repo_root, path=entry.path) as operation:
            trash.discard(Path(entry.path))
            self._forget_places()
            with self._resources.database.write() as connection:
                operation.finish(connection)

    def _resume(self, operation: Operation) -> None:
        place = Path(str(operation.payload["path"]))
        trash.sweep(place.parents[2])
        self._forget_places()
        with self._resources.database.write() as connection:
            intents.finish(connection, operation.id, "finished")

    def _forget_places(self) -> None:
        """Let no point say that its worktree is in the trash where it is not."""
        with self._resources.database.write() as connection:
            for point in backups.every(connection):
                if point.trash_path is not None and not Path(point.trash_path).exists():
                    backups.moved_to_trash(connection, point, None)

    def _named(self, ref: str) -> TrashEntry:
        entries = self.list()
        meant = [each for each in entries if each.id == ref]
        meant = meant or [each for each in entries if each.id.startswith(ref) or each.session_name == ref]
        if len(meant) > 1:
            meant = [each for each in meant if each.restorable]
        if not meant:
            raise NotFound(f"There is no {ref!r} in the trash.", hint="amp-sessions trash list shows what is")
        if len(meant) > 1:
            raise InvalidInput(f"{ref!r} means {len(meant)} things in the trash.", hint="name one by its id")
        return meant[0]

    def _put_back(self, entry: TrashEntry) -> Path:
        """A worktree of no known session, to where git says that it was."""
        place = Path(entry.path)
        repository: Repository = next(iter(known_repositories(self._resources, entry.repo_root)))
        worktree = trash.original_place(place)
        assert worktree is not None
        if entry.branch is not None and refs.resolve(repository.git, refs.HEADS + entry.branch) is None:
            raise NotFound(
                f"The branch {entry.branch} does not exist any more.",
                hint=f"the files are in {place / 'worktree'}",
                code="branch_missing",
            )
        trash.from_trash(repository.common_dir, place, worktree)
        return worktree
