"""Tells each page of changes in the worktree that it looks at; it watches none once the page is gone."""

import threading
from collections.abc import Callable
from typing import Protocol

from ampsm_app.backend.web.contract import WORKTREE_PUSH


class Watch(Protocol):
    """Something that watches."""

    def close(self) -> None:
        """Stop; returns at once."""

    def join(self) -> None:
        """Wait until it has stopped."""


class Watches:
    """The watch of each connection."""

    def __init__(
        self,
        emit: Callable[..., None],
        watch: Callable[[str, Callable[[], None]], Watch],
        connected: Callable[[str], bool],
    ) -> None:
        self._emit = emit
        self._watch = watch
        self._connected = connected
        # Guards the watches: of two requests of one connection, or a request and its end, the last one wins.
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}

    def watch(self, sid: str, session_id: str | None) -> None:
        """Tell a connection of a session's worktree from now on, or (None) of none."""

        def changed() -> None:
            self._emit(WORKTREE_PUSH, {"id": session_id}, to=sid)

        with self._lock:
            self._end(sid)
            if session_id is not None and self._connected(sid):
                self._watches[sid] = self._watch(session_id, changed)

    def drop(self, sid: str) -> None:
        """Tell a connection nothing more."""
        with self._lock:
            self._end(sid)

    def close(self) -> None:
        """Tell nobody anything more; nothing is watched any more after this."""
        with self._lock:
            ended = list(self._watches.values())
            for sid in list(self._watches):
                self._end(sid)
        for watch in ended:
            watch.join()

    def _end(self, sid: str) -> None:
        if (watch := self._watches.pop(sid, None)) is not None:
            watch.close()
