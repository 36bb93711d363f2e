"""Names of sessions' branches: `amp/<slug>/<yyyymmdd-HHMMSS>`."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from ampsm_app.backend.git.refs import HEADS
from ampsm_app.backend.git.runner import Git

_LONGEST = 40
_FALLBACK = "session"
_PREFIXES = ("amp", "amp-sessions", "amp-work")
# Letters that do not come apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
)
# Windows cannot have a file of this name, and a branch is a file.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}
)


def slugify(name: str) -> str:
    """A name in any language as lower-case ASCII words joined by dashes; `session` where none are left."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    ascii_only = "".join(letter for letter in plain if not unicodedata.combining(letter))
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if len(slug) > _LONGEST:
        # A long word is cut, a long name ends with its last whole word.
        slug = slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
    if not slug:
        return _FALLBACK
    return f"{slug}-{_FALLBACK}" if slug in _RESERVED else slug


def free_branch(git: Git, name: str, now: datetime) -> str:
    """A branch name for a session called `name` that no existing branch is in the way of.

    Two callers at the same moment may get the same one: the second `worktrees.add` raises `Conflict` with
    code `branch_exists`, and asking again gives the next.
    """
    taken = _branches_below(git, _PREFIXES)
    time = now.strftime("%Y%m%d-%H%M%S")
    for prefix in _PREFIXES:
        if prefix not in taken:
            return _first_free(taken, prefix, slugify(name), time)
    return _first_free(taken, f"{_PREFIXES[0]}-{time}", slugify(name), time)


def _first_free(taken: frozenset[str], prefix: str, slug: str, time: str) -> str:
    number, folder = 1, f"{prefix}/{slug}"
    while folder in taken:
        number += 1
        folder = f"{prefix}/{slug}-{number}"
    number, branch = 1, f"{folder}/{time}"
    while branch in taken or any(each.startswith(branch + "/") for each in taken):
        number += 1
        branch = f"{folder}/{time}-{number}"
    return branch


def _branches_below(git: Git, prefixes: Iterable[str]) -> frozenset[str]:
    # A folder of refs and a file of the same name exclude each other, on some systems whatever their case.
    raw = git.text(
        "for-each-ref", "--ignore-case", "--format=%(refname)", *(HEADS + each for each in prefixes)
    )
    return frozenset(line.removeprefix(HEADS).casefold() for line in raw.split("\n") if line)
