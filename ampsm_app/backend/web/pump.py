"""Sends a connection the events it has not seen yet, at the speed at which it takes them."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from ampsm_app.backend.web.contract import EVENTS_PUSH, MAX_UNACKNOWLEDGED

_PAUSE_S = 0.04
_IDLE_S = 1.0
_STOP_S = 5.0


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

    def join(self) -> None:
        """Wait until a closed pump has stopped."""
        self._thread.join(_STOP_S)

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


class Pumps:
    """The pump of each connection: one at most, and none once it is gone."""

    def __init__(
        self,
        emit: Callable[..., None],
        source: Callable[[int], EventSource],
        connected: Callable[[str], bool],
    ) -> None:
        self._emit = emit
        self._source = source
        self._connected = connected
        # Guards the pumps: of two requests of one connection, or a request and its end, the last one wins.
        self._lock = threading.Lock()
        self._pumps: dict[str, Pump] = {}

    def follow(self, sid: str, after_seq: int) -> None:
        """Send a connection what comes after `after_seq`, instead of what it was sent until now."""
        with self._lock:
            self._end(sid)
            if self._connected(sid):
                self._pumps[sid] = Pump(self._emit, sid, self._source(after_seq))
                self._pumps[sid].start()

    def drop(self, sid: str) -> None:
        """Send a connection nothing more."""
        with self._lock:
            self._end(sid)

    def close(self) -> None:
        """Send nobody anything more; nothing reads the log any more after this."""
        with self._lock:
            ended = list(self._pumps.values())
            for sid in list(self._pumps):
                self._end(sid)
        for pump in ended:
            pump.join()

    def _end(self, sid: str) -> None:
        if (pump := self._pumps.pop(sid, None)) is not None:
            pump.close()
