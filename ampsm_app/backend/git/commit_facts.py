"""Facts of many commits at once, with one process each."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from ampsm_app.backend.git.runner import Git, decode, encode

_COUNTS = re.compile(r"(\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a commit changed against its first parent."""

    files: int = 0
    added: int = 0
    deleted: int = 0


def existing(git: Git, shas: Collection[str]) -> set[str]:
    """Those of these object ids that the repository still has."""
    if not shas:
        return set()
    asked = encode("".join(f"{sha}\n" for sha in shas))
    said = decode(git.read("cat-file", "--batch-check=%(objectname)", stdin=asked))
    return {line for line in said.splitlines() if " " not in line}


def counts(git: Git, shas: Collection[str]) -> dict[str, Counts]:
    """How many files and lines each of these commits changed; a commit that does not exist is left out."""
    if not shas:
        return {}
    asked = encode("".join(f"{sha}\n" for sha in shas))
    how = ("--no-walk=unsorted", "--ignore-missing", "--shortstat", "-m", "--first-parent", "--no-color")
    plain = ("--no-show-signature", "--format=%x01%H")
    said = decode(git.read("log", *how, *plain, "--stdin", stdin=asked))
    found = {}
    for record in said.split("\x01")[1:]:
        sha, _, stat = record.partition("\n")
        found[sha] = _counted(stat)
    return found


def _counted(stat: str) -> Counts:
    match = _COUNTS.search(stat)
    return Counts(*(int(number or 0) for number in match.groups())) if match else Counts()
