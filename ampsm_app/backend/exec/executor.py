"""Where commands run."""

import itertools
import os
import time
from subprocess import Popen
from threading import Event

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.capture import Patience, Pump, pump_for
from ampsm_app.backend.exec.command import Command, Completed
from ampsm_app.backend.exec.environment import MARK
from ampsm_app.backend.exec.spawn import spawn


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
            exit_code=process.returncode if process.returncode is not None else -9,
            stdout=pump.out.bytes(),
            stderr=pump.err.bytes(),
            timed_out=ending == "timed_out",
            cancelled=ending == "cancelled",
            duration_ms=round((time.monotonic() - began) * 1000),
        )

    def _next_mark(self) -> str:
        return f"{self.mark}.{next(self._numbers)}"


def _end(process: Popen[bytes], pump: Pump, mark: str) -> None:
    trees.end_tree(process.pid, mark, ended=lambda: process.poll() is not None)
    pump.pump(Patience(time.monotonic() + 1.0))
