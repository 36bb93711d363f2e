"""Whether a file is a database of ours, found out without touching it: what is not ours is never written.

Standard library only, so that commands which only read start fast. Only SQLite ever opens the file: a file
handle of our own, when closed, would drop the locks that SQLite holds for the whole process.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from ampsm_app.backend.domain.errors import StoreError

APPLICATION_ID = 0x414D5053
SCHEMA = 3
BUSY_S = 30.0

_MEANINGS = (
    ("locked", "database_busy", "Another process holds it; try again, or see what runs."),
    ("disk is full", "disk_full", "Make room on the disk and try again."),
    ("malformed", "database_damaged", "`amp-sessions doctor` says what is broken."),
    ("not a database", "database_damaged", "`amp-sessions doctor` says what is broken."),
    ("readonly", "database_read_only", "Check the permissions of the file and its folder."),
    ("unable to open", "database_unreachable", "Check the permissions of the file and its folder."),
)
_OTHER_PLACE = "Set AMPSM_DB_PATH to another place, or move that file away."


class State(NamedTuple):
    """What a database of ours says of itself: its schema's number, and whether its WAL is switched on."""

    schema: int
    wal: bool


def inspect(path: Path) -> State | None:
    """What our database at `path` says; None where there is none yet (no file, or an empty one).

    Raises StoreError for anything that is not ours; such a file is left byte for byte as it was.
    """
    if _is_blank(path):
        return None
    _refuse_foreign(path)
    try:
        state = _ask(path)
    except sqlite3.Error as error:
        raise explain(str(error), path) from error
    # Schema 0 is nothing but what a killed process had begun.
    return state if state.schema else None


def refuse_newer(path: Path, schema: int, known: int) -> None:
    """Raise StoreError where the file was written by a newer version than this one."""
    if schema > known:
        raise StoreError(
            f"{path} was written by a newer version (schema {schema}; this version knows {known})",
            code="newer_schema",
            hint="Update Amp Session Orchestrator, or set AMPSM_DB_PATH to another place.",
            schema=schema,
            known=known,
        )


def make_private(path: Path) -> None:
    """Make the folder and an empty file where missing; only the user may read it and what is beside it."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            sqlite3.connect(path).close()
        if os.name == "posix":
            _shut_out_others(path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write the database {path}: {error}", hint=_OTHER_PLACE) from error


def explain(said: str, path: Path) -> StoreError:
    """The error for what SQLite said about the file."""
    for words, code, hint in _MEANINGS:
        if words in said:
            return StoreError(f"cannot use the database {path}: {said}", code=code, hint=hint)
    return StoreError(f"cannot use the database {path}: {said}")


def read_only_uri(path: Path, *, immutable: bool = False) -> str:
    """The address under which SQLite opens the file without being able to change it.

    `immutable` also keeps it from locking, and from making or reading the files beside it (`-wal` and so on).
    """
    return path.absolute().as_uri() + ("?immutable=1" if immutable else "?mode=ro")


def _shut_out_others(*paths: Path) -> None:
    for path in paths:
        # What stands beside the database comes and goes.
        with suppress(FileNotFoundError):
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _is_blank(path: Path) -> bool:
    try:
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a database", hint=_OTHER_PLACE)
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True
    except OSError as error:
        raise StoreError(f"cannot read the database {path}: {error}", hint=_OTHER_PLACE) from error


def _ask(path: Path) -> State:
    try:
        return _ask_by(read_only_uri(path))
    except sqlite3.OperationalError:
        # A transaction that a killed process left may need a roll-back, which needs writing.
        return _ask_by(read_only_uri(path).replace("?mode=ro", "?mode=rw"))


def _ask_by(uri: str) -> State:
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as connection:
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        return State(schema, connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def _refuse_foreign(path: Path) -> None:
    try:
        try:
            names = _names_unless_ours(read_only_uri(path, immutable=True))
        except sqlite3.DatabaseError as error:
            if "malformed" not in str(error):
                raise
            # Without locks this is also how a file looks while it is written: look again, and wait for that.
            names = _names_unless_ours(read_only_uri(path))
    except sqlite3.DatabaseError as error:
        raise (
            _not_a_database(path) if "not a database" in str(error) else explain(str(error), path)
        ) from error
    if names is not None:
        raise _foreign(path, names) if names else _not_a_database(path)


def _names_unless_ours(uri: str) -> set[str] | None:
    """The tables and indexes of a database that is not ours, None where it is."""
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as connection:
        # Ours is marked from the first page on that is ever written.
        if connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
            return None
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def _not_a_database(path: Path) -> StoreError:
    return StoreError(
        f"{path} is not a database of ours; it was left untouched", code="not_a_database", hint=_OTHER_PLACE
    )


def _foreign(path: Path, names: set[str]) -> StoreError:
    if {"sessions", "iterations"} <= names:
        return StoreError(
            f"{path} was written by the original Amp Session Manager; it was left untouched",
            code="original_database",
            hint="It cannot be imported yet. " + _OTHER_PLACE,
        )
    return StoreError(
        f"{path} is the database of another program; it was left untouched",
        code="foreign_database",
        hint=_OTHER_PLACE,
    )
