"""A process tree that runs: its lines, its input, its end."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event, Lock, Thread

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.capture import HELD_PIPE_S
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.errors import InputClosed
from ampsm_app.backend.exec.lines import Line, LineQueue, LineReader
from ampsm_app.backend.exec.waiting import await_exit

# What a process leaves behind when it ends by itself is not waited for as long as a process that is stopped.
_LEFTOVERS_GRACE_S = 0.5


@dataclass(frozen=True, slots=True)
class Finished:
    """How a tree ended. `exit_code` is its first process's, negative where a signal ended it."""

    exit_code: int
    timed_out: bool
    cancelled: bool
    duration_ms: int


class Running:
    """A tree that was started under guard. It is over when nothing that carries `mark` is left.

    Read `lines()` to their end, or not at all: a process whose output nobody takes waits for its reader.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        mark: str,
        command: Command,
        *,
        keep_stdin: bool,
        over: Callable[["Running", bool], None],
    ) -> None:
        self.pid = process.pid
        self.mark = mark
        self._process = process
        self._over = over
        self._began = time.monotonic()
        self._deadline = None if command.timeout_s is None else self._began + command.timeout_s
        self._queue = LineQueue()
        self._taken = False
        self._input = Lock()  # one message at a time goes down the input
        self._stopping = Lock()  # one thread at a time ends the tree
        self._timed_out = self._cancelled = False
        self._duration_ms = 0
        self._ended = Event()
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdout = LineReader("stdout", process.stdout, self._queue)
        self._stderr = LineReader("stderr", process.stderr, self._queue)
        self._readers = [_in_thread(self._stdout.run), _in_thread(self._stderr.run)]
        if command.stdin is not None:
            _in_thread(lambda: self._feed(command.stdin or b"", keep=keep_stdin))
        _in_thread(self._watch)

    @property
    def stderr_tail(self) -> bytes:
        """The last 64 KiB of standard error, at any time."""
        return self._stderr.tail

    def lines(self) -> Iterator[Line]:
        """Lines of both streams as they come; they end with the process, whoever holds its pipes.

        For one reader. Breaking off throws the rest away.
        """
        self._taken = True
        return self._queue.take()

    def send(self, data: bytes) -> None:
        """Write to standard input; raises `InputClosed` when the process takes none any more."""
        pipe = self._process.stdin
        rest = memoryview(data)
        try:
            with self._input:
                if pipe is None or pipe.closed:
                    raise InputClosed(f"Process {self.pid} takes no more input")
                while rest:
                    rest = rest[os.write(pipe.fileno(), rest) :]
        except OSError as error:
            raise InputClosed(f"Process {self.pid} takes no more input: {error.strerror}") from error

    def close_stdin(self) -> None:
        """End standard input: the process sees its end."""
        self._close_input(-1)

    def stop(self) -> None:
        """End the whole tree: ask, after two seconds kill. From any thread, as often as one likes."""
        if not self._ended.is_set() and self._process.poll() is None:
            self._cancelled = not self._timed_out
            self._end_tree()
        self._ended.wait(2 * HELD_PIPE_S)

    def wait(self) -> Finished:
        """Wait until the tree is gone. Where nobody reads its lines they are thrown away."""
        if not self._taken:
            self._queue.abandon()
        self._ended.wait()
        return Finished(self._process.returncode, self._timed_out, self._cancelled, self._duration_ms)

    def is_over(self) -> bool:
        """Whether the tree is gone."""
        return self._ended.is_set()

    def _watch(self) -> None:
        try:
            left = None if self._deadline is None else self._deadline - time.monotonic()
            if not await_exit(self._process, left):
                self._timed_out = not self._cancelled
                self._end_tree()
            self._process.wait()
            self._duration_ms = round((time.monotonic() - self._began) * 1000)
            self._join_readers(HELD_PIPE_S)
            gone = self._end_leftovers()
            self._queue.loosen()
            self._join_readers(HELD_PIPE_S)
            self._stdout.flush()
            self._stderr.flush()
            self._over(self, gone)
        finally:
            self._close_input(HELD_PIPE_S)
            self._queue.finish()
            self._ended.set()

    def _end_tree(self) -> None:
        with self._stopping:
            if self._process.poll() is None:
                trees.end_tree(self.pid, self.mark, ended=lambda: self._process.poll() is not None)

    def _end_leftovers(self) -> bool:
        if not trees.marked(self.mark) and not trees.group_alive(self.pid):
            return True
        trees.end_tree(self.pid, self.mark, ended=lambda: True, grace_s=_LEFTOVERS_GRACE_S)
        return not trees.marked(self.mark)

    def _close_input(self, patience_s: float) -> None:
        # A writer may hang on the input of a process that does not read it, until that is gone.
        if self._input.acquire(timeout=patience_s):
            try:
                if self._process.stdin is not None:
                    self._process.stdin.close()
            except OSError:
                return
            finally:
                self._input.release()

    def _join_readers(self, seconds: float) -> None:
        give_up = time.monotonic() + seconds
        for reader in self._readers:
            reader.join(max(0.0, give_up - time.monotonic()))

    def _feed(self, data: bytes, *, keep: bool) -> None:
        try:
            self.send(data)
        except InputClosed:  # it need not read what it was given
            return
        if not keep:
            self.close_stdin()


def _in_thread(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread
