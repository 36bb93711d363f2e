"""The trash of a repository, `<common git dir>/ampsm/trash`: deleted worktrees, until it is emptied.

A trashed session is a folder with `worktree` (its files, ignored ones included) and `entry` (what git kept
for it: index, HEAD, and the repositories of its submodules, whose unpushed commits exist nowhere else).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.git.files import delete_tree, move, tree_size
from ampsm_app.backend.git.layout import linked_git_dir
from ampsm_app.backend.git.runner import encode

_TIME = "%Y%m%d-%H%M%S%f"
_NAME = re.compile(r"(?P<session>.+)-(?P<time>\d{8}-\d{6}\d{3})\Z")


@dataclass(frozen=True, slots=True)
class Trashed:
    """Something in the trash; `session_id` and `time` are None where its name does not tell."""

    place: Path
    session_id: str | None
    time: datetime | None


def trash_place(common: Path, session_id: str, now: datetime) -> Path:
    """Where a session's worktree goes when it is deleted now; recorded before `to_trash` is called."""
    return common / "ampsm" / "trash" / f"{session_id}-{now.astimezone(UTC).strftime(_TIME)[:-3]}"


def to_trash(common: Path, worktree: Path, place: Path) -> bool:
    """Move a worktree and git's entry for it into `place`; whether there was anything to move.

    Each step is one rename and can be repeated after a kill. The branch stays.
    """
    entry = linked_git_dir(common, worktree)
    moved = False
    if worktree.is_dir() and not (place / "worktree").exists():
        move(worktree, place / "worktree")
        moved = True
    if entry is not None and not (place / "entry").exists():
        move(entry, place / "entry")
        moved = True
    return moved


def from_trash(common: Path, place: Path, worktree: Path) -> None:
    """Put a trashed worktree back to `worktree`, as it was, and make git know it again.

    Its branch must exist. Raises `NotFound` where it is not in the trash, `Conflict` with code `path_exists`.
    """
    source = place / "worktree"
    if worktree.exists() and source.exists():
        raise Conflict(
            f"{worktree} exists already.",
            hint="Move it away, then restore again.",
            code="path_exists",
        )
    if not source.exists() and not (place / "entry").exists():
        raise NotFound(f"{place} is not in the trash any more.", code="not_in_trash")
    entry = linked_git_dir(common, worktree)
    if (place / "entry").exists() and entry is None:
        entry = _free_entry(common, worktree)
        move(place / "entry", entry)
        (entry / "gitdir").write_bytes(encode((worktree / ".git").as_posix()) + b"\n")
    if source.exists():
        if entry is not None:
            (source / ".git").write_bytes(b"gitdir: " + encode(entry.as_posix()) + b"\n")
        move(source, worktree)
    place.rmdir()


def listed(common: Path) -> list[Trashed]:
    """What is in the trash, the newest first."""
    folder = common / "ampsm" / "trash"
    found = [_trashed(place) for place in folder.iterdir()] if folder.is_dir() else []
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda each: each.time or oldest, reverse=True)


def size(common: Path) -> int:
    """Bytes that emptying the trash would free."""
    return tree_size(common / "ampsm" / "trash")


def empty(common: Path, *, before: datetime | None = None) -> list[Path]:
    """Delete for good what is in the trash (or only what went there earlier than `before`); what went."""
    gone = [each.place for each in listed(common) if before is None or (each.time and each.time < before)]
    for place in gone:
        delete_tree(place)
    return gone


def _trashed(place: Path) -> Trashed:
    match = _NAME.match(place.name)
    if match is None:
        return Trashed(place, None, None)
    time = datetime.strptime(match["time"] + "000", _TIME).replace(tzinfo=UTC)
    return Trashed(place, match["session"], time)


def _free_entry(common: Path, worktree: Path) -> Path:
    folder, name, number = common / "worktrees", worktree.name, 0
    while (folder / name).exists():
        number += 1
        name = f"{worktree.name}{number}"
    return folder / name
