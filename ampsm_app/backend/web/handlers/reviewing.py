"""Looking at what a session changed."""

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.review import ChangeList, FileDiff
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.messages import GitStatus, SessionRef


def review_handlers(core: Core) -> dict[str, Handler]:
    """Requests that read a worktree."""

    def changes(query: DiffQuery) -> ChangeList:
        return core.reviews.changes(query)

    def file(query: DiffQuery) -> FileDiff:
        return core.reviews.file(query)

    def status(query: SessionRef) -> GitStatus:
        return status_of(core, query.id)

    return {"diff:list": changes, "diff:file": file, "git:status": status}


def status_of(core: Core, session_id: str) -> GitStatus:
    """What a session's worktree stands on, and what is not committed in it."""
    view = core.reviews.status(session_id)
    return GitStatus(
        branch=view.branch,
        head=view.head,
        state=view.unfinished,
        files=view.files,
        commits=view.commits,
    )
