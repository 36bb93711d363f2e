"""Reads what `git diff --raw --numstat -z` prints, whichever command printed it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ampsm_app.backend.domain.review import ChangedFile, FileChange
from ampsm_app.backend.git.runner import decode

# Everything that could make the output depend on the user's settings is switched off.
STABLE_ARGS = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none", "--full-index")
LIST_ARGS = ("-r", "-z", "--raw", "--numstat", "--no-abbrev", "--find-renames", *STABLE_ARGS)

GITLINK = "160000"
SYMLINK = "120000"
NOTHING = "000000"

_CHANGES: dict[str, FileChange] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "type_changed",
    "U": "unmerged",
}


@dataclass(frozen=True, slots=True)
class RawChange:
    """One path of a diff as git compares it; modes are octal text, a missing side has mode `000000`."""

    path: str
    old_path: str | None
    change: FileChange
    old_mode: str
    new_mode: str
    old_oid: str
    new_oid: str

    @property
    def digest(self) -> str:
        """Both sides in one word: it stays while the path has the same change."""
        sides = (self.old_path or "", self.path, self.old_mode, self.new_mode, self.old_oid, self.new_oid)
        return hashlib.sha256("\0".join(sides).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def adds_gitlink(self) -> bool:
        """Whether a nested repository appears here, which holds nothing of its content."""
        return self.new_mode == GITLINK and self.old_mode != GITLINK


@dataclass(frozen=True, slots=True)
class RawList:
    """The raw records and, by path, the lines added and deleted; counts are None for binary files."""

    changes: tuple[RawChange, ...]
    counts: dict[str, tuple[int | None, int | None]]

    def files(self) -> tuple[ChangedFile, ...]:
        """The changed files. What only differs in ignored white space has no counts and is left out."""
        return tuple(self._file(each) for each in self.changes if self._differs(each))

    def _differs(self, change: RawChange) -> bool:
        return change.path in self.counts or change.change != "modified" or change.old_mode != change.new_mode

    def _file(self, change: RawChange) -> ChangedFile:
        added, deleted = self.counts.get(change.path, (0, 0))
        return ChangedFile(
            path=change.path,
            old_path=change.old_path,
            change=change.change,
            added=added,
            deleted=deleted,
            binary=added is None,
            digest=change.digest,
        )


def parse_list(raw: bytes) -> RawList:
    """The records of `LIST_ARGS` output."""
    changes: list[RawChange] = []
    counts: dict[str, tuple[int | None, int | None]] = {}
    parts = iter(raw.split(b"\0"))
    for part in parts:
        if part.startswith(b":"):
            changes.append(_change(part, parts))
        elif part:
            added, deleted, name = part.split(b"\t", 2)
            path = name or _renamed_to(parts)
            counts[decode(path)] = (_count(added), _count(deleted))
    return RawList(_without_double(changes), counts)


def _change(head: bytes, parts: Iterator[bytes]) -> RawChange:
    old_mode, new_mode, old_oid, new_oid, status = decode(head[1:]).split(" ")
    path, old_path = decode(next(parts)), None
    if status[0] in "RC":
        path, old_path = decode(next(parts)), path
    return RawChange(path, old_path, _CHANGES[status[0]], old_mode, new_mode, old_oid, new_oid)


def _renamed_to(parts: Iterator[bytes]) -> bytes:
    next(parts)
    return next(parts)


def _count(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def _without_double(changes: list[RawChange]) -> tuple[RawChange, ...]:
    # An unmerged path is listed twice by `diff-files`: as unmerged, and against its second stage.
    unmerged = {each.path for each in changes if each.change == "unmerged"}
    return tuple(each for each in changes if each.change == "unmerged" or each.path not in unmerged)
