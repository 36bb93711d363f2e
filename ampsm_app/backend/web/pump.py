"""Sends a connection the events it has not seen yet, at the speed at which it takes them."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from ampsm_app.backend.web.contract import EVENTS_PUSH, MAX_UNACKNOWLEDGED

_PAUSE_S = 0.04
_IDLE_S = 1.0


class EventSource(Protocol):
    """A cursor into the event log."""

    def next_page(self, timeout_s: float) -> list[dict[str, Any]]:
        """At most 500 events after the cursor as JSON-ready objects; empty where none came in time."""

    def close(self) -> None:
        """Wake whoever waits, and end."""


class Pump:
    """One thread a connection. What the page has not acknowledged stays in the database, not in memory.

    The first event after a pause goes out at once; then at most one batch in 40 ms.
    """

    def __init__(self, emit: Callable[..., None], sid: str, source: EventSource) -> None:
        self._emit = emit
        self._sid = sid
        self._source = source
        # Counts the batches that may still be sent before one is acknowledged.
        self._allowed = threading.Semaphore(MAX_UNACKNOWLEDGED)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"events-{sid[:6]}", daemon=True)

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def close(self) -> None:
        """Stop sending; returns at once."""
        self._closed.set()
        self._source.close()
        self._allowed.release()

    def _run(self) -> None:
        while not self._closed.is_set():
            page = self._source.next_page(_IDLE_S)
            if not page:
                continue
            self._allowed.acquire()
            if self._closed.is_set():
                return
            sent = time.monotonic()
            self._emit(EVENTS_PUSH, page, to=self._sid, callback=self._acknowledged)
            self._closed.wait(max(0.0, _PAUSE_S - (time.monotonic() - sent)))

    def _acknowledged(self, *_: object) -> None:
        self._allowed.release()
