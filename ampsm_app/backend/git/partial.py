"""Some lines of a file's change: what the old text becomes with them, or the new text without them. Pure.

All texts are bytes, and a line ends at a newline alone: carriage returns, odd encodings and a missing newline
at the end come through as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import Conflict, InvalidInput

_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)", re.DOTALL)

# Of each hunk the indexes of its lines, None for all of them.
Chosen = Mapping[int, frozenset[int] | None]


@dataclass(frozen=True, slots=True)
class RawHunk:
    """A hunk as git prints it: lines with their first character, those on missing newlines included."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    title: bytes
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    sign: bytes
    text: bytes
    chosen: bool


def parse_hunks(section: Sequence[bytes]) -> tuple[RawHunk, ...]:
    """The hunks of one file's part of a patch, given by its lines without their newlines."""
    found: list[RawHunk] = []
    head: re.Match[bytes] | None = None
    lines: list[bytes] = []
    for line in [*section, b"@@"]:
        if line.startswith(b"@@"):
            if head is not None:
                found.append(_hunk(head, lines))
            head, lines = _HEAD.match(line), []
        elif head is not None and line:
            lines.append(line)
    return tuple(found)


def with_lines(old: bytes, hunks: Sequence[RawHunk], chosen: Chosen) -> bytes:
    """The old text with the chosen changes made. Chosen new lines take the places of chosen old ones.

    Raises `InvalidInput` (`no_such_line`), `Conflict` (`diff_changed`) where the hunks are of another text.
    """
    places = [(each.old_start, each.old_lines) for each in hunks]
    return _rebuilt(old, places, [_marked(each, _of(chosen, at)) for at, each in enumerate(hunks)], b"-")


def without_lines(new: bytes, hunks: Sequence[RawHunk], chosen: Chosen) -> bytes:
    """The new text with the chosen changes taken back; raises as `with_lines` does."""
    places = [(each.new_start, each.new_lines) for each in hunks]
    return _rebuilt(new, places, [_marked(each, _of(chosen, at)) for at, each in enumerate(hunks)], b"+")


def is_whole(hunks: Sequence[RawHunk], chosen: Chosen) -> bool:
    """Whether every changed line is chosen."""
    return all(line.chosen for line in _changed(hunks, chosen))


def is_nothing(hunks: Sequence[RawHunk], chosen: Chosen) -> bool:
    """Whether no changed line is chosen."""
    return not any(line.chosen for line in _changed(hunks, chosen))


def _changed(hunks: Sequence[RawHunk], chosen: Chosen) -> Iterator[_Line]:
    for at, hunk in enumerate(hunks):
        yield from (line for line in _marked(hunk, _of(chosen, at)) if line.sign != b" ")


def _of(chosen: Chosen, hunk: int) -> frozenset[int] | None:
    return chosen.get(hunk, frozenset())


def _hunk(head: re.Match[bytes], lines: list[bytes]) -> RawHunk:
    old_start, old_lines, new_start, new_lines, title = head.groups()
    counts = (1 if each is None else int(each) for each in (old_lines, new_lines))
    old, new = counts
    return RawHunk(int(old_start), old, int(new_start), new, title, tuple(lines))


def _marked(hunk: RawHunk, chosen: frozenset[int] | None) -> list[_Line]:
    """The hunk's lines with their newlines, and whether they are chosen."""
    if chosen and max(chosen) >= len(hunk.lines):
        raise InvalidInput(f"The hunk has no line {max(chosen)}.", code="no_such_line")
    found: list[_Line] = []
    for at, line in enumerate(hunk.lines):
        if line.startswith(b"\\"):
            found[-1] = _Line(found[-1].sign, found[-1].text[:-1], found[-1].chosen)
        else:
            found.append(_Line(line[:1], line[1:] + b"\n", chosen is None or at in chosen))
    return found


def _rebuilt(
    text: bytes, places: Sequence[tuple[int, int]], hunks: Sequence[list[_Line]], own: bytes
) -> bytes:
    """The text with its hunks replaced; `own` is the sign of the lines that the text has."""
    lines = _split(text)
    made: list[bytes] = []
    at = 0
    for (start, length), hunk in zip(places, hunks, strict=True):
        # Of nothing, git names the line before.
        begin = start - 1 if length else start
        if [each.text for each in hunk if each.sign in (b" ", own)] != lines[begin : begin + length]:
            raise changed_since()
        made += lines[at:begin]
        made += _replaced(hunk, own)
        at = begin + length
    made += lines[at:]
    # A line that had no newline because it was the last one may have got others after it.
    ended = [line if line.endswith(b"\n") else line + b"\n" for line in made[:-1]]
    return b"".join([*ended, *made[-1:]])


def _replaced(hunk: Sequence[_Line], own: bytes) -> Iterator[bytes]:
    run: list[_Line] = []
    for line in hunk:
        # A change is its old lines and then its new ones; what comes after that is another one.
        ends = line.sign == b" " or (line.sign == b"-" and any(each.sign == b"+" for each in run))
        if ends:
            yield from _block(run, own)
            run = []
        if line.sign == b" ":
            yield line.text
        else:
            run.append(line)
    yield from _block(run, own)


def _block(run: Sequence[_Line], own: bytes) -> Iterator[bytes]:
    """One change: own lines that are not chosen stay, chosen others come where chosen own ones were.

    Where no own line is chosen the order of the diff decides: old lines, then new ones.
    """
    arriving = [each.text for each in run if each.sign != own and each.chosen]
    staying = [each for each in run if each.sign == own]
    leaving = [at for at, each in enumerate(staying) if each.chosen]
    if not leaving:
        kept = [each.text for each in staying]
        yield from (*kept, *arriving) if own == b"-" else (*arriving, *kept)
        return
    for at, each in enumerate(staying):
        if not each.chosen:
            yield each.text
        elif at == leaving[-1]:
            yield from arriving
        elif arriving:
            yield arriving.pop(0)


def _split(text: bytes) -> list[bytes]:
    *whole, rest = text.split(b"\n")
    return [*(line + b"\n" for line in whole), *([rest] if rest else [])]


def changed_since() -> Conflict:
    """The error where a file is no longer what the lines were chosen from."""
    return Conflict(
        "The file has changed since its lines were chosen.",
        hint="look at the change again, then choose",
        code="diff_changed",
    )
