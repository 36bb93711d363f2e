"""Files that are not ours are refused, and are byte for byte what they were."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import files, queries
from ampsm_app.backend.store.database import open_database
from tests.backend.store.conftest import everyone_lives

SEED_SCHEMA = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, ampPrompt TEXT NOT NULL);
CREATE TABLE iterations (id TEXT PRIMARY KEY, sessionId TEXT NOT NULL);
INSERT INTO sessions VALUES ('a', 'b', 'c');
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    made = tmp_path / "elsewhere"
    made.mkdir()
    return made


def refusal(path: Path) -> StoreError:
    """What opening says, by either door, after having checked that nothing in the folder changed."""
    before = {entry: entry.read_bytes() for entry in path.parent.iterdir()}
    with pytest.raises(StoreError) as refused:
        open_database(path)
    with pytest.raises(StoreError) as refused_to_read:
        queries.session_rows(path, alive=everyone_lives, report=print)
    assert refused_to_read.value.code == refused.value.code
    assert {entry: entry.read_bytes() for entry in path.parent.iterdir()} == before
    return refused.value


def foreign(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_database_of_the_typescript_original(folder: Path, mode: str) -> None:
    path = folder / "sessions.sqlite"
    foreign(path, f"PRAGMA journal_mode = {mode};" + SEED_SCHEMA)

    said = refusal(path)

    assert said.code == "original_database"
    assert "original Amp Session Manager" in said.message
    assert "AMPSM_DB_PATH" in (said.hint or "")


def test_the_database_of_the_original_while_it_is_running(folder: Path) -> None:
    path = folder / "sessions.sqlite"
    foreign(path, "PRAGMA journal_mode = wal;" + SEED_SCHEMA)
    with closing(sqlite3.connect(path)) as original:
        original.execute("INSERT INTO sessions VALUES ('d', 'e', 'f')")
        original.commit()

        assert refusal(path).code == "original_database"


def test_the_database_of_another_program(folder: Path) -> None:
    path = folder / "places.sqlite"
    foreign(path, "PRAGMA application_id = 77; CREATE TABLE bookmarks (url TEXT);")

    assert refusal(path).code == "foreign_database"


@pytest.mark.parametrize(
    "content",
    [b"# Notes\nbuy milk\n", b"\0" * 4096, b"SQLite format 3\0", b"x"],
    ids=["text", "zeros", "cut", "one byte"],
)
def test_a_file_that_is_no_database(folder: Path, content: bytes) -> None:
    path = folder / "sessions.sqlite"
    path.write_bytes(content)

    assert refusal(path).code == "not_a_database"


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_database(tmp_path)


def test_a_database_of_a_newer_version(path: Path) -> None:
    open_database(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 999")
    before = path.read_bytes()

    with pytest.raises(StoreError) as refused:
        open_database(path)
    with pytest.raises(StoreError):
        queries.session_rows(path, alive=everyone_lives, report=print)

    assert refused.value.code == "newer_schema"
    assert refused.value.details == {"schema": 999, "known": files.SCHEMA}
    assert "Update" in (refused.value.hint or "")
    assert path.read_bytes() == before


def test_a_newer_version_that_still_stands_in_the_log_is_seen(path: Path) -> None:
    open_database(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA wal_autocheckpoint = 0")
        newer.execute("PRAGMA user_version = 999")
        with pytest.raises(StoreError) as refused:
            open_database(path)

    assert refused.value.code == "newer_schema"


def test_a_damaged_database_is_said_to_be_damaged(path: Path) -> None:
    open_database(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(StoreError) as refused:
        queries.session_rows(path, alive=everyone_lives, report=print)

    assert refused.value.code == "database_damaged"
    assert "doctor" in (refused.value.hint or "")
