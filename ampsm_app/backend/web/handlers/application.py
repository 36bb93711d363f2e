"""The page itself: its first picture, its events, its mode, its state."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from ampsm_app import __version__
from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.health import AgentHealth, HealthReport
from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.backend.domain.review import RepoInfo
from ampsm_app.backend.domain.sessions import AgentChoice
from ampsm_app.backend.web.contract import SNAPSHOT_SESSIONS
from ampsm_app.backend.web.dispatch import Handler, Prepared
from ampsm_app.backend.web.messages import (
    EventPage,
    Follow,
    HealthQuery,
    Nothing,
    OutputPiece,
    OutputQuery,
    PickedFolder,
    PickFolder,
    Position,
    RepoPath,
    SetMode,
    SetView,
    Snapshot,
)
from ampsm_app.backend.web.native import NativeDialogs


def application_handlers(core: Core, native: Callable[[], NativeDialogs]) -> dict[str, Handler]:
    """Requests that concern no session."""

    def snapshot(_: Nothing) -> Prepared:
        seq = core.events.head()
        first = core.sessions.first(SNAPSHOT_SESSIONS)
        rest = Snapshot(
            seq=seq,
            version=__version__,
            sessions=(),
            total=first.total,
            mode=core.agents.known_health(),
            modes=core.agents.all_known_health(),
            view=core.views.all(),
            theme=core.views.theme(),
            recent_repos=first.repositories,
            platform=_platform(),
            home=str(Path.home()),
        )
        return Prepared({**rest.model_dump(mode="json"), "sessions": first.rows})

    def follow(_: Follow) -> Position:
        return Position(seq=core.events.head())

    def page(query: EventQuery) -> EventPage:
        events, more = core.events.page(query)
        return EventPage(events=tuple(events), more=more)

    def output(query: OutputQuery) -> OutputPiece:
        text, following, size = core.events.output(query.iteration_id, query.offset, query.limit)
        return OutputPiece(text=text, next_offset=following, size=size)

    def inspect(query: RepoPath) -> RepoInfo:
        return core.repositories.inspect(query.path)

    def pick(query: PickFolder) -> PickedFolder:
        return PickedFolder(path=native().pick_folder(query.start))

    def set_mode(query: SetMode) -> AgentHealth:
        choice = AgentChoice(mode=query.mode, cli_path=query.cli_path, server_url=query.server_url)
        return core.agents.switch(choice)

    def health(query: HealthQuery) -> AgentHealth:
        return core.agents.health(AgentChoice(mode=query.mode), refresh=query.refresh)

    def set_view(query: SetView) -> Nothing:
        core.views.set(query.key, query.value)
        return Nothing()

    def doctor(_: Nothing) -> HealthReport:
        return core.doctor.examine()

    return {
        "app:snapshot": snapshot,
        "events:follow": follow,
        "events:page": page,
        "iteration:output": output,
        "repo:inspect": inspect,
        "repo:pick": pick,
        "mode:set": set_mode,
        "agent:health": health,
        "view:set": set_view,
        "doctor:run": doctor,
    }


def _platform() -> Literal["linux", "darwin", "win32"]:
    if sys.platform == "win32":
        return "win32"
    return "darwin" if sys.platform == "darwin" else "linux"
