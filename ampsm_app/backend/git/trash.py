"""The trash of a repository, `<common git dir>/ampsm/trash`: deleted worktrees, until it is emptied.

A trashed session is a folder with `worktree` (its files, ignored ones included) and `entry` (what git kept
for it: index, HEAD, and the repositories of its submodules, whose unpushed commits exist nowhere else).
What is deleted for good is renamed to `.going-…` first, so that a kill leaves nothing that is half there.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.git.files import delete_tree, move, tree_size
from ampsm_app.backend.git.layout import linked_git_dir
from ampsm_app.backend.git.runner import encode

_GOING = ".going-"
_ASIDE = "-aside"
_TIME = "%Y%m%d-%H%M%S%f"
_NAME = re.compile(r"(?P<session>.+)-(?P<time>\d{8}-\d{6}\d{3})\Z")


@dataclass(frozen=True, slots=True)
class Trashed:
    """Something in the trash; `session_id` and `time` are None where its name does not tell.

    `kind`: a `worktree`, what a restore set `aside`, or `other`.
    """

    place: Path
    session_id: str | None
    time: datetime | None
    kind: Literal["worktree", "aside", "other"] = "worktree"


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
    places = folder.iterdir() if folder.is_dir() else ()
    found = [_trashed(place) for place in places if not place.name.startswith(_GOING)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda each: each.time or oldest, reverse=True)


def size(common: Path) -> int:
    """Bytes that emptying the trash would free."""
    return tree_size(common / "ampsm" / "trash")


def original_place(place: Path) -> Path | None:
    """Where a trashed worktree was, as git noted it; None where it is none, or nobody knows."""
    try:
        text = (place / "entry" / "gitdir").read_text("utf-8", "surrogateescape").removesuffix("\n")
    except OSError:
        return None
    return Path(text).parent if Path(text).is_absolute() else None


def discard(place: Path) -> None:
    """Delete one entry of the trash for good. Killed in the middle, `sweep` ends it."""
    going = place.with_name(_GOING + place.name)
    with suppress(FileNotFoundError):
        # An earlier attempt may have come so far that only this is left to do.
        place.rename(going)
    delete_tree(going)


def sweep(common: Path) -> None:
    """End the deletions that a kill interrupted."""
    for going in (common / "ampsm" / "trash").glob(f"{_GOING}*"):
        delete_tree(going)


def empty(common: Path, *, before: datetime | None = None) -> list[Path]:
    """Delete for good what is in the trash (or only what went there earlier than `before`); what went."""
    gone = [each.place for each in listed(common) if before is None or (each.time and each.time < before)]
    for place in gone:
        discard(place)
    return gone


def _trashed(place: Path) -> Trashed:
    match = _NAME.match(place.name)
    if match is None:
        return Trashed(place, None, None, "other")
    time = datetime.strptime(match["time"] + "000", _TIME).replace(tzinfo=UTC)
    if match["session"].endswith(_ASIDE):
        return Trashed(place, match["session"].removesuffix(_ASIDE), time, "aside")
    whole = (place / "worktree").exists() or (place / "entry").exists()
    return Trashed(place, match["session"], time, "worktree" if whole else "other")


def _free_entry(common: Path, worktree: Path) -> Path:
    folder, name, number = common / "worktrees", worktree.name, 0
    while (folder / name).exists():
        number += 1
        name = f"{worktree.name}{number}"
    return folder / name
