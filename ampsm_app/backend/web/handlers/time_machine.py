"""Restore points, the trash, and what takes space."""

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.time_machine import (
    PinPoint,
    PointContent,
    PointRef,
    RepoFilter,
    RestoreFile,
    SpaceClean,
    SpaceQuery,
    SpaceReport,
    TrashEmptied,
    TrashEmpty,
    TrashEntry,
    TrashRef,
    TrashRestored,
)
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.messages import SessionRef


def time_machine_handlers(core: Core) -> dict[str, Handler]:
    """Requests that take something back, or let it go."""

    def history(query: SessionRef) -> tuple[RestorePoint, ...]:
        return tuple(core.history.list(query.id))

    def holds(query: PointRef) -> PointContent:
        return core.history.holds(query.id, query.point)

    def restore(query: PointRef) -> RestorePoint:
        return core.history.restore(query.id, query.point)

    def restore_file(query: RestoreFile) -> RestorePoint:
        return core.history.restore_files(query.id, query.point, [query.path])

    def pin(query: PinPoint) -> RestorePoint:
        return core.history.pin(query.id, query.point, pinned=query.pinned)

    def trash(query: RepoFilter) -> tuple[TrashEntry, ...]:
        return tuple(core.trash.list(query.repo))

    def bring_back(query: TrashRef) -> TrashRestored:
        return core.trash.restore(query.id)

    def empty(query: TrashEmpty) -> TrashEmptied:
        return core.trash.empty(query)

    def show(query: SpaceQuery) -> SpaceReport:
        return core.space.show(query)

    def clean(query: SpaceClean) -> SpaceReport:
        return core.space.clean(query)

    return {
        "history:list": history,
        "history:holds": holds,
        "history:restore": restore,
        "history:restore-file": restore_file,
        "history:pin": pin,
        "trash:list": trash,
        "trash:restore": bring_back,
        "trash:empty": empty,
        "space:show": show,
        "space:clean": clean,
    }
