"""A unified diff for a person: coloured, the changed part of a line marked, harmless to a terminal."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from ampsm_app.cli import output
from ampsm_app.cli.pager import page

Colour = Literal["auto", "always", "never"]

_GREEN, _RED, _CYAN, _BOLD, _OFF = "\x1b[32m", "\x1b[31m", "\x1b[36m", "\x1b[1m", "\x1b[0m"
_MARK, _UNMARK = "\x1b[7m", "\x1b[27m"
_SIGNS = {"+": _GREEN, "-": _RED}
# What a terminal would obey, and what would make text look other than it is.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_MARKED = 2000


def print_patch(patch: bytes, *, colour: Colour = "auto", pager: bool = True) -> None:
    """On a terminal with colours and through the pager; in a pipe, byte for byte for `git apply`."""
    terminal = sys.stdout.isatty()
    if not terminal and colour != "always":
        _print_bytes(patch)
        return
    painted = colour == "always" or (colour == "auto" and output.colours())
    lines = readable(patch, painted=painted)
    if terminal and pager:
        page(lines)
    else:
        for line in lines:
            output.print_line(line)


def readable(patch: bytes, *, painted: bool) -> Iterator[str]:
    """The lines of a patch with their newlines; control characters are shown, not sent."""
    lines = [visible(line.decode("utf-8", "replace")) for line in patch.removesuffix(b"\n").split(b"\n")]
    for line in _painted(lines) if painted else lines:
        yield f"{line}\n"


def visible(text: str) -> str:
    """Text whose control characters, and those that turn its direction, can be read: `^[`, `<U+202E>`."""
    return _HIDDEN.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return f"^{chr(code + 0x40)}"
    return "^?" if code == 0x7F else f"<U+{code:04X}>"


def _painted(lines: Iterable[str]) -> Iterator[str]:
    in_hunk = False
    run: list[str] = []
    for line in lines:
        if line.startswith("diff --git "):
            in_hunk = False
        # Only content begins with a sign once a hunk has begun, whatever it looks like.
        if in_hunk and line[:1] in _SIGNS:
            run.append(line)
            continue
        yield from _changed(run)
        run = []
        if line.startswith("@@"):
            in_hunk = True
            yield _heading(line)
        else:
            yield line if in_hunk else f"{_BOLD}{line}{_OFF}"
    yield from _changed(run)


def _heading(line: str) -> str:
    end = line.find("@@", 2) + 2
    return f"{_CYAN}{line[:end]}{_OFF}{line[end:]}"


def _changed(run: Sequence[str]) -> Iterator[str]:
    """Changed lines; where as many came as went, what differs within each pair is marked."""
    old = [line for line in run if line.startswith("-")]
    new = [line for line in run if line.startswith("+")]
    marks: dict[str, list[tuple[int, int]]] = {"-": [], "+": []}
    if len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            first, second = _differing(one[1:], other[1:])
            marks["-"].append(first)
            marks["+"].append(second)
    for line in run:
        spans = marks[line[0]]
        start, end = spans.pop(0) if spans else (0, 0)
        yield _line(line[0], line[1:], start, end)


def _line(sign: str, text: str, start: int, end: int) -> str:
    if start >= end:
        return f"{_SIGNS[sign]}{sign}{text}{_OFF}"
    marked = f"{text[:start]}{_MARK}{text[start:end]}{_UNMARK}{text[end:]}"
    return f"{_SIGNS[sign]}{sign}{marked}{_OFF}"


def _differing(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where two lines differ, by whole words; nothing where they have little in common."""
    nowhere = ((0, 0), (0, 0))
    if max(len(old), len(new)) > _LONGEST_MARKED:
        return nowhere
    one, other = _words(old), _words(new)
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < min(len(one), len(other)) - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    if not "".join((*one[:begin], *one[len(one) - end :])).strip():
        return nowhere
    return _span(one, begin, end), _span(other, begin, end)


def _span(words: Sequence[str], begin: int, end: int) -> tuple[int, int]:
    before = sum(map(len, words[:begin]))
    return before, before + sum(map(len, words[begin : len(words) - end]))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|.", text)


def _print_bytes(patch: bytes) -> None:
    """The patch as it is; a standard output without bytes gets its text."""
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.write(patch.decode("utf-8", "replace"))
    else:
        raw.write(patch)
        raw.flush()
