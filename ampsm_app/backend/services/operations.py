"""Intents: what is done to a session is written down before it is done, so that it can be followed up.

An unfinished operation is also the session's claim: one at a time, across processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.git.runner import was_killed
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import claims, operations

# Names no process: what it owns is followed up like what a dead one left.
_NOBODY = "nobody"


class Operation:
    """One claimed operation. Steps are recorded before they are taken."""

    def __init__(
        self, resources: Resources, recovery: Recovery, operation_id: str, session_id: str | None
    ) -> None:
        self._resources = resources
        self._recovery = recovery
        self._session_id = session_id
        self.id = operation_id
        self.finished = False

    def step(self, name: str, **payload: object) -> None:
        """Record that `name` comes next; `payload` is laid over what is already known."""
        with self._resources.database.write() as connection:
            self.step_within(connection, name, **payload)

    def step_within(self, connection: Connection, name: str, **payload: object) -> None:
        """The same, in the transaction that records what was done before."""
        operations.step(connection, self.id, name, **payload)

    def finish(self, connection: Connection, result: str = "done") -> None:
        """Release the session, in the transaction that records the result."""
        operations.finish(connection, self.id, result)
        self.finished = True

    def abandon(self) -> None:
        """Give it up wherever it is: it is finished or rolled back as if this process had died."""
        with self._resources.database.write() as connection:
            now = operations.get(connection, self.id)
            # Not our own mark: what else this process has started goes on.
            operations.take_over(connection, now, owner=_NOBODY, mark=f"{_NOBODY}-{self.id}")
        self.finished = True
        self._recovery.recover(self._session_id)


class Operations:
    """Claims sessions for operations of this process."""

    def __init__(self, resources: Resources, recovery: Recovery) -> None:
        self._resources = resources
        self._recovery = recovery

    def begin(
        self, connection: Connection, kind: str, session_id: str | None, repo_root: str, **payload: object
    ) -> Operation:
        """Claim the session in the caller's transaction; raises `SessionBusy` while something holds it.

        Without a session nothing is held; it is only written down what is done.
        """
        begun = operations.begin(
            connection,
            kind,
            owner=str(self._resources.owner),
            mark=self._resources.executor.mark,
            session_id=session_id,
            repo_root=repo_root,
            payload=payload,
        )
        return Operation(self._resources, self._recovery, begun.id, session_id)

    @contextmanager
    def claim(
        self, kind: str, session_id: str | None, repo_root: str, **payload: object
    ) -> Iterator[Operation]:
        """Hold the session for the block. An error releases it; else the block says when it is done.

        Where it was interrupted, or a git of it was killed, nobody knows how far it came: it is abandoned.
        """
        with self._resources.database.write() as connection:
            operation = self.begin(connection, kind, session_id, repo_root, **payload)
        try:
            yield operation
        except BaseException as error:
            if not operation.finished and (was_killed(error) or not isinstance(error, AmpsmError)):
                operation.abandon()
            raise
        finally:
            if not operation.finished:
                with self._resources.database.write() as connection:
                    operation.finish(connection, "failed")

    def busy(self, session_id: str) -> bool:
        """Whether anything holds the session."""
        with self._resources.database.read() as connection:
            return claims.holder(connection, session_id) is not None
