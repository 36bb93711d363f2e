"""What all edits of a session by hand have in common: the session, its claim, the event they leave."""

from dataclasses import dataclass

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import commits, diffs
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Status
from ampsm_app.backend.services.operations import Operation, Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.standing import require_in_place
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store import eventlog, merges, sessions
from ampsm_app.backend.store import operations as intents

_MOST_NAMED = 5


@dataclass(frozen=True)
class Edits:
    """The parts that staging, committing, picking and rolling back are made of."""

    resources: Resources
    operations: Operations
    points: Points
    worktrees: Worktrees
    recovery: Recovery

    def session(self, session_id: str) -> Session:
        """The session with its worktree present, after what a killed process left is settled."""
        self.recovery.recover(session_id)
        with self.resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        self.worktrees.ensure_present(session)
        return session

    def require_settled(self, git: Git, session: Session) -> Status:
        """The status of a worktree whose branch may move.

        Raises `Conflict`: `merge_in_progress`, `unmerged`, or where the worktree stands elsewhere.
        """
        with self.resources.database.read() as connection:
            waiting = merges.open_merge(connection, session.id)
        if waiting is not None:
            raise Conflict(
                f"A merge of session {session.name!r} waits for its conflicts.",
                hint=f"amp-sessions continue-merge {session.id}, or abort-merge",
                code="merge_in_progress",
            )
        state = require_in_place(git, session)
        if state.unmerged:
            raise Conflict(
                f"Conflicts are not settled: {listing(state.unmerged)}.",
                hint="settle each one and stage it",
                code="unmerged",
                paths=list(state.unmerged),
            )
        return state

    def record(self, operation: Operation, session: Session, event: GitOperated) -> None:
        """Write what was done, and release the session."""
        with self.resources.database.write() as connection:
            eventlog.append(connection, event, session_id=session.id)
            sessions.announce(connection, session.id)
            operation.finish(connection)

    def settle(self, operation: intents.Operation, session: Session, event: GitOperated | None) -> None:
        """The same for an operation whose process was killed; without an event it had not come so far."""
        with self.resources.database.write() as connection:
            if event is not None:
                eventlog.append(connection, event, session_id=session.id)
                sessions.announce(connection, session.id)
            intents.finish(connection, operation.id, "finished" if event else "rolled back")


def index_event(operation: str, state: Status, files: int) -> GitOperated:
    """The event of something that left HEAD where it was."""
    return GitOperated(operation=operation, sha_before=state.head, sha_after=state.head, files_changed=files)


def moved_event(git: Git, operation: str, before: str, after: str, message: str | None = None) -> GitOperated:
    """The event of a branch that went from one commit to another, with what that changed."""
    files = diffs.changed_files(git, before, after)
    return GitOperated(
        operation=operation,
        sha_before=before,
        sha_after=after,
        files_changed=len(files),
        insertions=sum(each.added or 0 for each in files),
        deletions=sum(each.deleted or 0 for each in files),
        message=message,
    )


def subject_at(git: Git, sha: str) -> str:
    """The subject of a commit."""
    return commits.log(git, "-1", sha)[0].subject


def listing(paths: tuple[str, ...] | list[str]) -> str:
    """Some paths in words: the first few, and how many more there are."""
    shown = ", ".join(paths[:_MOST_NAMED])
    more = len(paths) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
