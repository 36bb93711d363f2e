"""Runs a session's check script on what a merge would make of base."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, Conflict
from ampsm_app.backend.domain.events import CheckRan
from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.backend.domain.sessions import Check, Session
from ampsm_app.backend.git import excludes
from ampsm_app.backend.git.detached_worktrees import check_place, stand_on
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.checks import Checks
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.setup import Setup
from ampsm_app.backend.store import eventlog

_WAIT_S = 3600.0
_LOOK_S = 0.5
# Checks further back than this many are as good as forgotten.
_LOOKED_AT = 20


class MergeChecks:
    """Checks of merged trees, in one kept worktree a repository; what was checked is not checked again."""

    def __init__(self, resources: Resources, checks: Checks, setup: Setup) -> None:
        self._resources = resources
        self._checks = checks
        self._setup = setup

    def known(self, session: Session, tree: str) -> Check | None:
        """What the session's script said last of exactly this content, if it ran on it."""
        query = EventQuery(session_id=session.id, types=("test_result",), limit=_LOOKED_AT)
        with self._resources.database.read() as connection:
            ran, _ = eventlog.page(connection, query)
        said = [
            event.data.check
            for event in ran
            if isinstance(event.data, CheckRan) and event.data.command == session.script
        ]
        of_tree = [check for check in said if check.tree == tree and check.passed is not None]
        return of_tree[-1] if of_tree else None

    def run(self, session: Session, commit: str, tree: str, cancel: Cancel) -> Check:
        """Check `commit`, whose content is `tree`. A check that cannot be set up has `passed` None."""
        if not session.script:
            raise ValueError("a session without a script has nothing to check")
        repository = self._resources.repository(session)
        place = check_place(repository.root)
        with _alone(repository.common_dir, cancel):
            try:
                git = stand_on(repository.git, place, commit)
                excludes.hide(repository.root, repository.common_dir, place, session.context_dir)
                plan = self._setup.plan(git, session.base_commit)
                if plan is not None:
                    self._setup.run_once(session, plan, git, cancel=cancel)
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


@contextmanager
def _alone(common: Path, cancel: Cancel) -> Iterator[None]:
    """Hold the check worktree, which a repository's sessions share; waiting for it can be cancelled."""
    give_up = time.monotonic() + _WAIT_S
    while True:
        lock = repository_lock(common, "check", timeout_s=_LOOK_S)
        try:
            lock.__enter__()
        except Conflict:
            if cancel.is_set() or time.monotonic() > give_up:
                raise
            continue
        break
    try:
        yield
    finally:
        lock.__exit__(None, None, None)
