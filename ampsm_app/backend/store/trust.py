"""Which set-up of which repository the user has allowed to run."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ampsm_app.backend.domain.model import format_time, utc_now
from ampsm_app.backend.store.schema import trust as table


def is_trusted(connection: Connection, repo_root: str, setup_hash: str) -> bool:
    """Whether the user has trusted exactly this set-up of this repository."""
    this = (table.c.repoRoot == repo_root, table.c.hash == setup_hash)
    return connection.execute(select(table.c.hash).where(*this)).first() is not None


def grant(connection: Connection, repo_root: str, setup_hash: str) -> None:
    """Write down that the user trusts this set-up; a changed one asks again."""
    values = {"repoRoot": repo_root, "hash": setup_hash, "trustedAt": format_time(utc_now())}
    connection.execute(insert(table).values(values).on_conflict_do_nothing())
