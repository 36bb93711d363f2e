"""Opening the database, and its transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import engines, files, migrate
from ampsm_app.backend.store.watch import ChangeWatch


def open_database(path: Path, *, migrations: migrate.Migrations | None = None) -> "Database":
    """The database at `path`: made where there is none, upgraded (with a backup) where it is older.

    `migrations` are those of this version unless given. Raises StoreError where the file is not ours
    (which leaves it untouched), was written by a newer version, or cannot be written.
    """
    path = path.absolute()
    migrations = migrations or migrate.shipped()
    state = files.inspect(path)
    if state is not None:
        files.refuse_newer(path, state.schema, migrations.head)
    files.make_private(path)
    if state is None or state.schema < migrations.head:
        migrate.upgrade(path, migrations)
    if state is None or not state.wal:
        migrate.switch_on_wal(path)
    return Database(path)


class Database:
    """Transactions on one database file, from any thread; other processes may use the file as well."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.watch = ChangeWatch(path)
        self._writer = engines.writing(path)
        self._reader = engines.reading(path)
        self._closed = False
        # Held by the one write transaction of this process, so that threads queue here and not in SQLite,
        # which wakes those who wait for its lock in no order and after growing pauses.
        self._write_turn = threading.Lock()
        self._writing_thread: int | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its beginning; followers wake when it is committed.

        An exception rolls it back. It does not nest: functions that write take the connection.
        """
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("a write transaction is open in this thread: pass its connection on")
        with self._write_turn:
            self._writing_thread = threading.get_ident()
            try:
                with self._transaction(self._writer) as connection:
                    yield connection
            finally:
                self._writing_thread = None
        self.watch.bump()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from its first query on, and cannot write.

        Keep it short: while it is open, the write-ahead log grows.
        """
        with self._transaction(self._reader) as connection:
            yield connection

    def empty_log(self) -> bool:
        """Move the write-ahead log into the database; False where somebody was using it."""
        return self.watch.empty_log()

    def close(self) -> None:
        """End followers and close what is idle; open transactions close their connections when they end."""
        self._closed = True
        self.watch.close()
        with self._write_turn:
            self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        if self._closed:
            raise StoreError(f"the database {self.path} is closed", code="database_closed")
        try:
            with engine.connect() as connection:
                try:
                    with connection.begin():
                        yield connection
                finally:
                    if self._closed:
                        # Nobody would close it in the pool any more.
                        connection.detach()
        except (DBAPIError, sqlite3.Error) as error:
            raise engines.store_error(error, self.path) from error
