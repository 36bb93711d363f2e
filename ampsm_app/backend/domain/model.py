"""The base of everything that crosses a boundary."""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def utc_now() -> datetime:
    """The present, in UTC, to the millisecond (what the store keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def format_time(moment: datetime) -> str:
    """`2026-11-20T10:15:02.123Z`: the one spelling of times in JSON, files and the database."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The moment that `format_time` wrote."""
    return datetime.fromisoformat(text)


# Names in a repository are bytes. Those that are no UTF-8 live in Python as lone surrogates, which JSON
# cannot carry; there they stand in a range that no file is named with, and come back from it.
_TO_JSON = MappingProxyType({0xDC00 + byte: 0x10FE00 + byte for byte in range(0x80, 0x100)})
_FROM_JSON = MappingProxyType({carried: code for code, carried in _TO_JSON.items()})


def _carry(path: str) -> str:
    return path if path.isascii() else path.translate(_TO_JSON)


def _uncarry(path: object) -> object:
    return path.translate(_FROM_JSON) if isinstance(path, str) and not path.isascii() else path


PathText = Annotated[
    str, BeforeValidator(_uncarry), PlainSerializer(_carry, return_type=str, when_used="json")
]

UtcTime = Annotated[datetime, PlainSerializer(format_time, return_type=str, when_used="json")]
