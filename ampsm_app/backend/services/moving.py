"""Moves a session's branch together with its worktree, so that a kill in the middle can be followed up."""

from collections.abc import Callable

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import moving, refs
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.runner import Git

# Records the step that comes next, with what following it up needs.
Step = Callable[..., None]

STEP = "moving"


def move_session(git: Git, session: Session, old: str, new: str, *, message: str, step: Step) -> None:
    """Move branch and worktree from `old` to `new`; the caller has taken a backup.

    Raises `Conflict` with the code and reason, and nothing touched, where something of the user's stands in
    the way.
    """
    wanted = moving.Move(
        worktree=session.worktree_path,
        ref=refs.HEADS + session.branch,
        old=old,
        new=new,
        message=message,
    )
    step(STEP, move=wanted.model_dump(mode="json"))
    outcome = moving.move(git, wanted)
    if isinstance(outcome, Refused):
        raise Conflict(outcome.reason, hint=outcome.hint, code=outcome.code)
