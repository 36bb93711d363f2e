"""Writing one file of a worktree as a checkout would, in one step."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.git.line_edits import store
from ampsm_app.backend.git.obstacles import standing_in_way
from ampsm_app.backend.git.partial import changed_since
from ampsm_app.backend.git.runner import Git


def rewrite(
    git: Git, path: str, content: bytes, *, was: bytes | None, mode: str, temporary: Callable[[Path], Path]
) -> None:
    """Give a file of the worktree another content, in the form that the repository stores (`was` until now).

    Filters and line endings are applied as by a checkout, unless the file stands on disk just as it is
    stored. `temporary` names the file that is written first and then takes its place. Permissions stay; a
    file that is not there (`was` None) gets those of `mode`. Raises `Conflict` (`diff_changed`) where it is
    not `was` any more, or a folder or link stands there.
    """
    place = git.cwd / path
    in_way = standing_in_way(git.cwd, path)
    if (in_way is not None and in_way != path) or place.is_symlink() or place.is_dir():
        raise Conflict(f"{in_way or path} stands where {path} should be.", code="diff_changed")
    on_disk = place.read_bytes() if place.exists() else None
    as_stored = was is not None and on_disk == was
    data = content if as_stored else _as_checked_out(git, path, content)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = temporary(place)
    try:
        beside.write_bytes(data)
        beside.chmod(_permissions(place, mode))
        if not _is_still(git, path, on_disk, was):
            raise changed_since()
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def _as_checked_out(git: Git, path: str, content: bytes) -> bytes:
    return git.read("cat-file", "--filters", f"--path={path}", store(git, content))


def _is_still(git: Git, path: str, on_disk: bytes | None, was: bytes | None) -> bool:
    place = git.cwd / path
    if was is None or on_disk is None:
        return was is None and on_disk is None and not os.path.lexists(place)
    if place.read_bytes() != on_disk:
        return False
    return (
        on_disk == was
        or git.text("hash-object", "--", path)
        == git.read("hash-object", "--no-filters", "--stdin", stdin=was).decode().strip()
    )


def _permissions(place: Path, mode: str) -> int:
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    return 0o755 if mode == "100755" else 0o644
