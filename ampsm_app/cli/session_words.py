"""A session, a turn, a merge, in the words of a terminal."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ampsm_app.backend.domain.words import count


def age(moment: str | None) -> str:
    """How long ago a JSON time was: `now`, `4 m`, `3 h`, `2 d`."""
    if not moment:
        return "—"
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def money(cost: float | None, kind: str) -> str:
    """`$0.12`, `~$0.12` where estimated, `unknown` where nobody knows."""
    if cost is None:
        return "unknown"
    return f"{'~' if kind == 'estimated' else ''}${cost:.4f}"


def change(row: Mapping[str, Any]) -> str:
    """`3 files +12 −4`."""
    return f"{count(row['changed_files'], 'file')} +{row['lines_added']} −{row['lines_deleted']}"


def check_words(check: Mapping[str, Any] | None) -> str:
    """What the check script said, in one word and its exit status."""
    if check is None:
        return "none"
    if check["passed"] is None:
        return "could not be run"
    return "passed" if check["passed"] else f"failed (exit {check['exit_code']})"


def duration(milliseconds: int | None) -> str:
    """`0.4 s`, `12 s`, `3 m 20 s`."""
    if milliseconds is None:
        return "—"
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{int(seconds // 60)} m {int(seconds % 60)} s"
