"""One file's diff: both texts, and git's own hunks."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.review import FileDiff, Hunk
from ampsm_app.backend.git.diffs import Sides, literal
from ampsm_app.backend.git.objects import read_objects, sizes
from ampsm_app.backend.git.partial import RawHunk, parse_hunks
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


@dataclass(frozen=True, slots=True)
class _Blob:
    """One side of a file; `data` is None where it is missing or too large."""

    size: int = 0
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One file's change as bytes. A side that is missing, or too large, has None.

    `digest` names what was seen: sides, names, modes and hunks; it is empty where there are no hunks.
    """

    change: RawChange
    old: bytes | None
    new: bytes | None
    hunks: tuple[RawHunk, ...] = ()
    binary: bool = False
    too_large: bool = False
    digest: str = ""


def file_diff(
    sides: Sides,
    path: str,
    *,
    context: int = 3,
    ignore_whitespace: bool = False,
    signs_only: bool = False,
    limit: int = LARGEST_TEXT,
) -> FileDiff:
    """The diff of the file that is called `path` on the new side (on the old one, where it was deleted).

    Texts and hunks are left out of binary files and of files over `limit` bytes; images up to
    `LARGEST_IMAGE` come as data URLs. With `signs_only` each line of a hunk is its sign. Raises `NotFound`
    where the file does not differ.
    """
    seen = look(sides, path, context=context, ignore_whitespace=ignore_whitespace, limit=limit)
    if seen.too_large:
        return _described(seen.change, too_large=True)
    codec = "latin-1" if seen.binary else _codec(seen.old, seen.new)
    lines = [line for hunk in seen.hunks for line in hunk.lines]
    return _described(
        seen.change,
        binary=seen.binary,
        old_text=_text(seen.old, codec, binary=seen.binary),
        new_text=_text(seen.new, codec, binary=seen.binary),
        old_image=_image(seen.change.old_path or path, seen.old),
        new_image=_image(path, seen.new),
        hunks=tuple(_hunk(each, codec, signs_only=signs_only) for each in seen.hunks),
        added=sum(line.startswith(b"+") for line in lines),
        deleted=sum(line.startswith(b"-") for line in lines),
        digest=seen.digest,
    )


def look(
    sides: Sides,
    path: str,
    *,
    context: int = 3,
    ignore_whitespace: bool = False,
    limit: int = LARGEST_TEXT,
) -> Seen:
    """What `file_diff` shows, as bytes; raises as it does."""
    change = _find(sides, path)
    old, new = _blobs(sides.git, change, limit)
    if max(old.size, new.size) > limit:
        return Seen(change, None, None, too_large=True)
    section = _section(sides, change, context, ignore_whitespace=ignore_whitespace)
    binary = _is_binary(section, old, new)
    hunks = () if binary else parse_hunks(section)
    digest = hashlib.sha256(b"\n".join(section)).hexdigest()[:32] if hunks else ""
    return Seen(change, old.data, new.data, hunks, binary, digest=digest)


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


def _hunk(hunk: RawHunk, codec: str, *, signs_only: bool) -> Hunk:
    lines = [line[:1] for line in hunk.lines] if signs_only else hunk.lines
    return Hunk(
        old_start=hunk.old_start,
        old_lines=hunk.old_lines,
        new_start=hunk.new_start,
        new_lines=hunk.new_lines,
        header=hunk.title.decode(codec, "replace"),
        lines=tuple(line.decode(codec, "replace") for line in lines),
    )


def _codec(old: bytes | None, new: bytes | None) -> str:
    # An older encoding shows as one character a byte, so that no difference hides behind a replacement.
    try:
        for data in (old, new):
            (data or b"").decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _text(data: bytes | None, codec: str, *, binary: bool) -> str | None:
    return None if data is None or binary else data.decode(codec, "replace")


def _image(path: str, data: bytes | None) -> str | None:
    kind = _IMAGES.get(PurePosixPath(path).suffix.lower())
    if kind is None or data is None or len(data) > LARGEST_IMAGE:
        return None
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _described(change: RawChange, **details: object) -> FileDiff:
    about = {
        "path": change.path,
        "old_path": change.old_path,
        "change": change.change,
        "old_mode": None if change.old_mode == NOTHING else change.old_mode,
        "new_mode": None if change.new_mode == NOTHING else change.new_mode,
    }
    return FileDiff.model_validate({**about, **details})
