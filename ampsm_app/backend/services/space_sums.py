"""Adds up what takes space, and keeps trash and restore points within a size. Points share what they hold."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ampsm_app.backend.domain.time_machine import SpaceItem, SpaceReport, SpaceTotal
from ampsm_app.backend.git import backups, disk
from ampsm_app.backend.services.space_parts import Place

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def report(places: Sequence[Place], items: Sequence[SpaceItem], *, points: bool) -> SpaceReport:
    """The items with the sums of each kind, in each repository and (None) beside them."""
    totals: list[SpaceTotal] = []
    for place in places:
        mine = [each for each in items if each.repo_root == place.root]
        totals += _sums(place.root, [each for each in mine if each.kind != "point"])
        totals += _points(place, mine) if points else ()
    totals += _sums(None, [each for each in items if each.repo_root is None])
    return SpaceReport(
        items=tuple(items),
        totals=tuple(totals),
        size=sum(each.size for each in totals),
        reclaimable=sum(each.reclaimable for each in totals),
    )


def within(places: Sequence[Place], items: Sequence[SpaceItem], limit: int) -> list[SpaceItem]:
    """The items, so many of trash and points proposed that no more than `limit` bytes of them are left.

    The oldest go first. Fewer go where the rest is needed, pinned, or the only place of somebody's work.
    """
    sizes = _Sizes(places)
    kept = [each for each in items if each.kind in ("trash", "point")]
    total = sum(each.size for each in kept if each.kind == "trash") + sizes.points
    total -= sum(sizes.without(each) for each in kept if each.proposed)
    more: set[str] = set()
    for item in sorted(_free(kept), key=lambda each: each.since or _LONG_AGO):
        if total <= limit:
            break
        total -= sizes.without(item)
        more.add(item.id)
    proposed = {"proposed": True, "reason": "the oldest, to keep less"}
    return [each.model_copy(update=proposed) if each.id in more else each for each in items]


def _sums(root: str | None, mine: Sequence[SpaceItem]) -> Iterator[SpaceTotal]:
    for kind in dict.fromkeys(each.kind for each in mine):
        alike = [each for each in mine if each.kind == kind]
        yield SpaceTotal(
            kind=kind,
            repo_root=root,
            count=len(alike),
            size=sum(each.size for each in alike),
            reclaimable=sum(each.size for each in alike if each.proposed),
        )


def _points(place: Place, mine: Sequence[SpaceItem]) -> Iterator[SpaceTotal]:
    git = place.repository.git
    number = len(backups.listed(git))
    going = [each.path for each in mine if each.kind == "point" and each.proposed]
    if number:
        yield SpaceTotal(
            kind="point",
            repo_root=place.root,
            count=number,
            size=disk.only_ours(git),
            reclaimable=disk.only_in(git, going),
        )


def _free(kept: Sequence[SpaceItem]) -> Iterator[SpaceItem]:
    for item in kept:
        holds_work = item.kind == "point" and item.loses is not None
        if item.action is not None and not item.proposed and not holds_work:
            yield item


class _Sizes:
    """What goes when one item more goes: a point is asked for after those that go before it."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._gits = {place.root: place.repository.git for place in places}
        self._going: dict[str, list[str]] = {root: [] for root in self._gits}
        self._freed = dict.fromkeys(self._gits, 0)
        self.points = sum(disk.only_ours(git) for git in self._gits.values())

    def without(self, item: SpaceItem) -> int:
        """The bytes that this item frees beside those asked for before."""
        if item.kind != "point" or item.repo_root is None:
            return item.size
        root = item.repo_root
        self._going[root].append(item.path)
        freed = disk.only_in(self._gits[root], self._going[root])
        more, self._freed[root] = freed - self._freed[root], freed
        return more
