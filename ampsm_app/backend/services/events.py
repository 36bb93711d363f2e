"""The event log, as the faces read and follow it."""

from collections.abc import Callable, Iterator
from typing import Any

from ampsm_app.backend.domain.events import Event
from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import eventlog, iterations, outputs
from ampsm_app.backend.store.follower import Follower

_PIECE = 256 * 1024


class EventSource:
    """A cursor into the log that gives JSON-ready pages."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    def next_page(self, timeout_s: float) -> list[dict[str, Any]]:
        """At most 500 events after the cursor; empty where none came in time."""
        page = self._follower.read()
        if not page and self._follower.wait(timeout_s):
            page = self._follower.read()
        return [event.model_dump(mode="json") for event in page]

    def close(self) -> None:
        """Wake whoever waits, and end."""
        self._follower.close()


class Events:
    """Pages of the past, and whatever happens from now on, by any process."""

    def __init__(self, resources: Resources) -> None:
        self._database = resources.database

    def head(self) -> int:
        """The seq of the newest event."""
        with self._database.read() as connection:
            return eventlog.head(connection)

    def page(self, query: EventQuery) -> tuple[list[Event], bool]:
        """The events that match, oldest first, and whether there are more in the direction asked for."""
        with self._database.read() as connection:
            return eventlog.page(connection, query)

    def source(self, after_seq: int) -> EventSource:
        """A cursor for a connection."""
        return EventSource(Follower(self._database, after_seq))

    def follow(
        self, after_seq: int, *, session_id: str | None = None, until: Callable[[], bool] = lambda: False
    ) -> Iterator[Event]:
        """Events as they are committed; once `until` holds, those that are left, and then the end."""
        with Follower(self._database, after_seq, session_id=session_id) as follower:
            while True:
                last = until()
                page = follower.read()
                yield from page
                if last and not page:
                    return
                if not page:
                    follower.wait(0.1)

    def output(self, iteration_id: str, offset: int, limit: int) -> tuple[str, int | None, int]:
        """A piece of a turn's raw output: its text, where the next begins (None at the end), all bytes."""
        with self._database.read() as connection:
            page = outputs.read_page(connection, iteration_id, offset, limit)
        return page.text, page.next_offset, page.size

    def raw_output(self, session_id: str) -> Iterator[str]:
        """The raw output of a session's last turn, in pieces."""
        with self._database.read() as connection:
            past = iterations.of_session(connection, session_id)
        offset: int | None = 0
        while past and offset is not None:
            text, offset, _ = self.output(past[-1].id, offset, _PIECE)
            yield text
