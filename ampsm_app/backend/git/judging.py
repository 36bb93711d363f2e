"""Whose content stands at a path of a checkout that was on its way to a commit when git was killed."""

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ampsm_app.backend.git.obstacles import standing_in_way
from ampsm_app.backend.git.raw_diff import NOTHING, SYMLINK, RawChange
from ampsm_app.backend.git.runner import Git, decode, encode

# `moved`: as it was to become, or a part of that (git writes in place), or missing.
Verdict = Literal["as it was", "moved", "somebody's edit"]


def judge(git: Git, new: str, changes: Sequence[RawChange]) -> dict[str, Verdict]:
    """A verdict on each changed path in the checkout that `git` stands in, on its way to the commit `new`."""
    regular = [each.path for each in changes if _is_regular(git.cwd, each.path)]
    ids = _object_ids(git, regular)
    return {each.path: _verdict(git, new, each, ids.get(each.path)) for each in changes}


def reachable(root: Path, path: str) -> bool:
    """Whether a path leads through folders of the checkout only, not through a file or out by a link."""
    return standing_in_way(root, path) in (None, path)


def _verdict(git: Git, new: str, change: RawChange, oid: str | None) -> Verdict:
    place = git.cwd / change.path
    if oid is not None:
        return _of_file(git, new, change, oid)
    if reachable(git.cwd, change.path) and place.is_symlink():
        target = _blob_id(os.fsencode(place.readlink()), change.old_oid)
        if (change.old_mode, change.old_oid) == (SYMLINK, target):
            return "as it was"
        return "moved" if (change.new_mode, change.new_oid) == (SYMLINK, target) else "somebody's edit"
    # Nothing is there, or a folder: right where nothing was, else something is missing.
    return "as it was" if change.old_mode == NOTHING else "moved"


def _of_file(git: Git, new: str, change: RawChange, oid: str) -> Verdict:
    was_file, becomes_file = (mode not in (NOTHING, SYMLINK) for mode in (change.old_mode, change.new_mode))
    if was_file and oid == change.old_oid:
        return "moved" if change.new_oid == oid and _mode_moved(git, change) else "as it was"
    if not becomes_file:
        return "somebody's edit"
    if oid == change.new_oid:
        return "moved"
    whole = git.read("cat-file", "--filters", f"{new}:{change.path}")
    return "moved" if whole.startswith((git.cwd / change.path).read_bytes()) else "somebody's edit"


def _mode_moved(git: Git, change: RawChange) -> bool:
    """Where only the executable bit differs: whether the file has the new one, on disks that know it."""
    if git.text("config", "--type=bool", "--get", "core.filemode", ok=(0, 1)) == "false":
        return False
    executable = bool((git.cwd / change.path).stat().st_mode & stat.S_IXUSR)
    return executable == (change.new_mode == "100755")


def _is_regular(root: Path, path: str) -> bool:
    try:
        return stat.S_ISREG((root / path).lstat().st_mode) and reachable(root, path)
    except OSError:
        return False


def _object_ids(git: Git, paths: Sequence[str]) -> dict[str, str]:
    """The object ids that files would be stored under, filters applied."""
    # The list is read line by line, and a line that begins with a quote is taken for an escaped name.
    odd = {path for path in paths if "\n" in path or path.startswith('"')}
    plain = [path for path in paths if path not in odd]
    found = {path: git.text("hash-object", "--", path) for path in odd}
    if plain:
        names = encode("".join(f"{path}\n" for path in plain))
        ids = git.read("hash-object", "--stdin-paths", stdin=names).split()
        found.update(zip(plain, map(decode, ids), strict=True))
    return found


def _blob_id(data: bytes, like: str) -> str:
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
