"""Which restore points are old enough to go, and which of those must stay all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import refs
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import backups, claims, merges


@dataclass(frozen=True, slots=True)
class Verdict:
    """A point and whether it may go; `keeps` says why it stays, `loses` what would be nowhere else then."""

    point: RestorePoint
    session: Session
    keeps: str | None = None
    loses: str | None = None


class Retention:
    """Judges points. What nobody else holds is never let go by age alone."""

    def __init__(self, resources: Resources, losses: Losses) -> None:
        self._resources = resources
        self._losses = losses

    @property
    def oldest(self) -> datetime:
        """What was taken before this moment is old, as the settings say."""
        return utc_now() - timedelta(days=self._resources.settings().backups.keep_days)

    def judge(
        self, repository: Repository, sessions: dict[str, Session], points: list[RestorePoint]
    ) -> list[Verdict]:
        """The verdicts on points of one repository, in order; points of unknown sessions are left out."""
        mine = [point for point in points if point.session_id in sessions]
        needs = {each: self._needs(each) for each in dict.fromkeys(point.session_id for point in mine)}
        return [
            self._judged(repository, sessions[point.session_id], point, *needs[point.session_id])
            for point in mine
        ]

    def _needs(self, session_id: str) -> tuple[str | None, str | None]:
        """Why all points of a session stay now, and which is the newest."""
        with self._resources.database.read() as connection:
            newest = next((each.id for each in backups.of_session(connection, session_id)), None)
            if claims.holder(connection, session_id) is not None:
                return "the session is busy", newest
            if merges.open_merge(connection, session_id) is not None:
                return "a merge is open that may need it", newest
        return None, newest

    def _judged(
        self,
        repository: Repository,
        session: Session,
        point: RestorePoint,
        needed: str | None,
        newest: str | None,
    ) -> Verdict:
        if point.pinned:
            return Verdict(point, session, keeps="pinned")
        if needed is not None:
            return Verdict(point, session, keeps=needed)
        if point.trash_path and Path(point.trash_path).exists():
            return Verdict(point, session, keeps="its worktree is in the trash")
        only = work_only_in(repository.git, self._losses, session, point) if point.id == newest else None
        return Verdict(point, session, keeps="nothing else holds its work" if only else None, loses=only)


def work_only_in(git: Git, losses: Losses, session: Session, point: RestorePoint) -> str | None:
    """What is nowhere but in this point, in words, where the session's branch is gone; None for nothing."""
    if refs.resolve(git, refs.HEADS + session.branch) is not None:
        return None
    unmerged = losses.unmerged(session, point.head)
    parts = []
    if unmerged != 0:
        known = "an unknown number of commits" if unmerged is None else count(unmerged, "unmerged commit")
        parts.append(known)
    if point.dirty_files:
        parts.append(count(point.dirty_files, "uncommitted file"))
    return " and ".join(parts) or None
