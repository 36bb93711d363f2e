"""How each kind of operation is followed up after its process was killed; merges have theirs apart."""

from pathlib import Path

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.services.cleanup import Cleanup
from ampsm_app.backend.services.history import History
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import operations
from ampsm_app.backend.store.operations import Operation


class Settling:
    """Finishes what had begun to move, rolls back what had not."""

    def __init__(self, resources: Resources, recovery: Recovery, history: History, cleanup: Cleanup) -> None:
        self._resources = resources
        self._recovery = recovery
        self._history = history
        self._cleanup = cleanup

    def register(self) -> None:
        """Tell recovery what to do for each kind."""
        self._recovery.handle("restore", self._history.resume)
        self._recovery.handle("restore-file", self._history.resume_files)
        self._recovery.handle("cleanup", self._removal)
        self._recovery.handle("delete", self._removal)

    def _removal(self, operation: Operation, session: Session) -> None:
        if operation.step != "moving":
            self._recovery.finish(operation, "rolled back")
            return
        place = operation.payload.get("trash")
        repository = self._resources.repository(session)
        self._cleanup.take_away(session, repository, Path(place) if place else None)
        with self._resources.database.write() as connection:
            self._cleanup.record(connection, session, operation.kind, place)
            operations.finish(connection, operation.id, "finished")
