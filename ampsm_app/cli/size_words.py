"""Sizes for people, and as people type them."""

import re

from ampsm_app.backend.domain.errors import InvalidInput

_UNITS = {"": 1, "b": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
_TYPED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", re.IGNORECASE)


def size(number: int | None) -> str:
    """`812 B`, `4.1 kB`, `12.0 MB`; a dash where nobody counted."""
    if number is None:
        return "—"
    if number < 1000:
        return f"{number} B"
    value = float(number)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} TB"


def parse_size(text: str) -> int:
    """The bytes of `2GB`, `500 MB`, `1.5g`, `4096`. Raises `InvalidInput`."""
    found = _TYPED.fullmatch(text)
    if found is None:
        raise InvalidInput(f"{text!r} is no size.", hint="for example 500MB or 2GB")
    return int(float(found[1]) * _UNITS[found[2].lower()])
