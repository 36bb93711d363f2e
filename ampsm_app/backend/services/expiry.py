"""Lets old restore points go by themselves: once a day, in little time, and never what nobody else holds."""

import logging
import threading
import time
from datetime import timedelta
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.git import refs, trash
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.services.known_repositories import present
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.retention import Retention
from ampsm_app.backend.store import backups, sessions

_DAY_S = timedelta(days=1).total_seconds()
_AGAIN_S = 3600.0
# What a command may take longer because of it; the rest is left for the next day.
_BUDGET_S = 1.0

_log = logging.getLogger(__name__)


class Expiry:
    """Drops the points that are older than `backups.keep_days`, with their rows.

    Kept all the same: pinned ones, those of a session that is busy or being merged, those whose worktree is
    in the trash, and the newest of a session without a branch while it alone holds some of its work.
    """

    def __init__(self, resources: Resources, retention: Retention) -> None:
        self._resources = resources
        self._retention = retention
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def daily(self) -> int:
        """Do it where that was last done a day ago or earlier; how many points went.

        Never an error: whatever it was run after has been done.
        """
        try:
            return self.run(budget_s=_BUDGET_S) if self._due() else 0
        except (AmpsmError, OSError) as error:
            _log.warning("restore points were not looked through: %s", error)
            return 0

    def run(self, *, budget_s: float | None = None) -> int:
        """Do it now; where time runs out, the remaining repositories wait for the next time."""
        ends = None if budget_s is None else time.monotonic() + budget_s
        gone = 0
        for repository in self._concerned():
            if self._over.is_set() or (ends is not None and time.monotonic() > ends):
                break
            try:
                gone += self._of_repository(repository)
            except AmpsmError as error:
                _log.warning("points of %s stay: %s", repository.root, error.message)
        return gone

    def keep_up(self) -> None:
        """Do it in the background, now and then every day, until `close`: for programs that run for long."""
        self._thread = threading.Thread(target=self._look, name="expiry", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the background work."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _look(self) -> None:
        while True:
            self.daily()
            if self._over.wait(_AGAIN_S):
                return

    def _due(self) -> bool:
        stamp: Path = self._resources.data_dir / "points-expired"
        try:
            # A clock that was put back must not make it wait for years.
            if abs(time.time() - stamp.stat().st_mtime) < _DAY_S:
                return False
        except FileNotFoundError:
            pass
        # First, so that what cannot be done is not tried again by each command.
        stamp.touch()
        return True

    def _concerned(self) -> list[Repository]:
        """The repositories that have anything old; git is asked only of those."""
        with self._resources.database.read() as connection:
            old = {point.session_id for point in backups.taken_before(connection, self._retention.oldest)}
            roots = {each.repo_root for each in sessions.every(connection) if each.id in old} if old else ()
        return present(self._resources, sorted(roots))

    def _of_repository(self, repository: Repository) -> int:
        trash.sweep(repository.common_dir)
        with self._resources.database.read() as connection:
            mine = {
                each.id: each for each in sessions.every(connection) if each.repo_root == str(repository.root)
            }
            old = backups.taken_before(connection, self._retention.oldest)
        verdicts = self._retention.judge(repository, mine, old)
        going = [each.point for each in verdicts if each.keeps is None]
        # The refs first: a row without a ref is forgotten the next time, a ref without a row never.
        refs.drop(repository.git, *(point.ref for point in going))
        with self._resources.database.write() as connection:
            for point in going:
                backups.forget(connection, point)
        return len(going)
