"""Runs a session's check script on what a merge would make of base."""

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.sessions import Check, Session
from ampsm_app.backend.git import excludes
from ampsm_app.backend.git.detached_worktrees import check_place, stand_on
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.checks import Checks
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.setup import Setup
from ampsm_app.backend.store import iterations, merges

_WAIT_S = 3600.0


class MergeChecks:
    """Checks of merged trees, in one kept worktree a repository; what was checked is not checked again."""

    def __init__(self, resources: Resources, checks: Checks, setup: Setup) -> None:
        self._resources = resources
        self._checks = checks
        self._setup = setup

    def known(self, session: Session, tree: str) -> Check | None:
        """What the session's script said of exactly this content, if it ran on it."""
        with self._resources.database.read() as connection:
            ran = [each.check for each in iterations.of_session(connection, session.id)]
            ran += [each.check for each in merges.of_session(connection, session.id)]
        of_tree = [check for check in ran if check is not None and check.tree == tree]
        return next((check for check in reversed(of_tree) if check.passed is not None), None)

    def run(self, session: Session, commit: str, tree: str, cancel: Cancel) -> Check:
        """Check `commit`, whose content is `tree`. A check that cannot be set up has `passed` None."""
        if not session.script:
            raise ValueError("a session without a script has nothing to check")
        repository = self._resources.repository(session)
        place = check_place(repository.root)
        with repository_lock(repository.common_dir, "check", timeout_s=_WAIT_S):
            try:
                git = stand_on(repository.git, place, commit)
                excludes.hide(repository.root, repository.common_dir, place, session.context_dir)
                plan = self._setup.plan(git, session.base_commit)
                if plan is not None:
                    self._setup.run_once(session, plan, git)
            except AmpsmError as error:
                return Check(passed=None, exit_code=None, duration_ms=0, output=error.message, tree=tree)
            return self._checks.run(
                session.script,
                place,
                session_id=session.id,
                reason="merge",
                tree=tree,
                cancel=cancel,
            )
