"""Worktrees of sessions that may not be needed any more."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.review import Loss
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceKind, SpaceQuery
from ampsm_app.backend.git.files import tree_size
from ampsm_app.backend.services.cleanup import Cleanup, loss_words
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.space_parts import Place


class WorktreeSpace:
    """Proposes those of merged and archived sessions that hold nothing; they go as `cleanup` does."""

    kinds: tuple[SpaceKind, ...] = ("worktree",)

    def __init__(self, losses: Losses, cleanup: Cleanup) -> None:
        self._losses = losses
        self._cleanup = cleanup

    def find(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        """The worktrees that are there; those of busy sessions are only shown."""
        for session_id in sorted(place.listed):
            session = place.sessions[session_id]
            worktree = Path(session.worktree_path)
            if (worktree / ".git").exists():
                yield self._item(place, session, worktree)

    def remove(self, place: Place, item: SpaceItem) -> int:
        """Move it to the trash after a point of the session; nothing is freed yet."""
        self._cleanup.clean_up(item.session_id or "")
        return 0

    def _item(self, place: Place, session: Session, worktree: Path) -> SpaceItem:
        busy = session.id in place.busy
        loss = None if busy else self._loss(session)
        loses = loss_words(loss) if loss is not None and not loss.nothing else None
        finished = session.status is SessionStatus.DONE or session.archived_at is not None
        safe = loss is not None and loss.nothing
        return SpaceItem(
            id=f"worktree:{session.id}",
            kind="worktree",
            repo_root=place.root,
            path=str(worktree),
            session_id=session.id,
            session_name=session.name,
            size=tree_size(worktree),
            since=session.last_run_at or session.created_at,
            action="trash" if safe else None,
            loses=loses,
            proposed=safe and finished,
            reason=_reason(session, busy=busy, finished=finished, safe=safe),
        )

    def _loss(self, session: Session) -> Loss | None:
        try:
            return self._losses.of(session)
        except AmpsmError:
            return None


def _reason(session: Session, *, busy: bool, finished: bool, safe: bool) -> str:
    if busy:
        return "at work just now"
    if not safe:
        return "holds work that is nowhere else: merge or delete the session"
    if not finished:
        return f"in use ({session.status.value}); nothing would be lost"
    return "merged" if session.status is SessionStatus.DONE else "archived, and nothing would be lost"
