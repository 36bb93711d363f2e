"""What sessions take of the disk, and giving it back: shown first, removed when asked."""

from collections.abc import Iterator, Sequence

from ampsm_app.backend.domain.errors import AmpsmError, NotFound
from ampsm_app.backend.domain.time_machine import SpaceClean, SpaceItem, SpaceKind, SpaceQuery, SpaceReport
from ampsm_app.backend.git import trash
from ampsm_app.backend.services.known_repositories import known_repositories
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.space_machine import MachineSpace
from ampsm_app.backend.services.space_parts import Part, Place
from ampsm_app.backend.services.space_sums import report, within
from ampsm_app.backend.store import iterations, operations, sessions


class Space:
    """Looks everywhere, and removes what is proposed or named. Each removal can be killed and repeated."""

    def __init__(self, resources: Resources, parts: Sequence[Part], machine: MachineSpace) -> None:
        self._resources = resources
        self._parts = parts
        self._machine = machine

    def show(self, query: SpaceQuery) -> SpaceReport:
        """What there is; nothing is changed. Young points that nobody asks for are only in the totals."""
        places = list(self._places(query.repo))
        found = [each for place in places for each in self._of_place(place, query)]
        if query.repo is None:
            found += [each for each in self._machine.find() if _is_meant(each.kind, query)]
        if query.max_size is not None:
            found = within(places, found, query.max_size)
        return report(places, found, points=_is_meant("point", query))

    def clean(self, which: SpaceClean) -> SpaceReport:
        """Remove what `show` proposes, or the items named by `ids`; what could not be is in `failures`.

        Raises `NotFound` for a name that is not shown.
        """
        shown = self.show(which)
        places = {place.root: place for place in self._places(which.repo)}
        failures: list[str] = []
        done: dict[str, int] = {}
        for item in _chosen(shown, which.ids):
            if item.action is None:
                failures.append(f"{item.path} stays: {item.reason}")
                continue
            try:
                done[item.id] = self._remove(places, item)
            except (AmpsmError, OSError) as error:
                said = error.message if isinstance(error, AmpsmError) else str(error)
                failures.append(f"{item.path}: {said}")
        for place in places.values():
            trash.sweep(place.common)
        items = tuple(each.model_copy(update={"done": each.id in done}) for each in shown.items)
        update = {"items": items, "reclaimed": sum(done.values()), "failures": tuple(failures)}
        return shown.model_copy(update=update)

    def _remove(self, places: dict[str, Place], item: SpaceItem) -> int:
        if item.repo_root is None:
            return self._machine.remove(item)
        part = next(each for each in self._parts if item.kind in each.kinds)
        return part.remove(places[item.repo_root], item)

    def _of_place(self, place: Place, query: SpaceQuery) -> Iterator[SpaceItem]:
        for part in self._parts:
            if any(_is_meant(kind, query) for kind in part.kinds):
                yield from (each for each in part.find(place, query) if _is_meant(each.kind, query))

    def _places(self, repo: str | None) -> Iterator[Place]:
        with self._resources.database.read() as connection:
            known = sessions.every(connection)
            deleted = {each.id for each in sessions.deleted(connection)}
            held = {each.session_id for each in operations.unfinished(connection) if each.session_id}
            held |= {each.iteration.session_id for each in iterations.running(connection)}
        for repository in known_repositories(self._resources, repo):
            mine = {each.id: each for each in known if each.repo_root == str(repository.root)}
            yield Place(repository, mine, frozenset(mine.keys() - deleted), frozenset(held))


def _is_meant(kind: SpaceKind, query: SpaceQuery) -> bool:
    return not query.kinds or kind in query.kinds


def _chosen(shown: SpaceReport, ids: Sequence[str]) -> list[SpaceItem]:
    if not ids:
        return [each for each in shown.items if each.proposed]
    known = {each.id: each for each in shown.items}
    if missing := [each for each in ids if each not in known]:
        raise NotFound(f"{', '.join(missing)}: nothing like that takes space.", hint="look at it again")
    return [known[each] for each in dict.fromkeys(ids)]
