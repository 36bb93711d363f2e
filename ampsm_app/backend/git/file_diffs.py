"""One file's diff: both texts, and git's own hunks."""

import base64
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.review import FileDiff, Hunk
from ampsm_app.backend.git.diffs import Sides, literal
from ampsm_app.backend.git.objects import read_objects, sizes
from ampsm_app.backend.git.raw_diff import GITLINK, NOTHING, STABLE_ARGS, RawChange, parse_list
from ampsm_app.backend.git.runner import Git, encode

LARGEST_TEXT = 16 * 1024 * 1024
LARGEST_IMAGE = 5 * 1024 * 1024

_IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
    ".svg": "image/svg+xml",
}
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")


@dataclass(frozen=True, slots=True)
class _Blob:
    """One side of a file; `data` is None where it is missing or too large."""

    size: int = 0
    data: bytes | None = None


def file_diff(
    sides: Sides,
    path: str,
    *,
    context: int = 3,
    ignore_whitespace: bool = False,
    limit: int = LARGEST_TEXT,
) -> FileDiff:
    """The diff of the file that is called `path` on the new side (on the old one, where it was deleted).

    Texts and hunks are left out of binary files and of files over `limit` bytes; images up to
    `LARGEST_IMAGE` come as data URLs. Raises `NotFound` where the file does not differ.
    """
    change = _find(sides, path)
    old, new = _blobs(sides.git, change, limit)
    if max(old.size, new.size) > limit:
        return _described(change, too_large=True)
    section = _section(sides, change, context, ignore_whitespace=ignore_whitespace)
    binary = _is_binary(section, old, new)
    codec = "latin-1" if binary else _codec(old.data, new.data)
    hunks = () if binary else _hunks(section, codec)
    lines = [line for hunk in hunks for line in hunk.lines]
    return _described(
        change,
        binary=binary,
        old_text=_text(old, codec, binary=binary),
        new_text=_text(new, codec, binary=binary),
        old_image=_image(change.old_path or path, old),
        new_image=_image(path, new),
        hunks=hunks,
        added=sum(line.startswith("+") for line in lines),
        deleted=sum(line.startswith("-") for line in lines),
    )


def _find(sides: Sides, path: str) -> RawChange:
    found = _raw(sides, "--no-renames", *literal([path]))
    change = next((each for each in found if each.path == path), None)
    if change is None:
        raise NotFound(
            f"{path} does not differ between {sides.from_label} and {sides.to_label}.", code="not_changed"
        )
    if change.change != "added":
        return change
    # Whether it has an older name only shows when all files are looked at.
    renamed = (each for each in _raw(sides, "--find-renames") if each.path == path)
    return next(renamed, change)


def _raw(sides: Sides, renames: str, *paths: str) -> tuple[RawChange, ...]:
    args = (
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--no-abbrev",
        *STABLE_ARGS,
        renames,
        sides.old,
        sides.new,
        "--",
    )
    return parse_list(sides.git.read(*args, *paths)).changes


def _blobs(git: Git, change: RawChange, limit: int) -> tuple[_Blob, _Blob]:
    sides = ((change.old_mode, change.old_oid), (change.new_mode, change.new_oid))
    wanted = [oid for mode, oid in sides if mode not in (NOTHING, GITLINK)]
    known = sizes(git, wanted)
    fits = [oid for oid in wanted if known[oid] <= limit]
    contents = _contents(git, fits if len(fits) == len(wanted) else [])
    old, new = (_blob(mode, oid, known, contents) for mode, oid in sides)
    return old, new


def _blob(mode: str, oid: str, known: dict[str, int], contents: dict[str, bytes]) -> _Blob:
    if mode == GITLINK:
        return _Blob(0, f"Subproject commit {oid}\n".encode())
    return _Blob(known.get(oid, 0), contents.get(oid))


def _contents(git: Git, oids: list[str]) -> dict[str, bytes]:
    found = zip(oids, read_objects(git, oids), strict=True)
    return {oid: data for oid, data in found if data is not None}


def _section(sides: Sides, change: RawChange, context: int, *, ignore_whitespace: bool) -> list[bytes]:
    """The lines of the patch that are about this file."""
    paths = literal([change.path, *([change.old_path] if change.old_path else [])])
    space = ("-w",) if ignore_whitespace else ()
    args = ("diff-tree", "-r", "-p", f"-U{context}", "--find-renames", *STABLE_ARGS, *space)
    raw = sides.git.read("-c", "diff.suppressBlankEmpty=false", *args, sides.old, sides.new, "--", *paths)
    # A folder may have the file's name on the other side; the object ids tell them apart.
    wanted = encode(f"index {change.old_oid}..{change.new_oid}")
    sections: list[list[bytes]] = [[]]
    for line in raw.split(b"\n"):
        if line.startswith(b"diff --git "):
            sections.append([])
        sections[-1].append(line)
    return next((each for each in sections if any(line.startswith(wanted) for line in each[:6])), [])


def _is_binary(section: list[bytes], *blobs: _Blob) -> bool:
    if section:
        return any(line.startswith(b"Binary files ") for line in section)
    # Only its name or mode changed, so that git had nothing to say about the content.
    return any(b"\0" in (blob.data or b"")[:8000] for blob in blobs)


def _hunks(section: list[bytes], codec: str) -> tuple[Hunk, ...]:
    hunks: list[Hunk] = []
    head: re.Match[bytes] | None = None
    lines: list[str] = []
    for line in [*section, b"@@"]:
        if line.startswith(b"@@"):
            if head is not None:
                hunks.append(_hunk(head, lines, codec))
            head, lines = _HUNK.match(line), []
        elif head is not None and line:
            lines.append(line.decode(codec, "replace"))
    return tuple(hunks)


def _hunk(head: re.Match[bytes], lines: list[str], codec: str) -> Hunk:
    old_start, old_lines, new_start, new_lines, title = head.groups()
    return Hunk(
        old_start=int(old_start),
        old_lines=1 if old_lines is None else int(old_lines),
        new_start=int(new_start),
        new_lines=1 if new_lines is None else int(new_lines),
        header=title.decode(codec, "replace"),
        lines=tuple(lines),
    )


def _codec(old: bytes | None, new: bytes | None) -> str:
    # An older encoding shows as one character a byte, so that no difference hides behind a replacement.
    try:
        for data in (old, new):
            (data or b"").decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _text(blob: _Blob, codec: str, *, binary: bool) -> str | None:
    return None if blob.data is None or binary else blob.data.decode(codec, "replace")


def _image(path: str, blob: _Blob) -> str | None:
    kind = _IMAGES.get(PurePosixPath(path).suffix.lower())
    if kind is None or blob.data is None or len(blob.data) > LARGEST_IMAGE:
        return None
    return f"data:{kind};base64,{base64.b64encode(blob.data).decode('ascii')}"


def _described(change: RawChange, **details: object) -> FileDiff:
    about = {
        "path": change.path,
        "old_path": change.old_path,
        "change": change.change,
        "old_mode": None if change.old_mode == NOTHING else change.old_mode,
        "new_mode": None if change.new_mode == NOTHING else change.new_mode,
    }
    return FileDiff.model_validate({**about, **details})
