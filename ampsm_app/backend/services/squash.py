"""Squashing a session's branch: a pure move of its ref; index, files and uncommitted changes stay."""

from dataclasses import dataclass
from typing import Any

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import CommitLine, ManualCommits
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import refs, shaping
from ampsm_app.backend.services.merge_shapes import by_agent, wording
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.reviews import base_of, commit_lines, session_commits
from ampsm_app.backend.services.standing import require_in_place
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store import eventlog, sessions


@dataclass(frozen=True)
class Squashed:
    """The squashed branch, its commits (oldest first), and the way back."""

    commit_sha: str
    backup_ref: str
    commits: tuple[CommitLine, ...]

    def as_document(self) -> dict[str, Any]:
        """The answer of `squash --json`."""
        commits = [each.model_dump(mode="json") for each in self.commits]
        return {"commit_sha": self.commit_sha, "backup_ref": self.backup_ref, "commits": commits}


class Squash:
    """Makes one commit of a session's own commits, from where its branch left base."""

    def __init__(
        self,
        resources: Resources,
        operations: Operations,
        points: Points,
        worktrees: Worktrees,
        recovery: Recovery,
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._worktrees = worktrees
        self._recovery = recovery

    def squash(
        self, session_id: str, *, message: str | None = None, manual_commits: ManualCommits | None = None
    ) -> Squashed:
        """Squash; the tree at the tip stays exactly what it was. Raises `Conflict` where there is nothing."""
        self._recovery.recover(session_id)
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        self._worktrees.ensure_present(session)
        with self._operations.claim("squash", session.id, session.repo_root) as operation:
            tip, shaped = self._shape(session, message, manual_commits)
            point = self._points.take(session, "squash")
            git = self._resources.worktree_git(session)
            moved = refs.RefUpdate(refs.HEADS + session.branch, shaped.tip, tip)
            refs.update_refs(git, [moved], message="ampsm: squash", hooks=True)
            event = GitOperated(operation="squash", sha_before=tip, sha_after=shaped.tip)
            with self._resources.database.write() as connection:
                eventlog.append(connection, event, session_id=session.id)
                sessions.announce(connection, session.id)
                operation.finish(connection)
        return Squashed(shaped.tip, point.ref, commit_lines(session_commits(git, session), session.id))

    def _shape(
        self, session: Session, message: str | None, manual: ManualCommits | None
    ) -> tuple[str, shaping.Shaped]:
        git = self._resources.worktree_git(session)
        tip = require_in_place(git, session).head or ""
        history = shaping.session_history(git, base_of(git, session), tip, by_agent(session))
        if not history.commits:
            raise Conflict(f"Session {session.name!r} has no commits to squash.", code="nothing_to_squash")
        chosen = manual or self._resources.settings().git.manual_commits
        shape = shaping.Shape(chosen, wording(git, session, message))
        return tip, shaping.squash_in_place(git, history, shape)
