"""Sessions and their turns."""

import threading

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.requests import IterateRequest, NewSession, SessionFilter
from ampsm_app.backend.domain.sessions import Check, Iteration, SessionSummary
from ampsm_app.backend.web.dispatch import Handler, Prepared
from ampsm_app.backend.web.messages import (
    Archive,
    Deleted,
    ForcedRef,
    Notes,
    Nothing,
    OpenIn,
    Rename,
    SessionDetail,
    SessionRef,
    Stopped,
)


def session_handlers(core: Core) -> dict[str, Handler]:
    """Requests that concern a session."""

    def listed(query: SessionFilter) -> Prepared:
        seq = core.events.head()
        return Prepared({"sessions": core.sessions.rows(query), "seq": seq})

    def get(query: SessionRef) -> SessionDetail:
        session = core.sessions.get(query.id)
        return SessionDetail(
            session=session,
            iterations=tuple(core.sessions.iterations(session.id)),
            merge=core.merges.current(session.id),
            busy=core.operations.busy(session.id),
        )

    def create(query: NewSession) -> SessionSummary:
        return core.sessions.create(query)

    def start(query: IterateRequest) -> Iteration:
        turn = core.iterations.start(query)
        threading.Thread(target=turn.run, name=f"turn-{turn.session.id}", daemon=True).start()
        return turn.iteration

    def stop(query: SessionRef) -> Stopped:
        return Stopped(stopped=core.iterations.stop(query.id))

    def rename(query: Rename) -> SessionSummary:
        return core.sessions.rename(query.id, query.name)

    def archive(query: Archive) -> SessionSummary:
        return core.sessions.archive(query.id, archived=query.archived)

    def delete(query: ForcedRef) -> Deleted:
        loss, point = core.cleanup.delete(query.id, force=query.force)
        return Deleted(deleted=True, loss=loss, point=point)

    def notes(query: Notes) -> SessionSummary:
        return core.sessions.annotate(query.id, query.notes)

    def check(query: SessionRef) -> Check:
        return core.iterations.check(query.id)

    def open_in(query: OpenIn) -> Nothing:
        core.opening.open(query.id, query.what, path=query.path, line=query.line)
        return Nothing()

    return {
        "session:list": listed,
        "session:get": get,
        "session:create": create,
        "session:start": start,
        "session:stop": stop,
        "session:rename": rename,
        "session:archive": archive,
        "session:delete": delete,
        "session:notes": notes,
        "session:check": check,
        "session:open": open_in,
    }
