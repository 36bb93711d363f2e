"""Moving and deleting whole folders, whatever their permissions."""

import errno
import os
import shutil
import stat
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict


def delete_tree(path: Path) -> None:
    """Delete a folder with all that is in it; one that does not exist is no error, a link goes alone."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        try:
            shutil.rmtree(path)
        except PermissionError:
            _make_writable(path)
            shutil.rmtree(path)


def move(source: Path, target: Path) -> None:
    """Move a file, link or folder to a place that is free, in one step where both are on one disk.

    Raises `Conflict` with code `in_use` where a running program does not let go of it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            _move_across(source, target)
        elif isinstance(error, PermissionError):
            raise Conflict(
                f"{source} cannot be moved: {error.strerror or error}.",
                hint="Close the programs that work in it, then try again.",
                code="in_use",
            ) from error
        else:
            raise


def tree_size(path: Path) -> int:
    """Bytes of all files in a folder; links count as themselves."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - one in thousands of files
            except OSError:
                continue
    return total


def _move_across(source: Path, target: Path) -> None:
    # Copied beside its place first, so that a kill leaves either nothing or all of it there.
    partial = target.with_name(target.name + ".partial")
    delete_tree(partial)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, partial, symlinks=True)
    else:
        shutil.copy2(source, partial, follow_symlinks=False)
    partial.rename(target)
    delete_tree(source)


def _make_writable(path: Path) -> None:
    """Give ourselves the right to delete: module caches and git's objects are read-only."""
    for folder, _, names in os.walk(path):
        place = Path(folder)
        place.chmod(place.stat().st_mode | stat.S_IRWXU)
        if os.name == "nt":
            for name in names:
                (place / name).chmod(stat.S_IWRITE)
