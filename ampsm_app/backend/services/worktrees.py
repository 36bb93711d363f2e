"""Brings a session's worktree to where a turn can start: present, on its branch, set up."""

from pathlib import Path

from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import MergeStatus
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import excludes, refs, revival
from ampsm_app.backend.git.following import MergedOnce, next_start
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.moving import Step, move_session
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.setup import Setup
from ampsm_app.backend.store import eventlog, merges, sessions


class Worktrees:
    """Worktrees of sessions, re-created where they went missing and moved on where a merge moved base."""

    def __init__(self, resources: Resources, points: Points, setup: Setup) -> None:
        self._resources = resources
        self._points = points
        self._setup = setup

    def ready(self, session: Session, *, step: Step, trust_setup: bool = False) -> Session:
        """The session with its worktree present, on the new base after a merge, and set up.

        `step` records a move before it is made.
        """
        self.ensure_present(session)
        if session.merged_at is not None:
            session = self.follow_base(session, step)
        self._setup.ensure(session, grant=trust_setup)
        return session

    def ensure_present(self, session: Session) -> None:
        """Make a missing worktree again from its branch; raises `NotFound` where that is gone too."""
        worktree = Path(session.worktree_path)
        if not (worktree / ".git").exists():
            repository = self._resources.repository(session)
            revived = revival.revive(repository.git, worktree, session.branch)
            excludes.hide(repository.root, repository.common_dir, worktree, session.context_dir)
            self._log(session, f"worktree-{revived}", None, None)

    def follow_base(self, session: Session, step: Step) -> Session:
        """After a merge, go on from what base became; the old tip stays in a restore point.

        Commits made since come along; where they do not fit, or base does not have the merge, nothing moves.
        Uncommitted changes stay; raises `Conflict` where they meet what base got.
        """
        git = self._resources.worktree_git(session)
        base = refs.resolve(git, refs.HEADS + session.base_branch) or session.base_commit
        head = git.text("rev-parse", "HEAD")
        start = self._start_after_merge(git, session, head, base)
        if start is not None and start != head:
            self._points.take(session, "follow-base")
            move_session(git, session, head, start, message="ampsm: follow base", step=step)
            self._log(session, "follow-base", head, start)
        base_commit = session.base_commit if start is None else base
        with self._resources.database.write() as connection:
            return sessions.change(connection, session.id, merged_at=None, base_commit=base_commit)

    def _start_after_merge(self, git: Git, session: Session, head: str, base: str) -> str | None:
        with self._resources.database.read() as connection:
            past = merges.of_session(connection, session.id)
        landed = [each for each in past if each.status is MergeStatus.MERGED and each.commit_sha]
        if not landed:
            return None
        merged = MergedOnce(landed[-1].session_sha, landed[-1].commit_sha or "")
        return next_start(git, head, base, merged)

    def _log(self, session: Session, operation: str, before: str | None, after: str | None) -> None:
        event = GitOperated(operation=operation, sha_before=before, sha_after=after)
        with self._resources.database.write() as connection:
            eventlog.append(connection, event, session_id=session.id)
