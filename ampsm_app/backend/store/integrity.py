"""What the doctor wants to know of the database: whether it is whole, and how large it is."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.store import merges, rows, sessions, turns
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.schema import events
from ampsm_app.backend.store.schema import iterations as iterations_table
from ampsm_app.backend.store.schema import merges as merges_table


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """`problems` in words, none where the database is whole. Sizes are bytes, `log_size` that of the WAL."""

    problems: tuple[str, ...]
    size: int
    log_size: int
    free_size: int
    events: int
    journal_mode: str


def check(database: Database) -> IntegrityReport:
    """Read the whole database once: SQLite's own check, references, and every row that must be understood."""
    problems: list[str] = []
    with database.read() as connection:
        problems += _sqlite_problems(connection)
        _read_rows(connection, problems)
        unreadable = func.count().filter(func.json_valid(events.c.data) == 0)
        entries, broken = connection.execute(select(func.count(), unreadable)).one()
        free = _pragma(connection, "freelist_count") * _pragma(connection, "page_size")
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
    if broken:
        problems.append(f"{broken} events cannot be read")
    if mode != "wal":
        problems.append(f"the file system of {database.path} cannot hold SQLite's write-ahead log")
    return IntegrityReport(
        problems=tuple(problems),
        size=database.path.stat().st_size,
        log_size=_size(database.path.with_name(database.path.name + "-wal")),
        free_size=free,
        events=entries,
        journal_mode=mode,
    )


def _sqlite_problems(connection: Connection) -> list[str]:
    said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    broken = [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in _foreign_keys(connection)]
    return [line for line in said if line != "ok"] + broken[:20]


def _foreign_keys(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]


def _read_rows(connection: Connection, problems: list[str]) -> None:
    everything = SessionFilter(include_archived=True)
    sessions.summaries(connection, everything, alive=lambda _: True, report=problems.append)
    found = rows.found(connection, select(iterations_table))
    rows.readable(found, turns.iteration, "iteration", problems.append)
    found = rows.found(connection, select(merges_table))
    rows.readable(found, merges.read_row, "merge", problems.append)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
