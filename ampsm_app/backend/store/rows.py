"""What rows are made of: JSON and text that SQLite can hold, and rows that cannot be read."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, CursorResult, Select
from sqlalchemy.exc import OperationalError

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store.summaries import Report, lenient

Found = dict[str, Any]
Read = TypeVar("Read")
Kept = TypeVar("Kept")
AModel = TypeVar("AModel", bound=BaseModel)

# Larger than any true count, and sums of a thousand of them still fit.
_LARGEST = 2**53


def raw(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection, in the same transaction: for statements whose speed counts."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def found(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[Found]:
    """The rows that the query finds, by column name; bytes that are no text are replaced in them."""
    try:
        return _all(connection.execute(query))
    except OperationalError as error:
        if "decode" not in str(error.orig):
            raise
    raw(connection).text_factory = lenient
    try:
        return _all(connection.execute(query))
    finally:
        raw(connection).text_factory = str


def first(connection: Connection, query: Select[*tuple[Any, ...]]) -> Found | None:
    """The first row that the query finds."""
    return next(iter(found(connection, query.limit(1))), None)


def model_json(model: BaseModel) -> str:
    """The model as JSON, also where a text holds half a surrogate pair (a hostile or undecodable one)."""
    try:
        return model.model_dump_json()
    except PydanticSerializationError:
        return json.dumps(model.model_dump(mode="json"))


def parse_json(adapter: TypeAdapter[Read], text: str | bytes) -> Read:
    """What `model_json` wrote. Raises ValueError for anything else."""
    try:
        return adapter.validate_json(text)
    except ValidationError:
        # The fast reader refuses half a surrogate pair; Python's does not.
        return adapter.validate_python(json.loads(text))


def parse_model(model: type[AModel], text: str) -> AModel:
    """The model that `model_json` wrote. Raises ValueError for anything else."""
    return parse_json(TypeAdapter(model), text)


def plain(text: str) -> str:
    """The text with what is no character replaced, as SQLite can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]


def count(number: int | None) -> int | None:
    """The number, cut to what SQLite can hold and sum."""
    return None if number is None else max(-_LARGEST, min(number, _LARGEST))


def readable(
    rows: Iterable[Found],
    build: Callable[[Found], Kept],
    table: str,
    report: Report | None = None,
) -> list[Kept]:
    """What `build` makes of each row; one that it cannot read is told to `report` and left out.

    Without a `report` the log file is told.
    """
    report = report or logging.getLogger(__name__).error
    kept = []
    for row in rows:
        try:
            kept.append(build(row))
        except ValueError as error:
            report(f"{table} {row.get('id')} cannot be read from the database: {first_line(error)}")
    return kept


def must_read(row: Found, build: Callable[[Found], Kept], table: str) -> Kept:
    """What `build` makes of the row. Raises StoreError where it cannot be read."""
    try:
        return build(row)
    except ValueError as error:
        raise StoreError(
            f"{table} {row.get('id')} cannot be read from the database",
            code="corrupt_row",
            hint="`amp-sessions doctor` lists what is broken; a backup of the database has it whole.",
            reason=first_line(error),
        ) from error


def _all(result: CursorResult[*tuple[Any, ...]]) -> list[Found]:
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]
