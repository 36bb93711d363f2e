"""Names of files as they are typed, and as git knows them in a session's worktree."""

import os
from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput


def in_worktree(worktree: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths from the worktree's root, with slashes.

    Relative ones count from the root, unless the command is given inside the worktree. Raises `InvalidInput`
    for what lies outside of it.
    """
    root = Path(worktree)
    here = Path.cwd()
    start = here if _inside(here, root) else root
    return tuple(_from_root(root, start, path) for path in paths)


def _from_root(root: Path, start: Path, path: str) -> str:
    # By words only: a link in the worktree is a file of its own.
    place = Path(os.path.normpath(start / path))
    if place.is_absolute() and not place.is_relative_to(root):
        place = Path(os.path.realpath(place.parent)) / place.name
    for top in (root, Path(os.path.realpath(root))):
        if place.is_relative_to(top):
            return place.relative_to(top).as_posix()
    raise InvalidInput(f"{path} is not in the session's worktree {root}.")


def _inside(here: Path, root: Path) -> bool:
    return here.is_relative_to(os.path.realpath(root)) or here.is_relative_to(root)
