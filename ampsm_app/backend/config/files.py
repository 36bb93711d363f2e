"""Replaces small files whole or not at all."""

import os
import tempfile
from pathlib import Path


def replace(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` to `path` in one step; a reader sees the old file or the new one, never a half.

    A link is followed, since settings are often kept elsewhere and linked. An existing file keeps its
    permissions unless it must be `private`; a new one is the user's own to read.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if not private and target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
