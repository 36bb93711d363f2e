"""Following the event log: every event once, in order, from wherever one left off."""

from collections.abc import Iterator
from typing import Self

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.domain.events import Event
from ampsm_app.backend.store import eventlog
from ampsm_app.backend.store.database import Database


class Follower:
    """A place in the log. Iterating gives pages of events as they are committed, by any process.

    Use it in one thread; `close` may come from another and ends the iteration. So does closing the database.
    """

    def __init__(
        self, database: Database, after_seq: int, *, session_id: str | None = None, limit: int = eventlog.PAGE
    ) -> None:
        self.seq = after_seq
        self._database = database
        self._session_id = session_id
        self._limit = limit
        self._seen = -1
        self._closed = False
        database.watch.join()

    def read(self) -> list[Event]:
        """The next page of what is there now, perhaps empty; `seq` moves past it."""
        # Taken before the read: what is committed while it runs makes the next `wait` return at once.
        self._seen = self._database.watch.generation
        with self._database.read() as connection:
            page = eventlog.read_after(connection, self.seq, limit=self._limit, session_id=self._session_id)
        if page:
            self.seq = page[-1].seq
        if len(page) == self._limit:
            self._seen = -1
        return page

    def wait(self, timeout: float | None = None) -> bool:
        """Whether there may be more since the last `read`, waiting for it up to `timeout` seconds."""
        return self._database.watch.wait(self._seen, timeout) and not self._ended

    def close(self) -> None:
        """End the iteration, also while it waits."""
        if not self._closed:
            self._closed = True
            self._database.watch.leave()
            self._database.watch.bump()

    def __iter__(self) -> Iterator[list[Event]]:
        while not self._ended:
            try:
                page = self.read()
            except StoreError:
                if self._ended:
                    return
                raise
            if page:
                yield page
            else:
                self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _ended(self) -> bool:
        return self._closed or self._database.watch.closed
