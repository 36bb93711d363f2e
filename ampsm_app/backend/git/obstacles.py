"""What a user has in a checkout that would stand in the way of moving it from one commit to another.

Git's own refusals come after it has looked through the index and rewritten it; these come before anything is
touched, know ignored files and hidden edits, and name every path.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ampsm_app.backend.git.raw_diff import GITLINK, NOTHING, RawChange, parse_list
from ampsm_app.backend.git.runner import Git, decode, encode, nul_list

ObstacleCode = Literal[
    "index_locked",
    "unmerged",
    "staged",
    "intent_to_add",
    "dirty",
    "hidden_edit",
    "untracked_in_way",
    "ignored_in_way",
]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One path of the user's that would be overwritten, and in which state it is."""

    code: ObstacleCode
    path: str


def changes_between(git: Git, old: str, new: str) -> tuple[RawChange, ...]:
    """What differs between two commits or trees, path by path, without looking for renames."""
    raw = git.read("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", old, new)
    return parse_list(raw).changes


def obstacles(git: Git, git_dir: Path, changes: Sequence[RawChange]) -> list[Obstacle]:
    """Everything in the checkout that `git` stands in which the `changes` would overwrite."""
    if (git_dir / "index.lock").exists():
        return [Obstacle("index_locked", "index.lock")]
    touched = _Touched(each.path for each in changes)
    found = list(_tracked(git, touched))
    known = {each.path for each in found}
    found += [each for each in _hidden(git, changes) if each.path not in known]
    found += _in_the_way(git, [each for each in changes if each.path not in known])
    return found


def standing_in_way(root: Path, path: str) -> str | None:
    """What is on disk at a path, or where a folder above it should be; None where the path is free.

    A folder at the path itself does not count: what is in it does.
    """
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = "/".join(parts[:depth])
        place = root / above
        if not os.path.lexists(place):
            return None
        if place.is_symlink() or not place.is_dir():
            return above
    place = root / path
    if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
        return path
    return None


def folders_of(path: str) -> Iterator[str]:
    """The folders above a path, the innermost first."""
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)


class _Touched:
    """Paths that will change, and the question whether another path is one of them, above or below one."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = set(paths)
        self._above = {above for path in self._paths for above in folders_of(path)}

    def meets(self, path: str) -> bool:
        below = any(above in self._paths for above in folders_of(path))
        return path in self._paths or path in self._above or below


def _tracked(git: Git, touched: _Touched) -> Iterator[Obstacle]:
    """What `git status` knows of tracked files."""
    asked = ("--porcelain=v2", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty")
    for entry in nul_list(git.read("status", *asked)):
        if entry.startswith("u "):
            yield Obstacle("unmerged", entry.split(" ", 10)[10])
        elif entry.startswith("1 "):
            _, state, submodule, *_, path = entry.split(" ", 8)
            code = _state(state, submodule)
            if code is not None and touched.meets(path):
                yield Obstacle(code, path)


def _state(state: str, submodule: str) -> ObstacleCode | None:
    if state[0] != ".":
        return "staged"
    if state[1] == "A":
        return "intent_to_add"
    # A submodule that stands elsewhere than its entry says is left alone by a merge.
    return None if submodule.startswith("S") else "dirty"


def _hidden(git: Git, changes: Sequence[RawChange]) -> Iterator[Obstacle]:
    """Edits that `git status` was told not to see: skip-worktree and assume-unchanged."""
    old = {each.path: each for each in changes if each.old_mode not in (NOTHING, GITLINK)}
    for entry in nul_list(git.read("ls-files", "-v", "-z")):
        flag, path = entry[0], entry[2:]
        if (flag == "S" or flag.islower()) and path in old and _edited(git, path, old[path].old_oid):
            yield Obstacle("hidden_edit", path)


def _edited(git: Git, path: str, oid: str) -> bool:
    place = git.cwd / path
    if not os.path.lexists(place):
        return False
    if place.is_symlink():
        target = os.fsencode(place.readlink())
        return git.read("hash-object", "--stdin", stdin=target).decode().strip() != oid
    return place.is_dir() or git.text("hash-object", "--", path) != oid


def _in_the_way(git: Git, changes: Sequence[RawChange]) -> list[Obstacle]:
    """Untracked and ignored files where the change puts files, or folders that become files."""
    arriving = [each.path for each in changes if each.old_mode == NOTHING]
    leaving = {each.path for each in changes if each.new_mode == NOTHING}
    blocked: dict[str, None] = {}
    for path in arriving:
        place = standing_in_way(git.cwd, path)
        if place is not None and place not in leaving:
            blocked[place] = None
    folders = [path for path in arriving if _is_folder(git.cwd / path)]
    blocked.update(dict.fromkeys(_submodules_replaced(git.cwd, changes)))
    if folders:
        inside = git.read("--literal-pathspecs", "ls-files", "-o", "-z", "--", *folders)
        blocked.update(dict.fromkeys(nul_list(inside)))
    ignored = _ignored(git, list(blocked))
    return [Obstacle("ignored_in_way" if p in ignored else "untracked_in_way", p) for p in blocked]


def _submodules_replaced(root: Path, changes: Sequence[RawChange]) -> Iterator[str]:
    for each in changes:
        place = root / each.path
        replaced = each.old_mode == GITLINK and each.new_mode not in (GITLINK, NOTHING)
        if replaced and _is_folder(place) and any(place.iterdir()):
            yield each.path


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _ignored(git: Git, paths: Sequence[str]) -> set[str]:
    if not paths:
        return set()
    asked = b"".join(encode(path) + b"\0" for path in paths)
    # It gives up at paths inside of a submodule; what is not known to be ignored counts as untracked.
    done = git.attempt("check-ignore", "-z", "--stdin", stdin=asked)
    return {decode(part) for part in done.stdout.split(b"\0") if part}
