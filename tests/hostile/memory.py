"""How much memory a process takes at most while something goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

MB = 1024 * 1024
_EVERY_S = 0.02


class Growth:
    """The peak of what a process took beyond what it had, in bytes."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._before = self._now()
        self.peak = 0

    def look(self) -> None:
        """Look once."""
        self.peak = max(self.peak, self._now() - self._before)

    def _now(self) -> int:
        try:
            return int(self._process.memory_info().rss)
        except psutil.Error:
            return 0


@contextmanager
def watched(pid: int) -> Iterator[Growth]:
    """Look again and again while the block runs."""
    growth = Growth(pid)
    over = threading.Event()

    def look() -> None:
        while not over.wait(_EVERY_S):
            growth.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield growth
    finally:
        over.set()
        thread.join()
