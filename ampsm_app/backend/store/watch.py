"""Notices that something was committed to the database, by this process or another."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

from ampsm_app.backend.store.files import BUSY_S, read_only_uri

_POLL_S = 0.02
# Where nothing was written for a while a look costs more than it finds; half of the way to the page's 150 ms.
_QUIET_POLL_S = 0.06
_QUIET_S = 3.0


class ChangeWatch:
    """A number that grows with every commit, and waiting for it to grow.

    Commits of this process are told by `bump`; those of others are seen by one thread that asks SQLite for
    its `data_version`, and only while somebody watches.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._generation = 0
        self._watchers = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def generation(self) -> int:
        """The present number: take it before reading, wait for another after."""
        return self._generation

    @property
    def closed(self) -> bool:
        """Whether the database was closed."""
        return self._closed

    def bump(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def wait(self, seen: int, timeout: float | None) -> bool:
        """Whether the number differs from `seen`, waiting up to `timeout` seconds (None: for ever)."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._generation != seen, timeout)
            return self._generation != seen

    def join(self) -> None:
        """Begin to watch: from now on commits of other processes are seen too."""
        with self._changed:
            self._watchers += 1
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._poll, name="ampsm-store-watch", daemon=True)
                self._thread.start()

    def leave(self) -> None:
        """End what `join` began; the last one out stops the thread."""
        with self._changed:
            self._watchers -= 1
            self._changed.notify_all()

    def empty_log(self) -> bool:
        """Move the write-ahead log into the database and cut it to nothing, unless somebody is using it."""
        with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as connection:
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                return False
            return not busy

    def close(self) -> None:
        """Wake everybody for the last time and wait for the thread to end."""
        with self._changed:
            self._closed = True
            self._generation += 1
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _poll(self) -> None:
        # A connection of its own: one does not see its own writes, and must not be inside a transaction.
        uri = read_only_uri(self._path)
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)) as connection:
            last = -1
            quiet_since: float | None = time.monotonic()
            while self._still_watched(_QUIET_POLL_S if quiet_since is None else _POLL_S):
                version = _data_version(connection)
                if version != last:
                    last, quiet_since = version, time.monotonic()
                    self.bump()
                elif quiet_since is not None and time.monotonic() - quiet_since > _QUIET_S:
                    quiet_since = None
                    self.empty_log()

    def _still_watched(self, pause_s: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._watchers == 0, pause_s)
            if self._closed or self._watchers == 0:
                self._thread = None
                return False
            return True


def _data_version(connection: sqlite3.Connection) -> int:
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.Error:
        # Not readable at this moment, so perhaps changed.
        return -1
