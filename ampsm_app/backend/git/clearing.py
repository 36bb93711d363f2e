"""Takes files out of the way of others; what is kept nowhere else is set aside, never deleted."""

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ampsm_app.backend.git.files import move


class Clearing:
    """Makes room in a worktree. `replaceable` says of a path whether its content is safe elsewhere.

    What is not goes to the same path below `aside`; `moved` lists it.
    """

    def __init__(self, root: Path, aside: Path, replaceable: Callable[[str], bool]) -> None:
        self._root = root
        self._aside = aside
        self._replaceable = replaceable
        self.moved: list[str] = []

    def remove(self, path: str) -> None:
        """Take away the file or link at a path; folders stay, but for those that become empty."""
        if self._through_link(path):
            return
        place = self._root / path
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            self._take(path)
            self._drop_empty(place.parent)

    def set_aside(self, path: str) -> None:
        """Move whatever is at a path out of the worktree, a whole folder too; nothing there is no error."""
        place = self._root / path
        if os.path.lexists(place) and not self._through_link(path):
            move(place, self._aside / path)
            self.moved.append(path)
            self._drop_empty(place.parent)

    def make_room(self, path: str) -> Path:
        """Make sure that a file can be written at a path: folders above it, nothing at it."""
        for folder in reversed(PurePosixPath(path).parents):
            place = self._root / folder
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                self._take(str(folder))
        place = self._root / path
        if place.is_dir() and not place.is_symlink():
            self._drop_empty_below(place)
        if os.path.lexists(place):
            self._take(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _take(self, path: str) -> None:
        place = self._root / path
        if self._replaceable(path) and (place.is_symlink() or not place.is_dir()):
            place.unlink()
        else:
            move(place, self._aside / path)
            self.moved.append(path)

    def _through_link(self, path: str) -> bool:
        # What lies behind a link is not in the worktree.
        folders = PurePosixPath(path).parents
        return any((self._root / folder).is_symlink() for folder in folders if str(folder) != ".")

    def _drop_empty(self, folder: Path) -> None:
        while folder != self._root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _drop_empty_below(self, folder: Path) -> None:
        for below, _, _ in os.walk(folder, topdown=False):
            if not any(Path(below).iterdir()):
                Path(below).rmdir()
