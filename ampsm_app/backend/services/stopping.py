"""Stop requests: whoever holds a session looks for them while it works."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.store import stops
from ampsm_app.backend.store.database import Database

_LOOK_S = 0.2


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


def _is_requested(database: Database, session_id: str) -> bool:
    with database.read() as connection:
        if not stops.is_requested(connection, session_id):
            return False
    with database.write() as connection:
        stops.acknowledge(connection, session_id)
    return True
