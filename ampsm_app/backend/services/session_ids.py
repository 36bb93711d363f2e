"""Ids of sessions: short, because worktrees are named by them, and easy to read aloud."""

import re
import secrets

# Without the letters and digits that are mistaken for one another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 8
_ID = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")


def new_id() -> str:
    """An id that no session has."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def is_id(name: str) -> bool:
    """Whether a name is made as our ids are."""
    return _ID.fullmatch(name) is not None
