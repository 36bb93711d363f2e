"""Migrations: from blank and from every older revision, with a backup, in one transaction, or not at all."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import backups as point_rows
from ampsm_app.backend.store import eventlog, files, migrate, queries, sessions
from ampsm_app.backend.store.database import open_database
from ampsm_app.backend.store.migrate import Migrations
from ampsm_app.backend.store.schema import metadata
from tests.backend.store import actors
from tests.backend.store.conftest import everyone_lives, make_session

REVISIONS = sorted(
    script.revision for script in ScriptDirectory(str(migrate.shipped().folder)).walk_revisions()
)
ADD_COLUMN = """
from alembic import op
import sqlalchemy as sa
revision = "{this}"
down_revision = "{before}"

def upgrade():
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("colour", sa.Text(), server_default="red", nullable=False))
        batch.alter_column("notes", new_column_name="remarks")
    {last}
"""


def future(folder: Path, last: str = "") -> Migrations:
    """The migrations of an imaginary next version, which rebuilds a table that others refer to."""
    shutil.copytree(migrate.shipped().folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    this, before = f"{files.SCHEMA + 1:04}", f"{files.SCHEMA:04}"
    script = ADD_COLUMN.format(this=this, before=before, last=last)
    (folder / "versions" / f"{this}_next.py").write_text(script)
    return Migrations(folder, files.SCHEMA + 1)


def up_to(revision: str, folder: Path) -> Migrations:
    """The migrations of the version whose newest revision was this one."""
    shutil.copytree(migrate.shipped().folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for script in (folder / "versions").glob("*.py"):
        if script.name[:4] > revision:
            script.unlink()
    return Migrations(folder, int(revision))


def shape(path: Path) -> dict[str, str]:
    """Every table and index, in SQLite's words."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows}


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("sessions.schema-*"))


def test_the_number_of_the_schema_is_that_of_the_newest_revision() -> None:
    assert [f"{number:04}" for number in range(1, files.SCHEMA + 1)] == REVISIONS


def test_the_migrations_make_what_the_tables_say(path: Path, tmp_path: Path) -> None:
    with open_database(path) as db, db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        made = shape(path)

    declared = tmp_path / "declared.sqlite"

    engine = sqlalchemy.create_engine(f"sqlite:///{declared}", poolclass=sqlalchemy.NullPool)
    metadata.create_all(engine)
    engine.dispose()
    del made["alembic_version"]
    assert made == shape(declared)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_older_revision_becomes_the_present_one(path: Path, tmp_path: Path, revision: str) -> None:
    open_database(path, migrations=up_to(revision, tmp_path / "older")).close()
    blank = path.with_name("blank.sqlite")
    open_database(blank).close()

    open_database(path).close()

    assert shape(path) == shape(blank)
    assert files.inspect(path) == files.State(files.SCHEMA, wal=True)
    assert bool(backups(path)) == (int(revision) < files.SCHEMA)


def test_points_of_the_first_schema_are_kept_unpinned(path: Path, tmp_path: Path) -> None:
    with open_database(path, migrations=up_to("0001", tmp_path / "older")) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        connection.exec_driver_sql(
            "INSERT INTO backups (id, sessionId, ref, operation, createdAt, head, branch, dirtyFiles,"
            " notKept, trashPath) VALUES ('p', 's1', 'refs/r', 'squash', '2026-11-20T10:00:00.000Z', 'abc',"
            " 'amp/x', 3, '[\"big\"]', '/trash')"
        )

    with open_database(path) as db, db.read() as connection:
        (point,) = point_rows.of_session(connection, "s1")

    assert (point.id, point.dirty_files, point.not_kept, point.trash_path) == ("p", 3, ("big",), "/trash")
    assert (point.pinned, point.size) == (False, None)


