"""Locks: one writer of ours a repository, and what a killed git leaves behind."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.git.layout import git_dir, linked_git_dir, linked_worktrees

_FOLDER = "ampsm"
_WAIT_S = 2.0
_TICK_S = 0.05


@dataclass(frozen=True, slots=True)
class Cleared:
    """Lock files of git: those that were removed, and those that may be in use and were left."""

    removed: tuple[Path, ...]
    left: tuple[Path, ...]


@contextmanager
def repository_lock(common: Path, name: str = "repository", *, timeout_s: float = 30) -> Iterator[None]:
    """Hold the repository's lock `name` against every other thread and process of ours.

    Raises `Conflict` with code `repository_busy` when it is still held after `timeout_s`.
    """
    from filelock import FileLock, Timeout

    folder = common / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise GitError(
            f"Nothing can be written in {common}: {error.strerror or error}.",
            hint="Check that the repository is yours and its disk is not full or read-only.",
            code="read_only",
        ) from error
    lock = FileLock(folder / f"{name}.lock", timeout=timeout_s, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise Conflict(
            f"Another operation of the session manager has been working in {common} for {timeout_s:g} s.",
            hint="Wait until it is done; amp-sessions doctor shows what is running.",
            code="repository_busy",
        ) from error
    try:
        yield
    finally:
        lock.release()


def clear_stale_locks(
    common: Path,
    worktree: Path | None = None,
    *,
    refs: Sequence[str] = (),
    since: datetime,
    wait_s: float = _WAIT_S,
) -> Cleared:
    """Remove the lock files that a killed git of ours left in a worktree and in what all worktrees share.

    Only to be called for a recorded operation that began at `since` and whose processes are dead. Nothing
    older is touched, nothing of the worktree while a git stands in it, and nothing that is shared while one
    stands anywhere in the repository. What stays locked for `wait_s` is reported. `refs` are the full names
    of the refs that the operation may have moved.
    """
    own, shared = _candidates(common, worktree, refs)
    deadline = time.monotonic() + wait_s
    removed: list[Path] = []
    while left := [lock for lock in (*own, *shared) if lock.exists()]:
        working = gits_at_work(common)
        if worktree is None or not any(_inside(place, {worktree}) for place in working):
            removed += [lock for lock in own if _removed(lock, since)]
        if not working:
            removed += [lock for lock in shared if _removed(lock, since)]
        left = [lock for lock in left if lock.exists()]
        if not left or time.monotonic() >= deadline:
            break
        time.sleep(_TICK_S)
    return Cleared(tuple(removed), tuple(left))


def _candidates(common: Path, worktree: Path | None, refs: Sequence[str]) -> tuple[list[Path], list[Path]]:
    # The last of them is no lock, but stops git from packing its refs like one.
    shared = [common / name for name in ("HEAD.lock", "packed-refs.lock", "config.lock", "packed-refs.new")]
    shared += [common / f"{ref}.lock" for ref in refs]
    shared += sorted((common / "refs" / _FOLDER).rglob("*.lock"))
    folder = _folder_of(common, worktree)
    names = ("index.lock", "HEAD.lock", "ORIG_HEAD.lock", "config.worktree.lock")
    own = [folder / name for name in names] if folder else []
    return own, [lock for lock in shared if lock not in own]


def _folder_of(common: Path, worktree: Path | None) -> Path | None:
    if worktree is None:
        return None
    return linked_git_dir(common, worktree) or (git_dir(worktree) if (worktree / ".git").exists() else None)


def _removed(lock: Path, since: datetime) -> bool:
    try:
        # File systems that keep whole seconds round down.
        if lock.stat().st_mtime < int(since.timestamp()):
            return False
        lock.unlink()
    except FileNotFoundError:
        return False
    return True


def gits_at_work(common: Path) -> list[Path]:
    """Where git processes stand in this repository, its main worktree or one of its linked ones."""
    import psutil

    places = {common, common.parent, *linked_worktrees(common)}
    found = []
    for process in psutil.process_iter(["name", "cwd"]):
        name, cwd = process.info["name"] or "", process.info["cwd"]
        # Dead and foreign processes do not say where they stand.
        if cwd and name.removesuffix(".exe").startswith("git") and _inside(Path(cwd), places):
            found.append(Path(cwd))
    return found


def _inside(path: Path, places: set[Path]) -> bool:
    return any(path == place or place in path.parents for place in places)
