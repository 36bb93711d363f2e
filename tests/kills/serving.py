"""A server process with a page connected to it."""

import os
import signal
from contextlib import suppress

from tests.kills.machine import Machine
from tests.support.web import Visitor, enter, until


class Serving:
    """`amp-sessions serve`, and who visits it."""

    def __init__(self, machine: Machine) -> None:
        self.pid = machine.start("serve")
        self._machine = machine
        out = machine.root / "stdout"
        until(lambda: out.exists() and out.read_text().endswith("\n"))
        url = out.read_text().strip()
        port = int(url.split(":")[2].split("/")[0])
        self.page = Visitor(port, enter(url)).connect()

    def end(self, number: signal.Signals) -> int:
        """Send a signal; the exit status."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        code = self._machine.wait(self.pid)
        with suppress(Exception):
            self.page.leave()
        return code
