"""The ways in which a secret value may be written inside other text."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 8
_SHORTEST_LINE = 16


def spellings(value: str) -> set[bytes]:
    """A value as it is, escaped for JSON (once and twice), for URLs and for base64 at any offset.

    The lines of a value that has several count by themselves: output is read line by line.
    """
    lines = [line for line in value.splitlines() if len(line) >= _SHORTEST_LINE]
    texts = [value, *(lines if len(value.splitlines()) > 1 else [])]
    found = {spelled for text in texts for spelled in _spelled(text)}
    return {spelled for spelled in found if len(spelled) >= SHORTEST}


def _spelled(value: str) -> Iterator[bytes]:
    raw = value.encode("utf-8", "surrogateescape")
    yield raw
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        for text in (once, once.replace("/", "\\/"), json.dumps(once, ensure_ascii=ascii_only)[1:-1]):
            yield text.encode("utf-8", "surrogateescape")
    for escape in (quote, quote_plus):
        text = escape(value, safe="", errors="surrogateescape")
        yield text.encode()
        yield _lower_escapes(text).encode()
    yield from _base64(raw)


def _lower_escapes(text: str) -> str:
    first, *rest = text.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])


def _base64(raw: bytes) -> Iterator[bytes]:
    """The characters of base64 that only the value decides, wherever in the encoded bytes it begins."""
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw)[first:last]
