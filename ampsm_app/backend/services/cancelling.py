"""A flag that ends what runs, at once when it is raised."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ampsm_app.backend.exec.running import Running


class Cancel(threading.Event):
    """Raised once, from any thread: the tree that runs under it is stopped, and none starts any more."""

    def __init__(self) -> None:
        super().__init__()
        # Guards `_running`: a tree is either stopped by `set` or sees that the flag is raised already. A
        # signal may raise the flag in the very thread that holds it.
        self._guard = threading.RLock()
        self._running: list[Running] = []

    def set(self) -> None:
        """Raise it. The trees are asked to end in threads of their own; who needs their end waits for it."""
        with self._guard:
            super().set()
            found = list(self._running)
        for running in found:
            _stop(running)

    @contextmanager
    def stops(self, running: Running) -> Iterator[None]:
        """While the block runs, raising the flag stops the tree."""
        with self._guard:
            self._running.append(running)
            raised = self.is_set()
        if raised:
            _stop(running)
        try:
            yield
        finally:
            with self._guard:
                self._running.remove(running)


def _stop(running: Running) -> None:
    threading.Thread(target=running.stop, name=f"cancel-{running.pid}", daemon=True).start()
