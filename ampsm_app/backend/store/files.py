"""Whether a file is a database of ours, told from its bytes alone: what is not ours is never opened to write.

Standard library only, so that commands which only read start fast.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ampsm_app.backend.domain.errors import StoreError

APPLICATION_ID = 0x414D5053
SCHEMA = 1
BUSY_S = 30.0

_MAGIC = b"SQLite format 3\0"
_MEANINGS = (
    ("locked", "database_busy", "Another process holds it; try again, or see what runs."),
    ("disk is full", "disk_full", "Make room on the disk and try again."),
    ("malformed", "database_damaged", "`amp-sessions doctor` says what is broken."),
    ("not a database", "database_damaged", "`amp-sessions doctor` says what is broken."),
    ("readonly", "database_read_only", "Check the permissions of the file and its folder."),
    ("unable to open", "database_unreachable", "Check the permissions of the file and its folder."),
)
_OTHER_PLACE = "Set AMPSM_DB_PATH to another place, or move that file away."


def schema_of(path: Path) -> int | None:
    """The schema number of our database at `path`; None where there is none yet (no file, or an empty one).

    Raises StoreError for anything that is not ours; such a file is left byte for byte as it was.
    """
    header = _header(path)
    if not header:
        return None
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise StoreError(
            f"{path} is not a database; it was left untouched", code="not_a_database", hint=_OTHER_PLACE
        )
    # The number is in the main file from its first transaction on, which runs before WAL is switched on.
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise _foreign(path)
    return _user_version(path)


def uses_wal(path: Path) -> bool:
    """Whether the database's write-ahead log is switched on (which is kept in the file)."""
    return _header(path)[18:20] == b"\x02\x02"


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


def prepare(path: Path) -> None:
    """Make the folder and an empty file where missing, readable by the user alone, and keep the file so."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"cannot write the database {path}: {error}", hint=_OTHER_PLACE) from error
    if path.stat().st_mode & 0o077 and os.name == "posix":
        path.chmod(0o600)


def explain(said: str, path: Path) -> StoreError:
    """The error for what SQLite said about the file."""
    for words, code, hint in _MEANINGS:
        if words in said:
            return StoreError(f"cannot use the database {path}: {said}", code=code, hint=hint)
    return StoreError(f"cannot use the database {path}: {said}")


def read_only_uri(path: Path, *, immutable: bool = False) -> str:
    """The address under which SQLite opens the file without being able to change it.

    `immutable` also keeps it from making or reading the files beside it (`-wal`, `-shm`, `-journal`).
    """
    return path.absolute().as_uri() + ("?immutable=1" if immutable else "?mode=ro")


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreError(f"cannot read the database {path}: {error}", hint=_OTHER_PLACE) from error


def _user_version(path: Path) -> int:
    try:
        try:
            return _ask_version(read_only_uri(path))
        except sqlite3.OperationalError:
            # A transaction that a killed process left needs a roll-back, which needs writing.
            return _ask_version(read_only_uri(path).replace("?mode=ro", "?mode=rw"))
    except sqlite3.Error as error:
        raise explain(str(error), path) from error


def _ask_version(uri: str) -> int:
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _foreign(path: Path) -> StoreError:
    if {"sessions", "iterations"} <= _tables(path):
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


def _tables(path: Path) -> set[str]:
    try:
        with closing(sqlite3.connect(read_only_uri(path, immutable=True), uri=True)) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        return set()
