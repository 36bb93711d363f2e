"""Feeds a short command and collects what it says, in bounded time whoever else holds its pipes.

`pump` works until the command has ended and its pipes are closed, until `deadline`, or until `cancel`.
After the command itself has ended its pipes get one more second: a grandchild may hold them for ever.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from threading import Event, Thread
from typing import IO, Literal, Protocol

Ending = Literal["ended", "timed_out", "cancelled"]

HELD_PIPE_S = 1.0
TICK_S = 0.05
CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: a moment of `time.monotonic()` and an event, each None where it does not matter."""

    deadline: float | None = None
    cancel: Event | None = None

    def over(self) -> Ending | None:
        """Why waiting should stop now, if it should."""
        if self.cancel is not None and self.cancel.is_set():
            return "cancelled"
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return "timed_out"
        return None

    def next_wait(self) -> float | None:
        """Seconds that may pass before `over` has to be asked again; None: any."""
        left = None if self.deadline is None else max(0.0, self.deadline - time.monotonic())
        if self.cancel is None:
            return left
        return TICK_S if left is None else min(left, TICK_S)


class Sink:
    """What one stream said, up to `limit` bytes; the rest is taken and dropped."""

    def __init__(self, limit: int | None) -> None:
        self._parts: list[bytes] = []
        self._room = limit

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._room is not None:
            data = data[: self._room]
            self._room -= len(data)
        if data:
            self._parts.append(data)

    def bytes(self) -> bytes:
        """Everything kept so far."""
        return b"".join(self._parts)


class Pump(Protocol):
    """The way a platform moves bytes to and from a child."""

    out: Sink
    err: Sink

    def pump(self, patience: Patience) -> Ending:
        """Move bytes until the command ended or `patience` did."""
        ...

    def close(self) -> None:
        """Let go of the pipes."""
        ...


def pump_for(process: subprocess.Popen[bytes], stdin: bytes | None, limit: int | None) -> Pump:
    """The pump of this platform: no threads where pipes can be polled."""
    if sys.platform != "win32":
        from ampsm_app.backend.exec.poll_pump import PollPump

        return PollPump(process, stdin, limit)
    return ThreadPump(process, stdin, limit)


class ThreadPump:
    """A thread for each pipe, where the platform cannot poll them."""

    def __init__(self, process: subprocess.Popen[bytes], stdin: bytes | None, limit: int | None) -> None:
        self.out, self.err = Sink(limit), Sink(limit)
        self._process = process
        self._threads = [
            Thread(target=_drain, args=(process.stdout, self.out), daemon=True),
            Thread(target=_drain, args=(process.stderr, self.err), daemon=True),
        ]
        if process.stdin is not None:
            self._threads.append(Thread(target=_feed, args=(process.stdin, stdin or b""), daemon=True))
        for thread in self._threads:
            thread.start()

    def pump(self, patience: Patience) -> Ending:
        """Move bytes until the command ended or `patience` did."""
        while self._process.poll() is None:
            stop = patience.over()
            if stop is not None:
                return stop
            self._wait(patience.next_wait())
        give_up = time.monotonic() + HELD_PIPE_S
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))
        return "ended"

    def close(self) -> None:
        """Let go of the pipes; one that is still being read closes when its reader ends."""

    def _wait(self, seconds: float | None) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


def _drain(pipe: IO[bytes], sink: Sink) -> None:
    with pipe:
        while data := os.read(pipe.fileno(), CHUNK):
            sink.add(data)


def _feed(pipe: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(pipe.fileno(), rest[:CHUNK]) :]
    except OSError:
        pass
    finally:
        close_quietly(pipe)


def close_quietly(pipe: IO[bytes]) -> None:
    """Close a pipe whose other end may be gone."""
    try:
        pipe.close()
    except OSError:
        return
