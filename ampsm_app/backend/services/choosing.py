"""Which of a worktree's uncommitted paths are meant by the names that somebody gave."""

from collections.abc import Callable, Iterable, Sequence

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.git.status import Entry, Status

EVERYTHING = "."


def is_unmerged(entry: Entry) -> bool:
    """Whether it has a conflict that is not settled."""
    return len(entry.oids) == 3


def is_staged(entry: Entry) -> bool:
    """Whether the index differs from HEAD here."""
    return entry.xy[0] not in ".?" and not is_unmerged(entry)


def is_unstaged(entry: Entry) -> bool:
    """Whether the worktree differs from the index here, or has a file that git does not know."""
    return (entry.untracked or entry.xy[1] != ".") and not is_unmerged(entry)


def is_submodule(entry: Entry) -> bool:
    """Whether it is a submodule, whose content this repository does not hold."""
    return entry.nested and not entry.untracked


def named(state: Status, paths: Sequence[str], wanted: Callable[[Entry], bool]) -> list[Entry]:
    """The entries that `wanted` accepts among those named; a folder counts for all in it, no name for all.

    Raises `NotFound` (`not_changed`) for a name with no change at all, `Conflict` (`unmerged`) for one that
    names a conflict itself which `wanted` does not accept.
    """
    if not paths:
        return [each for each in state.entries if wanted(each)]
    chosen: dict[Entry, None] = {}
    for path in paths:
        found = [each for each in state.entries if _meant(each.path, path)]
        if not found:
            raise NotFound(
                f"{path} is not changed in the worktree.",
                hint="give a path as `git status` lists it, from the worktree's root",
                code="not_changed",
            )
        unsettled = [each for each in found if is_unmerged(each) and not wanted(each)]
        if unsettled and len(unsettled) == len(found):
            raise _unmerged(path)
        chosen.update((each, None) for each in found if wanted(each))
    return list(chosen)


def one_of(state: Status, paths: Sequence[str]) -> str:
    """The one file whose lines are chosen; raises `InvalidInput` (`no_lines`), `Conflict` (`unmerged`)."""
    if len(paths) != 1:
        raise InvalidInput("Lines are chosen from exactly one file.", code="no_lines")
    if paths[0] in state.unmerged:
        raise _unmerged(paths[0])
    return paths[0]


def paths_of(entries: Iterable[Entry]) -> list[str]:
    """Their paths, both names of a rename."""
    found: dict[str, None] = {}
    for each in entries:
        found.update(dict.fromkeys((each.path, *([each.old_path] if each.old_path else []))))
    return list(found)


def _meant(path: str, name: str) -> bool:
    name = name.rstrip("/")
    return name in ("", EVERYTHING) or path.rstrip("/") == name or path.startswith(f"{name}/")


def _unmerged(path: str) -> Conflict:
    return Conflict(
        f"{path} has a conflict that is not settled.",
        hint="settle it first, or abort the merge",
        code="unmerged",
    )
