"""Lines of any bytes and any length, made safe to keep: bounded, valid text, finite numbers."""

import json
import re
from collections.abc import Mapping
from typing import Any

EVENT_TEXT = 65_536
_WHOLE_LINE = 4 * 1024 * 1024
_DEPTH = 60

_MANY_STRINGS = 100_000

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_CUT_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_AUTH_TOKEN = re.compile(r"(authToken=)[^&\s\"']+")
_AUTH_TOKEN_BYTES = re.compile(rb"(authToken=)[^&\s\"']+")


def read_object(line: bytes) -> dict[str, Any] | None:
    """The JSON object on a line, or None where there is none.

    Long strings are cut before anything is decoded, so that a line of 50 MB costs little more than itself.
    """
    line = line.strip(b"\xef\xbb\xbf \t\r\n")
    if not line.startswith(b"{") or not line.endswith(b"}"):
        return None
    short = line if len(line) <= _WHOLE_LINE else _with_short_strings(line)
    try:
        value = json.loads(short.decode("utf-8", "replace"), parse_constant=_nothing)
        if _SURROGATE.search(short):
            # Lone surrogates come through escapes only, and no database and no file takes them.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        return value if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def plain_text(line: bytes) -> str:
    """A line as text: at most `EVENT_TEXT` characters, without terminal escapes and login tokens."""
    shown = line[: EVENT_TEXT * 4].rstrip(b"\r\n").decode("utf-8", "replace")
    return clip(hide_token(without_escapes(shown)), len(line) - len(line[: EVENT_TEXT * 4]))


def clip(text: str, more: int = 0) -> str:
    """The text, cut to `EVENT_TEXT` characters with a note of how much is missing."""
    missing = max(0, len(text) - EVENT_TEXT) + more
    return f"{text[:EVENT_TEXT]}… ({missing} more)" if missing else text


def clip_values(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON is anything
    """JSON whose texts are cut and whose depth is bounded, as events keep arguments of tools."""
    if isinstance(value, str):
        return clip(value)
    if depth >= _DEPTH:
        return None if isinstance(value, dict | list) else value
    if isinstance(value, dict):
        return {clip(str(name)): clip_values(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [clip_values(inner, depth + 1) for inner in value]
    return value


def without_escapes(text: str) -> str:
    """The text without terminal escape sequences."""
    return _ESCAPES.sub("", text)


def hide_token(text: str) -> str:
    """The text without the value of an `authToken`."""
    return _AUTH_TOKEN.sub(r"\1[redacted]", text)


def hide_token_bytes(line: bytes) -> bytes:
    """A raw line without the value of an `authToken`."""
    return _AUTH_TOKEN_BYTES.sub(rb"\1[redacted]", line) if b"authToken=" in line else line


def text_at(value: Mapping[str, Any], name: str) -> str | None:
    """The text under a name, or None where there is none or something else."""
    found = value.get(name)
    return found if isinstance(found, str) else None


def number_at(value: Mapping[str, Any], *names: str) -> int:
    """The first count under any of the names; 0 where there is none that makes sense."""
    for name in names:
        found = value.get(name)
        if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 2**53:
            return int(found)
    return 0


def money_at(value: Mapping[str, Any], name: str) -> float | None:
    """The sum under a name, or None where there is none that makes sense."""
    found = value.get(name)
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < 2**53:
        return float(found)
    return None


def _with_short_strings(line: bytes) -> bytes:
    parts: list[bytes] = []
    done = 0
    for number, found in enumerate(_STRING.finditer(line)):
        if number == _MANY_STRINGS:
            return b""
        begin, end = found.span()
        if end - begin > EVENT_TEXT * 4:
            parts += [line[done:begin], _CUT_ESCAPE.sub(rb"\1", line[begin : begin + EVENT_TEXT * 4]), b'"']
            done = end
    parts.append(line[done:] if len(line) - done <= _WHOLE_LINE else b"")
    return b"".join(parts)


def _nothing(_: str) -> None:
    """NaN and Infinity are no JSON; what wrote them meant no number."""
