"""The project's written pages, and the pieces of them that can be tested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# What differs from one run to the next, as the pages spell it.
_VARYING = (
    (r"\d{8}-\d{9}", r"\\d{8}-\\d{9}"),
    (r"\d{8}-\d{6}", r"\\d{8}-\\d{6}(?:-\\w+)?"),
    (r"\b[0-9a-f]{12}\b", r"[0-9a-f]{12}"),
    (r"\b(?=[a-z]*\d)[a-z0-9]{8}\b", r"[a-z0-9]{8}"),
    (r"\b\d+\\\.\d s\b", r"\\d+(?:\\.\\d)? s"),
    (r"\b\d,\d{3}\b", r"[\\d,]+"),
    (r"(?<=127\\\.0\\\.0\\\.1:)\d+", r"\\d+"),
    ("…", ".*"),
    (r"\bnow\b", r"(?:now|1 m)"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text."""

    kind: str
    text: str


def pages() -> list[Path]:
    """Every page that is written by hand or made for people."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for found in _BLOCK.finditer(page.read_text("utf-8")):
        yield Block(found["kind"], found["text"])


def shape(line: str) -> re.Pattern[str]:
    """A line of output as a page shows it, with ids, commits and times that may be any."""
    pattern = re.escape(line).replace(r"\ ", " ").replace(r"\-", "-")
    for example, any_of_them in _VARYING:
        pattern = re.sub(example, any_of_them, pattern)
    return re.compile(re.sub(" {2,}", " +", pattern))


def rows(text: str) -> list[list[str]]:
    """The rows of all tables in a text, as their cells."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
