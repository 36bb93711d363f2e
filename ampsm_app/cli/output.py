"""Everything that reaches the terminal passes here: one JSON document, or words that are safe to print."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # operating-system commands: titles, links, clipboard
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # device control and other strings
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # control sequences; colours are put back below
    r"|\x1b[@-Z\\-_]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def print_json(document: object) -> None:
    """The command's one document on standard output."""
    print_line(json.dumps(document, ensure_ascii=False) + "\n")


def print_line(line: str) -> None:
    """A line of a stream of documents, with its newline, at once."""
    # Names in a repository may hold bytes that are no text.
    sys.stdout.write(line.encode("utf-8", "replace").decode())
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line for a person on standard output; escape sequences but colours are taken out."""
    print_line(safe(text) + "\n")


def tell(text: str) -> None:
    """A line of progress or diagnosis on standard error."""
    sys.stderr.write(safe(text) + "\n")
    sys.stderr.flush()


def safe(text: str) -> str:
    """Text without control characters; colours stay where the terminal wants them."""
    return _ESCAPES.sub(_keep_colour, text)


def _keep_colour(match: re.Match[str]) -> str:
    found = match.group()
    return found if _COLOUR.fullmatch(found) and colours() else ""


def colours() -> bool:
    """Whether to colour: a terminal that did not ask for none."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """Text in one of the eight colours, where colours are wanted."""
    codes = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36, "dim": 2, "bold": 1}
    return f"\x1b[{codes[colour]}m{text}\x1b[0m" if colours() else text


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, width: int | None = None) -> str:
    """Left-aligned columns within the terminal's width (80 where unknown); the widest column gives way."""
    cells = [[_one_line(cell) for cell in row] for row in rows]
    sizes = [max(len(heading), *(len(row[i]) for row in cells), 0) for i, heading in enumerate(headings)]
    room = (width or terminal_width()) - 2 * (len(sizes) - 1)
    while sum(sizes) > room and max(sizes) > 8:
        widest = max(range(len(sizes)), key=lambda i: sizes[i])
        sizes[widest] -= 1
    lines = [_row([heading.upper() for heading in headings], sizes)]
    return "\n".join([*lines, *(_row(row, sizes) for row in cells)])


def fields(pairs: Mapping[str, str]) -> str:
    """Names and values, one a line, the names in one column."""
    size = max(len(name) for name in pairs)
    return "\n".join(f"{name:<{size}}  {_one_line(value)}" for name, value in pairs.items() if value)


def heading(text: str, aside: str) -> str:
    """A title with a word after it, on one line of the terminal's width."""
    return f"{paint(_cut(_one_line(text), terminal_width() - len(aside) - 2), 'bold')}  {aside}"


def terminal_width() -> int:
    """Columns of the terminal, 80 where there is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 80


def _row(cells: Sequence[str], sizes: Sequence[int]) -> str:
    return "  ".join(f"{_cut(cell, size):<{size}}" for cell, size in zip(cells, sizes, strict=True)).rstrip()


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(safe(text).split())