def test_an_older_database_is_backed_up_and_keeps_its_data(path: Path, tmp_path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1", notes="remember"))
    before = shape(path)

    with open_database(path, migrations=future(tmp_path / "next")) as db, db.read() as connection:
        row = connection.exec_driver_sql("SELECT id, remarks, colour FROM sessions").one()
        assert eventlog.head(connection) == 1

    assert tuple(row) == ("s1", "remember", "red")
    (backup,) = backups(path)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert shape(backup) == before
    (kept,) = queries.session_rows(backup, alive=everyone_lives, report=print)
    assert kept["notes"] == "remember"


def test_a_migration_that_fails_leaves_everything_as_it_was(path: Path, tmp_path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1"))
    before = shape(path)

    with pytest.raises(ZeroDivisionError):
        open_database(path, migrations=future(tmp_path / "next", last="1 / 0"))

    assert shape(path) == before
    with open_database(path) as db, db.read() as connection:
        assert sessions.get(connection, "s1")


def test_a_migration_that_breaks_references_is_rolled_back(path: Path, tmp_path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        connection.exec_driver_sql(
            "INSERT INTO backups (id, sessionId, ref, operation, createdAt, head, notKept)"
            " VALUES ('b', 's1', 'r', 'o', 't', 'h', '[]')"
        )
    before = shape(path)
    broken = future(tmp_path / "next", last='op.execute("DELETE FROM sessions")')

    with pytest.raises(StoreError) as refused:
        open_database(path, migrations=broken)

    assert refused.value.code == "migration_failed"
    assert shape(path) == before


def test_a_migrated_database_is_refused_by_the_older_version(path: Path, tmp_path: Path) -> None:
    open_database(path, migrations=future(tmp_path / "next")).close()

    with pytest.raises(StoreError) as refused:
        open_database(path)

    assert refused.value.code == "newer_schema"


def test_reading_an_older_database_asks_for_the_upgrade(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(path).close()
    before = path.read_bytes()
    monkeypatch.setattr(files, "SCHEMA", files.SCHEMA + 1)

    with pytest.raises(StoreError) as refused:
        queries.session_rows(path, alive=everyone_lives, report=print)

    assert refused.value.code == "upgrade_needed"
    assert path.read_bytes() == before


def test_several_that_migrate_at_once_do_it_once(path: Path, tmp_path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1"))
    following = future(tmp_path / "next")
    script = (
        "import sys; from pathlib import Path;"
        "from ampsm_app.backend.store.database import open_database;"
        "from ampsm_app.backend.store.migrate import Migrations;"
        "open_database(Path(sys.argv[1]), migrations=Migrations(Path(sys.argv[2]), int(sys.argv[3]))).close()"
    )
    arguments = [sys.executable, "-c", script, str(path), str(following.folder), str(following.head)]

    started = [subprocess.Popen(arguments, cwd=actors.ROOT) for _ in range(3)]

    assert [process.wait(90) for process in started] == [0, 0, 0]
    assert files.inspect(path) == files.State(following.head, wal=True)
    assert len(backups(path)) == 1


def test_writers_of_the_older_version_wait_while_it_is_migrated(path: Path, tmp_path: Path) -> None:
    """Whatever was committed before is in the backup and in the migrated file."""
    writer = actors.start("write_for_ever", path, "old")
    assert writer.stdout is not None
    writer.stdout.readline()
    following = future(tmp_path / "next")

    with open_database(path, migrations=following) as db:
        writer.kill()
        writer.communicate()
        with db.read() as connection:
            head = eventlog.head(connection)

    (backup,) = backups(path)
    with closing(sqlite3.connect(backup)) as copy:
        (kept,) = copy.execute("SELECT MAX(seq) FROM events").fetchone()
    assert 0 < kept <= head
    assert kept % 2 == 0


def test_too_little_disk_is_said_before_anything_happens(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_database(path).close()
    before = path.read_bytes()
    full = shutil._ntuple_diskusage(10_000, 9_000, 1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    with pytest.raises(StoreError) as refused:
        open_database(path, migrations=future(tmp_path / "next"))

    assert refused.value.code == "disk_full"
    assert refused.value.details["free"] == 1_000
    assert path.read_bytes() == before
    assert backups(path) == []


def test_the_migrations_are_files_beside_the_code() -> None:
    """A frozen program carries them as data: nothing may have to be imported to find them."""
    folder = migrate.shipped().folder

    assert (folder / "env.py").is_file()
    assert len(list((folder / "versions").glob("[0-9]*.py"))) == files.SCHEMA
    assert not (folder / "__init__.py").exists()
