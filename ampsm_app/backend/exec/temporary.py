"""Throw-away folders that say whose they are, so that those of killed processes can be found and removed.

What stands in them may be copies of the user's files: only the user can read them.
"""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ampsm_app.backend.exec.identity import ProcessIdentity

# The owner's identity with underscores: a colon cannot stand in a name on Windows.
_NAME = re.compile(r"ampsm-[a-z]+-(\d+)_(\d[\d.e+]*)_([0-9a-f-]{36}|wall)-[^-]+")


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """An empty folder that is gone after the block; `purpose` is one word of its name."""
    owner = str(ProcessIdentity.current()).replace(":", "_")
    with tempfile.TemporaryDirectory(prefix=f"ampsm-{purpose}-{owner}-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def left_behind(below: Path | None = None) -> list[Path]:
    """The folders of this user whose owners have died; in the system's folder for temporary files."""
    folder = below or Path(tempfile.gettempdir())
    return sorted(path for path in folder.glob("ampsm-*") if _is_dead(path))


def _is_dead(path: Path) -> bool:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return False
    try:
        seen = path.lstat()
        owner = ProcessIdentity.parse(":".join(found.groups()))
    except (OSError, ValueError):
        return False
    # Others may have made one of that name, or a link, in a folder that everybody can write.
    mine = os.name == "nt" or seen.st_uid == os.getuid()
    return mine and stat.S_ISDIR(seen.st_mode) and not owner.alive()
