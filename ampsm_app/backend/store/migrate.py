"""Bringing a database file to the present schema: a backup first, then everything in one transaction."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.store import engines, files


@dataclass(frozen=True, slots=True)
class Migrations:
    """A folder of Alembic revisions, named 0001, 0002 and so on, and the number of the newest."""

    folder: Path
    head: int


def shipped() -> Migrations:
    """The migrations of this version. They are files beside this one, in wheels and frozen programs too."""
    return Migrations(Path(__file__).parent / "migrations", files.SCHEMA)


def upgrade(path: Path, migrations: Migrations) -> None:
    """Make the tables of an empty file, or bring an older database to `migrations.head`.

    Safe to be called by several processes at once: the first does it, the others wait and find it done.
    A failure leaves the file as it was; the backup of an older one stands beside it.
    """
    engine = engines.migrating(path)
    try:
        with engine.begin() as connection:
            present = _user_version(connection)
            files.refuse_newer(path, present, migrations.head)
            if present < migrations.head:
                if present:
                    _back_up(path, present)
                _run(connection, migrations)
    except DBAPIError as error:
        raise engines.store_error(error, path) from error
    finally:
        engine.dispose()


def switch_on_wal(path: Path) -> None:
    """Switch on the write-ahead log, which the file then keeps; needs a moment in which nobody else uses it.

    Where the file system cannot hold one, the database works without, and the doctor says so.
    """
    deadline = time.monotonic() + files.BUSY_S
    while True:
        try:
            with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                return
        except sqlite3.OperationalError as error:
            # SQLite answers "locked" here without waiting for its time-out.
            if time.monotonic() > deadline:
                raise StoreError(f"cannot open the database {path}: {error}", code="database_busy") from error
            time.sleep(0.02)


def _run(connection: Connection, migrations: Migrations) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StoreError(f"the migration would break {len(broken)} references", code="migration_failed")
    connection.exec_driver_sql(f"PRAGMA application_id = {files.APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {migrations.head}")


def _user_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _back_up(path: Path, schema: int) -> Path:
    """A copy beside the database, taken while this process holds the write lock: exactly what is migrated."""
    _require_space(path)
    stamp = utc_now().strftime("%Y%m%d-%H%M%S-%f")[:-3]
    target = path.with_name(f"{path.stem}.schema-{schema}.{stamp}{path.suffix}")
    partial = target.with_name(target.name + ".partial")
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(path, timeout=files.BUSY_S, isolation_level=None)) as reader:
            reader.execute("VACUUM INTO ?", (str(partial),))
        partial.replace(target)
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot back up {path} to {target}: {error}",
            code="backup_failed",
            hint="Nothing was changed. Make room on the disk and try again.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def _require_space(path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    # The copy, and as much again for what the migration itself writes to the log.
    needed = 2 * size
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise StoreError(
            f"upgrading {path} needs {needed:,} bytes of free disk for its backup; there are {free:,}",
            code="disk_full",
            hint="Nothing was changed. Make room on the disk and try again.",
            needed=needed,
            free=free,
        )
