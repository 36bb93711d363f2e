"""Removing what a session leaves behind, and never what exists nowhere else."""

from pathlib import Path

from sqlalchemy import Connection

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import Loss, RestorePoint
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import refs, trash
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.services import waiting
from ampsm_app.backend.services.authorship import left_ref
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import eventlog, merges, sessions


class Cleanup:
    """Deletes sessions and cleans up merged ones: after a backup, by a move to the trash."""

    def __init__(
        self,
        resources: Resources,
        operations: Operations,
        points: Points,
        losses: Losses,
        recovery: Recovery,
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._losses = losses
        self._recovery = recovery

    def loss(self, session_id: str) -> Loss:
        """What would exist nowhere else after removing worktree and branch."""
        with self._resources.database.read() as connection:
            return self._losses.of(sessions.get(connection, session_id))

    def clean_up(self, session_id: str, *, force: bool = False) -> tuple[Loss, RestorePoint | None]:
        """Remove worktree and branch of a merged session, which stays in the list as `done`, archived.

        Raises `Conflict` (`would_lose_work`, with the loss) unless all is merged, or `force`.
        """
        return self._remove(session_id, "cleanup", force=force)

    def delete(self, session_id: str, *, force: bool = False) -> tuple[Loss, RestorePoint | None]:
        """Remove worktree and branch, and take the session off every list; raises as `clean_up` does."""
        return self._remove(session_id, "delete", force=force)

    def _remove(self, session_id: str, kind: str, *, force: bool) -> tuple[Loss, RestorePoint | None]:
        self._recovery.recover(session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        with self._operations.claim(kind, session.id, session.repo_root) as operation:
            loss = self._losses.of(session)
            if not loss.nothing and not force:
                raise _would_lose(session, loss)
            repository = self._resources.repository(session)
            point = self._backed_up(session, repository, kind)
            operation.step("moving", trash=point.trash_path if point else None)
            self.take_away(
                session, repository, Path(point.trash_path) if point and point.trash_path else None
            )
            with self._resources.database.write() as connection:
                self.record(connection, session, kind, point.trash_path if point else None)
                operation.finish(connection)
        return loss, point

    def take_away(self, session: Session, repository: Repository, place: Path | None) -> None:
        """Move the worktree to the trash and drop the branch; can be repeated after a kill."""
        worktree = Path(session.worktree_path)
        if place is not None:
            trash.to_trash(repository.common_dir, worktree, place)
        notes = (f"{refs.OURS}interrupted/{session.id}", left_ref(session.id))
        refs.drop(repository.git, refs.HEADS + session.branch, *notes)
        waiting.let_go(self._resources, session)

    def record(self, connection: Connection, session: Session, kind: str, trash_path: str | None) -> None:
        """Write down that worktree and branch are gone."""
        merge = merges.open_merge(connection, session.id)
        if merge is not None:
            ended = {
                "status": MergeStatus.ABORTED,
                "reason": "The session was removed.",
                "ended_at": utc_now(),
            }
            merges.save(connection, merge.model_copy(update=ended))
        event = GitOperated(operation=kind, sha_before=None, sha_after=None, message=trash_path)
        eventlog.append(connection, event, session_id=session.id)
        if kind == "delete":
            sessions.delete(connection, session.id, trash_path=trash_path)
        else:
            sessions.change(connection, session.id, status=SessionStatus.DONE, archived_at=utc_now())

    def _backed_up(self, session: Session, repository: Repository, kind: str) -> RestorePoint | None:
        worktree = Path(session.worktree_path)
        branch = refs.resolve(repository.git, refs.HEADS + session.branch)
        if branch is None and not (worktree / ".git").exists():
            return None
        place = trash.trash_place(repository.common_dir, session.id, utc_now())
        return self._points.take(session, kind, trash_path=place if worktree.exists() else None)


def loss_words(loss: Loss) -> str:
    """What would exist nowhere else, in words: "2 unmerged commits, 1 uncommitted file"."""
    parts = []
    if not loss.merged:
        parts.append(_counted(loss.unmerged_commits, "unmerged commit"))
    if loss.uncommitted_files != 0:
        parts.append(_counted(loss.uncommitted_files, "uncommitted file"))
    if loss.submodule_commits != 0:
        parts.append(_counted(loss.submodule_commits, "unpushed submodule commit"))
    return ", ".join(parts)


def _would_lose(session: Session, loss: Loss) -> Conflict:
    return Conflict(
        f"Removing {session.name!r} would lose {loss_words(loss)}.",
        hint="--force removes it all the same, after a backup that is kept for a while",
        code="would_lose_work",
        loss=loss.model_dump(mode="json"),
    )


def _counted(number: int | None, noun: str) -> str:
    return f"an unknown number of {noun}s" if number is None else count(number, noun)
