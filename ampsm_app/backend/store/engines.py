"""How connections to the database file are made: what each is told, and how its transactions begin."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, Pool, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store.files import BUSY_S, explain

_ALWAYS = ("PRAGMA foreign_keys = ON", "PRAGMA synchronous = NORMAL", "PRAGMA journal_size_limit = 67108864")
# A transaction that reads first and then writes would fail at once, whatever the time-out, if another
# process wrote in between: whatever may write takes the write lock when it begins.
_WRITE = "BEGIN IMMEDIATE"
_READ = "BEGIN"


def writing(path: Path) -> Engine:
    """Connections for transactions that write."""
    return _engine(path, _ALWAYS, _WRITE, QueuePool)


def reading(path: Path) -> Engine:
    """Connections that cannot write, as many at a time as there are readers."""
    return _engine(path, (*_ALWAYS, "PRAGMA query_only = ON"), _READ, QueuePool)


def migrating(path: Path) -> Engine:
    """Connections that may replace tables which others refer to, and that make the first page of a file."""
    return _engine(path, (), _WRITE, NullPool)


def store_error(error: DBAPIError | sqlite3.Error, path: Path) -> StoreError:
    """What SQLite's refusal means to the user."""
    return explain(str(error.orig) if isinstance(error, DBAPIError) else str(error), path)


def _engine(path: Path, pragmas: tuple[str, ...], begin: str, pool: type[Pool]) -> Engine:
    def connect() -> sqlite3.Connection:
        # isolation_level=None: Python's own implicit transactions would hide where ours begin.
        return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)

    sizes: dict[str, Any] = {"pool_size": 4, "max_overflow": -1} if pool is QueuePool else {}
    # What a statement was given stays out of error messages: it may be anything a user or an agent wrote.
    engine = create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True, **sizes)

    @event.listens_for(engine, "connect")
    def _tell(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if pool is NullPool and connection.exec_driver_sql("PRAGMA page_count").scalar() == 0:
            _begin_first(connection)
        else:
            connection.exec_driver_sql(begin)

    return engine


def _begin_first(connection: Connection) -> None:
    # The vacuum mode is fixed by the first page. Set inside a transaction, it is what takes the write lock,
    # and the first page that others see has our application id already.
    connection.exec_driver_sql("BEGIN")
    connection.exec_driver_sql("PRAGMA auto_vacuum = INCREMENTAL")
