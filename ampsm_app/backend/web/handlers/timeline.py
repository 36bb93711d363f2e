"""What happened to a session."""

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from ampsm_app.backend.web.dispatch import Handler


def timeline_handlers(core: Core) -> dict[str, Handler]:
    """Requests that read a session's past."""

    def listed(query: TimelineQuery) -> tuple[TimelineEntry, ...]:
        return tuple(core.timeline.entries(query))

    return {"timeline:list": listed}
