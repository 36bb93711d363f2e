"""What happened to a session, and what happens in its worktree."""

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.messages import Nothing, WatchWorktree


def timeline_handlers(core: Core) -> dict[str, Handler]:
    """Requests that read a session's past, and the one that asks to be told of its worktree."""

    def listed(query: TimelineQuery) -> tuple[TimelineEntry, ...]:
        return tuple(core.timeline.entries(query))

    def watch(query: WatchWorktree) -> Nothing:
        if query.id is not None:
            core.sessions.get(query.id)
        return Nothing()

    return {"timeline:list": listed, "worktree:watch": watch}
