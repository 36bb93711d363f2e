"""Durations as people write them: seconds, or `300s`, `5m`, `1h`."""

import math
import re

_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def parse_duration(value: object) -> float:
    """Seconds in a number or a text. Raises ValueError for anything else, for zero and for less."""
    seconds = _read(value)
    if not math.isfinite(seconds) or seconds <= 0:
        raise ValueError("a duration is more than zero seconds")
    return seconds


def _read(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    written = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise ValueError("a duration is a number of seconds or a text like 300s, 5m or 1h")
    return float(written[1]) * _SECONDS[written[2].lower()]


def format_duration(seconds: float) -> str:
    """The shortest spelling that `parse_duration` reads back: `30m`, `90s`, `1h`."""
    for unit in ("h", "m"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]:.0f}{unit}"
    return f"{seconds:g}s"
