"""Why something was not done, where nothing at all was touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.git.obstacles import Obstacle, ObstacleCode

_SHOWN = 5

_IN_THE_WAY: dict[ObstacleCode, tuple[str, str]] = {
    "index_locked": (
        "another git command is at work there ({paths} exists)",
        "Wait for it to end; if none runs, delete that file.",
    ),
    "unmerged": ("{paths}: conflicts are not resolved", "Finish or abort the merge there first."),
    "staged": ("{paths}: staged changes would be overwritten", "Commit or unstage them first."),
    "intent_to_add": ("{paths}: added but not yet committed", "Commit it or take it out of the index first."),
    "dirty": ("{paths}: uncommitted changes would be overwritten", "Commit or stash them first."),
    "hidden_edit": (
        "{paths}: edits that git was told to overlook would be overwritten",
        "See git update-index --no-skip-worktree and --no-assume-unchanged.",
    ),
    "untracked_in_way": ("{paths}: untracked files would be overwritten", "Move them away or commit them."),
    "ignored_in_way": ("{paths}: ignored files would be overwritten", "Move them away first."),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A stable `code`, the reason in words, the next step, and the paths that it is about."""

    code: str
    reason: str
    hint: str | None = None
    paths: tuple[str, ...] = ()


def by_obstacles(place: Path, found: Sequence[Obstacle]) -> Refused:
    """The refusal for what stands in the way in a checkout; its code is the first obstacle's."""
    code = found[0].code
    paths = tuple(each.path for each in found if each.code == code)
    words, hint = _IN_THE_WAY[code]
    others = sorted({each.code for each in found} - {code})
    more = f" (and {', '.join(others)})" if others else ""
    return Refused(code, f"In {place}: {words.format(paths=_listed(paths))}{more}.", hint, paths)


def by_operation(place: Path, operation: str) -> Refused:
    """The refusal because somebody is in the middle of something there."""
    return Refused(
        f"mid_{operation.replace('-', '_')}",
        f"In {place} a {operation} is not finished.",
        f"Finish it there, or end it with: git {operation} {'reset' if operation == 'bisect' else '--abort'}",
        (str(place),),
    )


def git_locked(place: Path, locks: Sequence[Path]) -> Conflict:
    """The error while locks are there that may be somebody's who is at work."""
    return Conflict(
        f"A git command is at work in {place}: {', '.join(map(str, locks))}",
        hint="Try again when it is done; if none runs, delete these files.",
        code="git_locked",
    )


def _listed(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"
