"""Noticing what is changed by hand in a session's worktree, while somebody looks at it."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.git.noticing import Place, Sieve
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import sessions

# The library looks for news every step, and hands them over after one without any, at the latest after the
# longest; with these a change is told after 50 to 150 ms, and waiting takes a thousandth of a core.
_STEP_MS = 50
_LONGEST_MS = 100
_TICK_MS = 500
# What is told makes a page read the worktree: not more often than this, however much is written.
_PAUSE_S = 1.0
_IGNORED_PAUSE_S = 0.3
_SLOW_START_S = 0.3
_POLL_S = 2.0
_NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "afpfs",
    "webdav",
    "ncpfs",
    "vboxsf",
    "prl_fs",
    "drvfs",
    "fuse.sshfs",
)

_log = logging.getLogger(__name__)


class Watch:
    """A worktree that is watched by a thread of its own, until it is closed."""

    def __init__(self, place: Place, changed: Callable[[], None]) -> None:
        self._place = place
        self._changed = changed
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worktree-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching; returns at once, and nothing is told any more."""
        self._closed.set()

    def join(self) -> None:
        """Wait until a closed watch has ended."""
        if self._thread is not threading.current_thread():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                if not (self._place.worktree / ".git").exists():
                    self._closed.wait(_POLL_S)
                elif _must_poll(self._place.worktree):
                    self._poll()
                else:
                    self._follow()
            except AmpsmError as error:
                # It went away in the middle of a look, and may come back.
                _log.info("%s cannot be watched now: %s", self._place.worktree, error)
                self._closed.wait(_POLL_S)

    def _follow(self) -> None:
        """Wait for news of the system, until the worktree is another folder."""
        try:
            began, there = time.monotonic(), _identity(self._place.worktree)
            self._follow_news(began, there)
        except (OSError, RuntimeError) as error:
            # Most likely the limit of watched folders.
            _log.info("%s is polled: %s", self._place.worktree, error)
            self._poll()

    def _follow_news(self, began: float, there: tuple[int, int] | None) -> None:
        sieve = Sieve(self._place)
        waiting: set[str] = set()
        not_before = 0.0
        for number, changes in enumerate(self._news()):
            now = time.monotonic()
            if number == 0 and now - began > _TICK_MS / 1000 + _SLOW_START_S:
                self._tell()
            waiting |= changes
            if waiting and now >= not_before:
                passed = sieve.passes(waiting)
                waiting.clear()
                not_before = time.monotonic() + (_PAUSE_S if passed else _IGNORED_PAUSE_S)
                if passed:
                    self._tell()
            if not changes and _identity(self._place.worktree) != there:
                self._tell()
                return

    def _news(self) -> Iterator[set[str]]:
        """Paths that changed, as they do; an empty set now and then."""
        from watchfiles import watch

        news = watch(
            *self._place.folders(),
            watch_filter=None,
            debounce=_LONGEST_MS,
            step=_STEP_MS,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            stop_event=self._closed,
            raise_interrupt=False,
            force_polling=False,
            ignore_permission_denied=True,
        )
        for changes in news:
            yield {path for _, path in changes}

    def _poll(self) -> None:
        """Ask git every other second."""
        last = self._place.fingerprint()
        while not self._closed.wait(_POLL_S):
            now = self._place.fingerprint()
            if now != last:
                last = now
                self._tell()

    def _tell(self) -> None:
        if not self._closed.is_set():
            self._changed()


class Watching:
    """Watches the worktrees that are looked at, and no other."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def watch(self, session_id: str, changed: Callable[[], None]) -> Watch:
        """Call `changed`, in a thread of its own, after what git sees of the worktree has changed.

        The first change after a pause is told within 200 ms, then one a second. Context files and what git
        ignores are left out; a commit, staging, a moved base are in. Raises `NotFound`.
        """
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        git = self._resources.worktree_git(session)
        return Watch(Place(git, session.branch, session.base_branch, session.context_dir), changed)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _must_poll(folder: Path) -> bool:
    """Whether the system tells no news of this folder: on a network, or where the user says so."""
    if os.environ.get("WATCHFILES_FORCE_POLLING", "").lower() not in (
        "",
        "0",
        "false",
        "disable",
        "disabled",
    ):
        return True
    import psutil

    place = os.path.realpath(folder)
    try:
        all_disks = psutil.disk_partitions(all=True)
    except OSError:
        return False
    disks = [each for each in all_disks if _holds(each.mountpoint, place)]
    disk = max(disks, key=lambda each: len(each.mountpoint), default=None)
    return disk is not None and (disk.fstype.lower().startswith(_NETWORK) or "remote" in disk.opts.split(","))


def _holds(mountpoint: str, place: str) -> bool:
    return place == mountpoint or place.startswith(mountpoint.rstrip(os.sep) + os.sep)
