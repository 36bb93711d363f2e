"""Output as lines: of any length, of any bytes, and never more in memory than the reader can follow."""

import io
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Condition, Lock
from typing import IO, Literal

Stream = Literal["stdout", "stderr"]

TAIL = 64 * 1024
_ROOM = 8 * 1024 * 1024
_LINE_OVERHEAD = 128
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its newline; the last one of a stream may be cut."""

    stream: Stream
    data: bytes


class LineQueue:
    """Lines between the threads that read pipes and the one that takes them.

    About 8 MiB wait at most (a longer line waits alone): a writer that is faster than its reader is held
    up at its pipe.
    """

    def __init__(self) -> None:
        self._state = Condition(Lock())  # `_held` is the cost of what is in `_lines`
        self._lines: deque[Line] = deque()
        self._held = 0
        self._bounded = True
        self._wanted = True
        self._finished = False

    def put(self, lines: list[Line]) -> None:
        """Add lines, once there is room; they are dropped where nobody wants them any more."""
        cost = sum(len(line.data) + _LINE_OVERHEAD for line in lines)
        with self._state:
            self._state.wait_for(lambda: not self._bounded or self._held == 0 or self._held + cost <= _ROOM)
            if self._wanted and not self._finished:
                self._lines.extend(lines)
                self._held += cost
                self._state.notify_all()

    def take(self) -> Iterator[Line]:
        """Lines as they come, until `finish`. Breaking off drops the rest."""
        try:
            while batch := self._next_batch():
                yield from batch
        finally:
            self.abandon()

    def loosen(self) -> None:
        """Hold up no writer any more: its process has ended, little can follow."""
        with self._state:
            self._bounded = False
            self._state.notify_all()

    def abandon(self) -> None:
        """Nobody takes lines any more."""
        with self._state:
            self._wanted = self._bounded = False
            self._lines.clear()
            self._held = 0
            self._state.notify_all()

    def finish(self) -> None:
        """No line follows."""
        with self._state:
            self._finished = True
            self._bounded = False
            self._state.notify_all()

    def _next_batch(self) -> deque[Line]:
        with self._state:
            self._state.wait_for(lambda: self._lines or self._finished or not self._wanted)
            batch, self._lines = self._lines, deque()
            self._held = 0
            self._state.notify_all()
            return batch


class LineReader:
    """Reads one pipe to its end, cutting it into lines. `tail` keeps its last 64 KiB."""

    def __init__(self, stream: Stream, pipe: IO[bytes], queue: LineQueue) -> None:
        self._stream = stream
        self._pipe = pipe
        self._queue = queue
        self._lock = Lock()  # `_begun` holds what came after the last newline
        self._begun = io.BytesIO()
        self._tail = bytearray()

    @property
    def tail(self) -> bytes:
        """The last of what was read, newlines included."""
        with self._lock:
            return bytes(self._tail[-TAIL:])

    def run(self) -> None:
        """Read until the pipe ends; runs in a thread of its own."""
        with self._pipe:
            while data := os.read(self._pipe.fileno(), _CHUNK):
                if lines := self._cut(data):
                    self._queue.put(lines)
        self.flush()

    def flush(self) -> None:
        """Deliver a last line that has no newline."""
        with self._lock:
            rest = self._taken()
        if rest:
            self._queue.put([Line(self._stream, rest)])

    def _cut(self, data: bytes) -> list[Line]:
        with self._lock:
            self._tail += data
            if len(self._tail) > 2 * TAIL:
                del self._tail[:-TAIL]
            first, *more = data.split(b"\n")
            self._begun.write(first)
            if not more:
                return []
            lines = [self._taken(), *more[:-1]]
            self._begun.write(more[-1])
        return [Line(self._stream, line) for line in lines]

    def _taken(self) -> bytes:
        # `getvalue` hands its buffer over without a copy: a line of 50 MB costs 50 MB, not 100.
        begun, self._begun = self._begun, io.BytesIO()
        return begun.getvalue()
