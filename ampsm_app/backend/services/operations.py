"""Intents: what is done to a session is written down before it is done, so that it can be followed up.

An unfinished operation is also the session's claim: one at a time, across processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import claims, operations


class Operation:
    """One claimed operation. Steps are recorded before they are taken."""

    def __init__(self, resources: Resources, operation_id: str) -> None:
        self._resources = resources
        self.id = operation_id
        self.finished = False

    def step(self, name: str, **payload: object) -> None:
        """Record that `name` comes next; `payload` is laid over what is already known."""
        with self._resources.database.write() as connection:
            operations.step(connection, self.id, name, **payload)

    def finish(self, connection: Connection, result: str = "done") -> None:
        """Release the session, in the transaction that records the result."""
        operations.finish(connection, self.id, result)
        self.finished = True


class Operations:
    """Claims sessions for operations of this process."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def begin(
        self, connection: Connection, kind: str, session_id: str, repo_root: str, **payload: object
    ) -> Operation:
        """Claim the session in the caller's transaction; raises `SessionBusy` while something holds it."""
        begun = operations.begin(
            connection,
            kind,
            owner=str(self._resources.owner),
            mark=self._resources.executor.mark,
            session_id=session_id,
            repo_root=repo_root,
            payload=payload,
        )
        return Operation(self._resources, begun.id)

    @contextmanager
    def claim(self, kind: str, session_id: str, repo_root: str, **payload: object) -> Iterator[Operation]:
        """Hold the session for the block. An error releases it; else the block says when it is done."""
        with self._resources.database.write() as connection:
            operation = self.begin(connection, kind, session_id, repo_root, **payload)
        try:
            yield operation
        finally:
            if not operation.finished:
                with self._resources.database.write() as connection:
                    operation.finish(connection, "failed")

    def busy(self, session_id: str) -> bool:
        """Whether anything holds the session."""
        with self._resources.database.read() as connection:
            return claims.holder(connection, session_id) is not None
