"""Conflict markers: calling their sides by name, and finding those that were left in. Pure."""

import re

from ampsm_app.backend.git.conflict_kinds import BASE_LABEL, SESSION_LABEL

# Seven or more of one sign, then nothing or a label. Longer rows of equals signs underline headings.
_MARKER = re.compile(rb"(?:(?:<{7,}|>{7,}|\|{7,})(?: .*)?|={7})\r?\Z")
_SIDE = re.compile(
    rb"^(<{7,}|>{7,}) (?:%b|(%b))[0-9a-f]{40,64}" % (BASE_LABEL.encode(), SESSION_LABEL.encode()),
    re.MULTILINE,
)
_ANCESTOR = re.compile(
    rb"^(\|{7,}) (?:[0-9a-f]{4,64}|merged common ancestors|empty tree)(?=[:\r\n])", re.MULTILINE
)


def name_sides(content: bytes) -> bytes:
    """The content with the sides in its markers, labelled by `three_way`, called base, ancestor, session."""
    if not is_marked(content):
        return content
    named = _SIDE.sub(lambda found: found[1] + (b" session" if found[2] else b" base"), content)
    return _ANCESTOR.sub(rb"\1 ancestor", named)


def is_marked(content: bytes) -> bool:
    """Whether it has markers that `three_way` made: a side that git had merged before it met the conflict."""
    return _SIDE.search(content) is not None


def united(content: bytes) -> bytes:
    """The content without the markers that `three_way` made: the lines of both sides, base's first."""
    if not is_marked(content):
        return content
    kept: list[bytes] = []
    part = length = 0
    for line in content.splitlines(keepends=True):
        sign = _SIDE.match(line)
        if sign is not None:
            length, part = len(sign[1]), 1 if sign[1].startswith(b"<") else 0
        elif part == 1 and line.startswith(b"|" * length):
            part = 2
        elif part and line.rstrip(b"\r\n") == b"=" * length:
            part = 3
        elif part != 2:
            kept.append(line)
    return b"".join(kept)


def name_worktree_sides(content: bytes, base_label: str) -> bytes:
    """The content of a file that a real merge of base into the session left, its sides called by name.

    There the session is `HEAD`, and base what the merge was told.
    """
    label = re.escape(base_label.encode("utf-8", "surrogateescape"))
    named = re.sub(rb"^(<{7,}) HEAD(?=[:\r\n])", rb"\1 session", content, flags=re.MULTILINE)
    named = re.sub(rb"^(>{7,}) " + label + rb"(?=[:\r\n]|\Z)", rb"\1 base", named, flags=re.MULTILINE)
    return _ANCESTOR.sub(rb"\1 ancestor", named)


def leftover(content: bytes, *sides: bytes) -> tuple[int, ...]:
    """The numbers (from 1) of lines that are conflict markers and are in none of the `sides` as they are."""
    known = {line for side in sides for line in _lines(side) if _MARKER.match(line)}
    found = enumerate(_lines(content), start=1)
    return tuple(number for number, line in found if _MARKER.match(line) and line not in known)


def _lines(content: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in content.split(b"\n")]


def is_binary(content: bytes) -> bool:
    """Whether git would call it binary: a NUL among its first 8,000 bytes."""
    return b"\0" in content[:8000]
