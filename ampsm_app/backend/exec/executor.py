"""Where commands run."""

import itertools
import os
import time
from subprocess import Popen
from threading import Event, Lock, Thread

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.capture import Patience, Pump, pump_for
from ampsm_app.backend.exec.command import Command, Completed
from ampsm_app.backend.exec.environment import MARK
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.guarding import Guarding
from ampsm_app.backend.exec.running import Running
from ampsm_app.backend.exec.spawn import spawn

_STOP_S = 5.0
_KILLED = -9


class Executor:
    """Starts processes, each in a group of its own, each with a mark that its descendants inherit.

    `mark` is this orchestrator's; its children carry `<mark>.<n>`, so that `trees.sweep(mark)` finds them
    all. An orchestrator that runs inside another's tree begins its mark with that tree's.
    """

    def __init__(self) -> None:
        outer = os.environ.get(MARK)
        own = f"ampsm-{os.urandom(8).hex()}"
        self.mark = f"{outer}.{own}" if outer else own
        self._numbers = itertools.count(1)
        self._guarding = Guarding()
        self._lock = Lock()  # every tree of this executor that is not over is in `_running`
        self._running: set[Running] = set()
        self._closed = False

    @property
    def guard_pid(self) -> int | None:
        """The process that guards the started trees; None before the first one."""
        return self._guarding.pid

    def run(self, command: Command, *, cancel: Event | None = None, limit: int | None = None) -> Completed:
        """Run a short command to its end and return what it said, at most `limit` bytes of each stream.

        `command.timeout_s` or `cancel` end its whole tree. A grandchild that holds the pipes delays the
        answer by a second at most, and is left alone. Raises `CannotStart`.
        """
        began = time.monotonic()
        mark = self._next_mark()
        process = spawn(command, mark, stdin=command.stdin is not None)
        pump = pump_for(process, command.stdin, limit)
        deadline = None if command.timeout_s is None else began + command.timeout_s
        try:
            ending = pump.pump(Patience(deadline, cancel))
            if ending != "ended":
                _end(process, pump, mark)
        except BaseException:
            _end(process, pump, mark)
            raise
        finally:
            pump.close()
        return Completed(
            exit_code=_KILLED if process.returncode is None else process.returncode,
            stdout=pump.out.bytes(),
            stderr=pump.err.bytes(),
            timed_out=ending == "timed_out",
            cancelled=ending == "cancelled",
            duration_ms=round((time.monotonic() - began) * 1000),
        )

    def start(self, command: Command, *, mark: str | None = None, keep_stdin: bool = False) -> Running:
        """Start a tree that does not outlive this orchestrator: an agent, a check script, a set-up script.

        `command.stdin` is written and closed, unless `keep_stdin` leaves it open for `Running.send`.
        `mark` is the tree's own, by default the next of this executor. Raises `CannotStart`.
        """
        mark = mark or self._next_mark()
        self._guarding.open(mark)
        try:
            with self._lock:
                if self._closed:
                    raise CannotStart(f"{command.argv[0]} cannot be started: the program is being closed")
                process = spawn(command, mark, stdin=keep_stdin or command.stdin is not None)
                running = Running(process, mark, command, keep_stdin=keep_stdin, over=self._is_over)
                self._running.add(running)
        except BaseException:
            self._guarding.release(mark)
            raise
        self._guarding.lead(mark, running.pid)
        return running

    def close(self) -> None:
        """End every tree that still runs, then the guard: nothing of this executor is left."""
        with self._lock:
            self._closed = True
            threads = [Thread(target=running.stop, daemon=True) for running in self._running]
        for thread in threads:
            thread.start()
        give_up = time.monotonic() + _STOP_S
        for thread in threads:
            thread.join(max(0.0, give_up - time.monotonic()))
        self._guarding.close()

    def _is_over(self, running: Running, gone: bool) -> None:
        with self._lock:
            self._running.discard(running)
        if gone:
            self._guarding.release(running.mark)

    def _next_mark(self) -> str:
        return f"{self.mark}.{next(self._numbers)}"


def _end(process: Popen[bytes], pump: Pump, mark: str) -> None:
    trees.end_tree(process.pid, mark, ended=lambda: process.poll() is not None)
    pump.pump(Patience(time.monotonic() + 1.0))
