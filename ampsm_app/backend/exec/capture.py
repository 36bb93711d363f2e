"""Feeds a short command and collects what it says, in bounded time whoever else holds its pipes.

`pump` works until the command has ended and its pipes are closed, until `deadline`, or until `cancel`.
After the command itself has ended its pipes get one more second: a grandchild may hold them for ever.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import IO, Literal, Protocol

Ending = Literal["ended", "timed_out", "cancelled"]

HELD_PIPE_S = 1.0
_CANCEL_TICK_S = 0.05
_CHUNK = 65536


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
        return _CANCEL_TICK_S if left is None else min(left, _CANCEL_TICK_S)


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
    if sys.platform == "win32":
        return ThreadPump(process, stdin, limit)
    return PollPump(process, stdin, limit)


class PollPump:
    """One thread, one `poll`: the fast path, about 0.1 ms over the process itself."""

    def __init__(self, process: subprocess.Popen[bytes], stdin: bytes | None, limit: int | None) -> None:
        self.out, self.err = Sink(limit), Sink(limit)
        self._process = process
        self._rest = memoryview(stdin or b"")
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], bool]] = {}
        self._pidfd = _pidfd(process.pid)
        self._held_until: float | None = None
        self._watch_output(process.stdout, self.out)
        self._watch_output(process.stderr, self.err)
        if process.stdin is not None:
            self._watch_input(process.stdin)
        if self._pidfd is not None:
            self._poll.register(self._pidfd, select.POLLIN)

    def pump(self, patience: Patience) -> Ending:
        """Move bytes until the command ended or `patience` did."""
        while self._handlers or self._process.returncode is None:
            self._step(patience)
            if self._held_until is not None and time.monotonic() >= self._held_until:
                break
            stop = patience.over()
            if stop is not None and (self._handlers or self._process.returncode is None):
                return stop
        return "ended"

    def close(self) -> None:
        """Let go of the pipes."""
        if self._pidfd is not None:
            os.close(self._pidfd)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                _close(pipe)

    def _step(self, patience: Patience) -> None:
        for fd, _ in self._poll.poll(self._wait_ms(patience)):
            handler = self._handlers.get(fd)
            if handler is not None and not handler():
                self._forget(fd)
        if self._process.returncode is None and self._process.poll() is not None:
            self._held_until = time.monotonic() + HELD_PIPE_S
            self._forget_exit()

    def _wait_ms(self, patience: Patience) -> float | None:
        waits = [patience.next_wait()]
        if self._held_until is not None:
            waits.append(max(0.0, self._held_until - time.monotonic()))
        elif self._pidfd is None:
            # No descriptor tells of the end here: look for it, at once where the pipes are closed already.
            waits.append(_CANCEL_TICK_S if self._handlers else 0.001)
        finite = [wait for wait in waits if wait is not None]
        return min(finite) * 1000 if finite else None

    def _watch_output(self, pipe: IO[bytes] | None, sink: Sink) -> None:
        assert pipe is not None
        fd = pipe.fileno()

        def take() -> bool:
            data = os.read(fd, _CHUNK)
            sink.add(data)
            return bool(data)

        self._handlers[fd] = take
        self._poll.register(fd, select.POLLIN)

    def _watch_input(self, pipe: IO[bytes]) -> None:
        fd = pipe.fileno()
        os.set_blocking(fd, False)

        def give() -> bool:
            try:
                self._rest = self._rest[os.write(fd, self._rest[:_CHUNK]) :]
            except BlockingIOError:
                return True
            except OSError:  # it does not want to read all of it, which is its own affair
                self._rest = memoryview(b"")
            if not self._rest:
                _close(pipe)
            return bool(self._rest)

        if give():
            self._handlers[fd] = give
            self._poll.register(fd, select.POLLOUT)

    def _forget(self, fd: int) -> None:
        self._poll.unregister(fd)
        del self._handlers[fd]

    def _forget_exit(self) -> None:
        if self._pidfd is not None:
            self._poll.unregister(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None


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
        while data := os.read(pipe.fileno(), _CHUNK):
            sink.add(data)


def _feed(pipe: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(pipe.fileno(), rest[:_CHUNK]) :]
    except OSError:
        pass
    finally:
        _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return


def _pidfd(pid: int) -> int | None:
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # an older kernel, or a sandbox that forbids it
        return None
