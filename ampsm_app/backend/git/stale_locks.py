"""Lock files that nobody works under any more."""

import time
from pathlib import Path

from ampsm_app.backend.git.locks import gits_at_work

# Longer than any git of ours may take.
_OLD_S = 3600.0
_NAMES = ("*.lock", "packed-refs.new")


def stale_locks(common: Path) -> list[Path]:
    """Locks of a repository and its worktrees that are an hour old, while no git works in any of them."""
    folders = [common, *sorted((common / "worktrees").glob("*"))]
    found = [path for folder in folders for name in _NAMES for path in sorted(folder.glob(name))]
    found += sorted((common / "refs").rglob("*.lock"))
    old = [path for path in found if _is_old(path)]
    return old if old and not gits_at_work(common) else []


def remove_stale(common: Path, lock: Path) -> bool:
    """Remove a lock where it is still stale; whether it was."""
    if lock not in stale_locks(common):
        return False
    lock.unlink(missing_ok=True)
    return True


def _is_old(path: Path) -> bool:
    try:
        return path.is_file() and time.time() - path.lstat().st_mtime > _OLD_S
    except OSError:
        return False
