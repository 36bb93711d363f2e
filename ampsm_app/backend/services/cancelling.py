"""Ends a running tree when a flag is raised."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ampsm_app.backend.exec.running import Running


@contextmanager
def stopped_by(flag: threading.Event | None, running: Running) -> Iterator[None]:
    """While the block runs, raising `flag` stops the tree, from whatever thread."""
    if flag is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if flag.wait(0.1):
                running.stop()
                return

    thread = threading.Thread(target=watch, name=f"cancel-{running.pid}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
