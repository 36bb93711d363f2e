"""Stop requests: asked for from any process, and looked for by whoever holds the session while it works."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ampsm_app.backend.exec import trees
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.store import iterations, stops
from ampsm_app.backend.store.claims import Holder
from ampsm_app.backend.store.database import Database

_LOOK_S = 0.2
_PATIENCE_S = 2.0


@contextmanager
def stoppable(database: Database, session_id: str, cancel: Cancel) -> Iterator[None]:
    """While the block runs, raise `cancel` as soon as any process asks for the end of what holds the session.

    The request is acknowledged: who asked knows that it was seen.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            if _is_requested(database, session_id):
                cancel.set()
                return

    thread = threading.Thread(target=watch, name=f"stop-{session_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Stopping:
    """Ends what holds a session, wherever it runs."""

    def __init__(self, resources: Resources, operations: Operations, recovery: Recovery) -> None:
        self._resources = resources
        self._operations = operations
        self._recovery = recovery

    def stop(self, session_id: str) -> bool:
        """End what holds the session, within five seconds; False where nothing did.

        Its owner is asked first; where that is silent for two seconds, its processes are ended from here.
        """
        with self._resources.database.write() as connection:
            request = stops.request(connection, session_id)
        if request is None:
            return False
        deadline = time.monotonic() + _PATIENCE_S
        seen = False
        while not seen and time.monotonic() < deadline and alive(request.holder.owner):
            time.sleep(0.05)
            with self._resources.database.read() as connection:
                seen = stops.is_seen(connection, request)
        if not seen and request.holder.owner != str(self._resources.owner):
            self._end_trees(session_id, request.holder)
        self._await_release(session_id)
        self._recovery.recover(session_id)
        return True

    def _end_trees(self, session_id: str, holder: Holder) -> None:
        """End what the turn started; all that its owner started only where the owner is dead."""
        with self._resources.database.read() as connection:
            running = iterations.running(connection, session_id=session_id)
        if not alive(holder.owner):
            trees.sweep(holder.mark)
        elif running:
            trees.sweep(f"{holder.mark}.{running[0].iteration.id}")

    def _await_release(self, session_id: str) -> None:
        deadline = time.monotonic() + 2 * _PATIENCE_S
        while self._operations.busy(session_id) and time.monotonic() < deadline:
            time.sleep(0.05)


def _is_requested(database: Database, session_id: str) -> bool:
    with database.read() as connection:
        if not stops.is_requested(connection, session_id):
            return False
    with database.write() as connection:
        stops.acknowledge(connection, session_id)
    return True
