"""What of a worktree exists nowhere but on disk and in its index."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.refs import HEADS, is_zero
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.status import Entry, parse_status

LARGEST_KEPT = 50 * 1024 * 1024

_STATUS = ("status", "--porcelain=v2", "-z", "--branch", "-uall", "--no-renames", "--ignore-submodules=none")
# What git keeps of an unfinished operation in a worktree's git folder.
BISECT_REFS = "refs/bisect"
_STATE = (
    *("MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "MERGE_RR", "MERGE_AUTOSTASH", "AUTO_MERGE", "SQUASH_MSG"),
    *("CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "rebase-merge", "rebase-apply", "sequencer"),
    *("BISECT_START", "BISECT_LOG", "BISECT_NAMES", "BISECT_TERMS", "BISECT_EXPECTED_REV"),
    *("BISECT_ANCESTORS_OK", "BISECT_FIRST_PARENT", "BISECT_RUN", BISECT_REFS),
)


@dataclass(frozen=True, slots=True)
class Survey:
    """The worktree against HEAD. `branch` is a full ref.

    `changed` are all paths that differ, `hidden` those that git was told not to look at. Of both, `kept` can
    be saved (with their `lstat` modes), `deleted` are not on disk, `not_kept` are too large, unreadable or
    other repositories. `stage_oids` are the blobs that only the index names, `unchanged` the files of `kept`
    that do not differ.
    """

    head: str | None
    branch: str | None
    changed: tuple[str, ...]
    hidden: tuple[str, ...]
    kept: dict[str, int]
    deleted: tuple[str, ...]
    not_kept: tuple[str, ...]
    stage_oids: tuple[str, ...]
    unchanged: tuple[str, ...] = ()


def survey(git: Git, *, context_dir: str, limit: int = LARGEST_KEPT, also: Iterable[str] = ()) -> Survey:
    """Look at the worktree that `git` stands in, but for `context_dir`; nothing is written.

    `also` are files that are kept although they do not differ.
    """
    head, branch, entries = parse_status(git.read(*_STATUS))
    entries = [each for each in entries if not (each.untracked and each.path.startswith(f"{context_dir}/"))]
    disk = _Disk(git.cwd, limit)
    kept: dict[str, int] = {}
    deleted: list[str] = []
    not_kept: list[str] = []
    for entry in entries:
        mode = disk.mode(entry.path)
        if entry.nested and (git.cwd / entry.path).exists():
            not_kept.append(entry.path)
        elif mode is None:
            deleted.append(entry.path)
        elif not disk.keepable(entry.path, mode):
            not_kept.append(entry.path)
        else:
            kept[entry.path] = mode
    hidden = {path: mode for path in _hidden(git) if (mode := disk.mode(path)) is not None}
    kept.update((path, mode) for path, mode in hidden.items() if disk.keepable(path, mode))
    modes = {path: disk.mode(path) for path in also if path not in kept and path not in not_kept}
    unchanged = {path: mode for path, mode in modes.items() if mode and disk.keepable(path, mode)}
    return Survey(
        head=head,
        branch=f"{HEADS}{branch}" if branch else None,
        changed=tuple(dict.fromkeys(each.path for each in entries)),
        hidden=tuple(hidden),
        kept={**kept, **unchanged},
        deleted=tuple(dict.fromkeys(deleted)),
        not_kept=tuple(dict.fromkeys(not_kept)),
        stage_oids=_stage_oids(entries),
        unchanged=tuple(unchanged),
    )


def state_files(git_folder: Path) -> dict[str, Path]:
    """The files of an unfinished merge, pick, rebase or bisection, by their path in the git folder."""
    found = [each for root in state_roots(git_folder) for each in (root, *sorted(root.rglob("*")))]
    return {path.relative_to(git_folder).as_posix(): path for path in found if path.is_file()}


def state_roots(git_folder: Path) -> list[Path]:
    """The files and whole folders that they are, which must go when another state is restored."""
    return [git_folder / name for name in _STATE if (git_folder / name).exists()]


class _Disk:
    """What is really at a path of the worktree, not behind a link."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._folders: dict[PurePosixPath, bool] = {PurePosixPath("."): True}

    def mode(self, path: str) -> int | None:
        """The mode of a file or link, None for nothing; a folder where a file should be counts as nothing."""
        if not self._inside(PurePosixPath(path).parent):
            return None
        try:
            mode = (self._root / path).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        return None if stat.S_ISDIR(mode) else mode

    def keepable(self, path: str, mode: int) -> bool:
        """Whether its content can go into a backup."""
        place = self._root / path
        if stat.S_ISLNK(mode):
            return True
        return stat.S_ISREG(mode) and place.lstat().st_size <= self._limit and os.access(place, os.R_OK)

    def _inside(self, folder: PurePosixPath) -> bool:
        known = self._folders.get(folder)
        if known is None:
            known = self._inside(folder.parent) and not (self._root / folder).is_symlink()
            self._folders[folder] = known
        return known


def _hidden(git: Git) -> list[str]:
    """Paths whose changes git was told not to see: skip-worktree, assume-unchanged."""
    listed = git.read("ls-files", "-v", "-z").split(b"\0")
    return [decode(line[2:]) for line in listed if line[:1] == b"S" or line[:1].islower()]


def _stage_oids(entries: list[Entry]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for entry in entries:
        # HEAD's own blob is the first of two; of a conflict, all three are the index's alone.
        pairs = list(zip(entry.modes, entry.oids, strict=True))
        for mode, oid in pairs if len(pairs) == 3 else pairs[1:]:
            if mode != GITLINK and not is_zero(oid):
                found[oid] = None
    return tuple(found)
