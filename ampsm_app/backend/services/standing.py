"""Where a session's worktree stands, and whether work may go on from there."""

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Status, read_status


class Displaced(Conflict):
    """The worktree is not where the session left it; for a turn an outcome `environment`."""

    default_code = "worktree_displaced"


def displacement(state: Status, session: Session) -> str | None:
    """Why the session cannot go on from here, in words; None where it can."""
    if state.state:
        return f"a {state.state} is unfinished in {session.worktree_path}"
    if state.branch != session.branch or state.head is None:
        return f"the worktree is on {state.branch or 'no branch'}, not on {session.branch}"
    return None


def require_in_place(git: Git, session: Session, *, refresh: bool = False) -> Status:
    """The worktree's status. Raises `Displaced` where it is on another branch, or amid something."""
    state = read_status(git, context_dir=session.context_dir, renames=False, refresh=refresh)
    if why := displacement(state, session):
        raise Displaced(
            f"Session {session.name!r} cannot go on: {why}.",
            hint=f"finish or undo it there, or restore a point: amp-sessions history {session.id}",
        )
    return state


def require_clean(git: Git, session: Session) -> str:
    """The commit that the worktree stands on. Raises `Conflict` (`uncommitted`) with changes in it."""
    state = require_in_place(git, session)
    if state.entries:
        raise Conflict(
            f"The session's worktree holds {count(len(state.entries), 'uncommitted file')}.",
            hint="commit or discard them; a turn commits what you changed by hand",
            code="uncommitted",
        )
    return state.head or ""
