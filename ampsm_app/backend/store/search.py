"""Looking for words in the events' data: in its texts, in any case, and not in the names of its fields."""

import json
from collections.abc import Iterator


def holds(data: bytes, needle: str) -> bool:
    """Whether a text in the event's data holds the casefolded `needle`. Unreadable data holds anything."""
    written = data.decode("utf-8", "replace")
    # A cheap look first, which would miss only characters that were written as escapes.
    if json.dumps(needle, ensure_ascii=False)[1:-1] not in written.casefold() and "\\u" not in written:
        return False
    try:
        fields = json.loads(written)
    except (ValueError, RecursionError):
        return True
    return any(needle in text.casefold() for text in _texts(fields))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                if name != "type":
                    yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
