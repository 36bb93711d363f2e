"""The raw output of an iteration, compressed in chunks: read from any place, safe up to the last chunk."""

import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.schema import outputs as table

CHUNK = 64 * 1024
_AGE_S = 1.0
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class OutputPage:
    """Part of an output. Offsets and sizes are bytes; `next_offset` is None at the end of what is there."""

    text: str
    next_offset: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Match:
    """A place where searched words stand: its byte offset, its line (from 1), and the text around it."""

    offset: int
    line: int
    excerpt: str


class OutputWriter:
    """Collects the output of a running iteration and stores it chunk by chunk, from any thread.

    What is not stored yet is lost if the process is killed: at most one chunk, or one second's writes.
    """

    def __init__(self, database: Database, iteration_id: str) -> None:
        self._database = database
        self._iteration_id = iteration_id
        # Guards the order of the output: whoever takes the buffer stores it before the next may.
        self._order = threading.Lock()
        self._buffer = bytearray()
        self._stored_at = time.monotonic()

    def write(self, data: bytes) -> None:
        """Take some output; it is stored once there is a chunk of it or a second has passed."""
        with self._order:
            self._buffer += data
            if len(self._buffer) >= CHUNK or time.monotonic() - self._stored_at > _AGE_S:
                self._store()

    def flush(self) -> None:
        """Store what was taken so far."""
        with self._order:
            self._store()

    def _store(self) -> None:
        if self._buffer:
            with self._database.write() as connection:
                append(connection, self._iteration_id, bytes(self._buffer))
            self._buffer.clear()
        self._stored_at = time.monotonic()


def append(connection: Connection, iteration_id: str, data: bytes) -> None:
    """Store more output of the iteration, in chunks that can be read one by one."""
    query = select(func.count(), func.coalesce(func.sum(table.c.size), 0))
    number, offset = connection.execute(query.where(table.c.iterationId == iteration_id)).one()
    rows: list[dict[str, Any]] = []
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        row = {"iterationId": iteration_id, "number": number + len(rows), "offset": offset + start}
        rows.append({**row, "size": len(piece), "data": zlib.compress(piece)})
    if rows:
        connection.execute(table.insert(), rows)


def size(connection: Connection, iteration_id: str) -> int:
    """How many bytes of output are stored."""
    query = select(func.coalesce(func.sum(table.c.size), 0)).where(table.c.iterationId == iteration_id)
    return int(connection.execute(query).scalar_one())


def read(connection: Connection, iteration_id: str, offset: int = 0, limit: int | None = None) -> bytes:
    """The output from `offset` on, at most `limit` bytes; empty past its end."""
    end = None if limit is None else offset + limit
    parts = []
    for start, piece in _chunks(connection, iteration_id, offset, end):
        parts.append(piece[max(0, offset - start) : None if end is None else max(0, end - start)])
    return b"".join(parts)


def read_page(connection: Connection, iteration_id: str, offset: int, limit: int) -> OutputPage:
    """The output from `offset` on as text, about `limit` bytes of it, never cut inside a character."""
    total = size(connection, iteration_id)
    data = read(connection, iteration_id, offset, max(limit, 4))
    after = offset + len(data)
    if after < total:
        data = data[: _whole_characters(data)]
        after = offset + len(data)
    return OutputPage(data.decode("utf-8", "replace"), after if after < total else None, total)


def search(connection: Connection, iteration_id: str, words: str, *, limit: int = 100) -> list[Match]:
    """The first places where the words stand, ASCII letters in either case; each line is named once."""
    needle = words.encode("utf-8", "replace").lower()
    matches: list[Match] = []
    if not needle:
        return matches
    window, window_at, line = b"", 0, 1
    for start, piece in _chunks(connection, iteration_id, 0, None):
        # The end of the chunk before stays in sight: words may stand across the seam.
        window, window_at = window + piece, start - len(window)
        lowered = window.lower()
        place = 0
        while (found := lowered.find(needle, place)) >= 0:
            at_line = line + window.count(b"\n", 0, found)
            if not matches or matches[-1].line != at_line:
                matches.append(Match(window_at + found, at_line, _excerpt(window, found, len(needle))))
            if len(matches) == limit:
                return matches
            place = found + len(needle)
        kept = max(0, min(len(window) - len(needle) + 1, len(window)))
        line += window.count(b"\n", 0, kept)
        window, window_at = window[kept:], window_at + kept
    return matches


def _chunks(
    connection: Connection, iteration_id: str, begin: int, end: int | None
) -> Iterator[tuple[int, bytes]]:
    query = (
        select(table.c.offset, table.c.size, table.c.data)
        .where(table.c.iterationId == iteration_id, table.c.offset + table.c.size > begin)
        .order_by(table.c.number)
    )
    if end is not None:
        query = query.where(table.c.offset < end)
    for offset, length, data in connection.execute(query):
        yield offset, _decompressed(data, length)


def _decompressed(data: bytes, length: int) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        # As long as what is lost, so that every other place of the output stays where it was.
        return b"\n[this part of the output cannot be read]\n".ljust(length)[:length]


def _whole_characters(data: bytes) -> int:
    """The length of the data without the beginning of a character at its end."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if needed > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def _excerpt(window: bytes, found: int, length: int) -> str:
    start = max(window.rfind(b"\n", 0, found) + 1, found - _EXCERPT)
    end = window.find(b"\n", found + length)
    end = min(len(window) if end < 0 else end, found + length + _EXCERPT)
    return window[start:end].decode("utf-8", "replace")
