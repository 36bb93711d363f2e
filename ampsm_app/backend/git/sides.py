"""What taking a side means, for each kind of conflict. Pure: entries of trees in, entries of trees out."""

from collections.abc import Container, Mapping
from typing import Literal

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.tree_edits import TreeEntry

OneSide = Literal["base", "session"]
Changes = dict[str, TreeEntry | None]

SIDES: tuple[OneSide, OneSide] = ("base", "session")


def entry_of(conflict: Conflicted, side: Literal["ancestor", "base", "session"]) -> TreeEntry | None:
    """What a side has at the path."""
    oid, mode = getattr(conflict, f"{side}_oid"), getattr(conflict, f"{side}_mode")
    return TreeEntry(mode, oid) if oid and mode else None


def is_file(entry: TreeEntry | None) -> bool:
    """Whether it is a regular file, executable or not."""
    return entry is not None and entry.mode.startswith("100")


def can_join(conflict: Conflicted) -> bool:
    """Whether both sides are files whose lines can stand one after the other."""
    return conflict.kind != "binary" and all(is_file(entry_of(conflict, side)) for side in SIDES)


def by_side(conflict: Conflicted, side: OneSide, merged: Mapping[str, TreeEntry]) -> Changes:
    """What changes in the merged tree where the path becomes what one side has; a missing file is deleted.

    `merged` are the tree's entries at and below the path. A file that git moved along with its folder goes
    back to where its own side has it, or stays where the other side's renaming put it.
    """
    if all(entry_of(conflict, each) is None for each in SIDES) and conflict.ancestor_oid is None:
        return {}
    own = entry_of(conflict, side)
    if conflict.moved_from is not None:
        return {conflict.path: None, conflict.moved_from: own} if own else {}
    changes: Changes = dict.fromkeys(conflict.placed_at)
    inside = _inside(conflict.path, merged)
    if own is not None:
        changes.update(dict.fromkeys(inside))
        changes[conflict.path] = TreeEntry(file_mode(conflict, own, merged), own.oid)
    elif not inside:
        changes[conflict.path] = None
    return changes


def keeping_both(conflict: Conflicted, merged: Mapping[str, TreeEntry], taken: Container[str]) -> Changes:
    """What changes where both sides are kept although their lines cannot be joined.

    Base keeps the name, the session's goes beside it as `name~session`; a file gives way to a folder. No name
    of `taken` is given once more. Raises `InvalidInput` where there are no two things to keep.
    """
    base, session = (entry_of(conflict, side) for side in SIDES)
    if conflict.related:
        return {conflict.path: base or session}
    inside = _inside(conflict.path, merged)
    changes: Changes = dict.fromkeys(conflict.placed_at)
    if inside and (base or session):
        side = "base" if base else "session"
        return {**changes, _free(f"{conflict.path}~{side}", taken): base or session}
    if base is None or session is None or GITLINK in (base.mode, session.mode):
        raise InvalidInput(
            f"{conflict.path} has no two sides that could both be kept.",
            hint="Take base or session, or give its content.",
            code="cannot_keep_both",
        )
    return {**changes, conflict.path: base, _free(f"{conflict.path}~session", taken): session}


def file_mode(conflict: Conflicted, entry: TreeEntry, merged: Mapping[str, TreeEntry]) -> str:
    """The mode of a settled file: the merged one where git could merge it."""
    at = merged.get(conflict.path)
    both_files = all(is_file(entry_of(conflict, side)) for side in SIDES)
    return at.mode if at is not None and is_file(at) and is_file(entry) and both_files else entry.mode


def _inside(path: str, merged: Mapping[str, TreeEntry]) -> list[str]:
    return [each for each in merged if each.startswith(path + "/")]


def _free(name: str, taken: Container[str]) -> str:
    candidate, number = name, 0
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
