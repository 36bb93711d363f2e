"""How large the database is, and giving back what it does not use."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.store import rows
from ampsm_app.backend.store.database import Database

# Small steps: others may write in between.
_PAGES = 500


@dataclass(frozen=True, slots=True)
class Measure:
    """Bytes: of the file, of what in it is free, and of the write-ahead log beside it."""

    size: int
    free: int
    log: int


def measure(database: Database) -> Measure:
    """How large the database is now."""
    with database.read() as connection:
        raw = rows.raw(connection)
        free = _pragma(raw, "freelist_count") * _pragma(raw, "page_size")
    return Measure(_size(database.path), free, _size(_log(database)))


def shrink(database: Database) -> int:
    """Give free pages and the log back to the disk, in steps; the bytes that this freed."""
    before = measure(database)
    while True:
        with database.write() as connection:
            raw = rows.raw(connection)
            left = _pragma(raw, "freelist_count")
            # Each row that is asked for frees one page.
            raw.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
            now = _pragma(raw, "freelist_count")
        if now == 0 or now >= left:
            break
    database.empty_log()
    after = measure(database)
    return max(0, before.size + before.log - after.size - after.log)


def old_copies(database: Database) -> list[Path]:
    """The copies that were made beside the database before its upgrades, the oldest first."""
    path = database.path
    return sorted(path.parent.glob(f"{path.stem}.schema-*{path.suffix}"))


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _log(database: Database) -> Path:
    return database.path.with_name(database.path.name + "-wal")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
