"""Opening a database: made where there is none, private, shared, and closed without a trace."""

import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import StoreError
from ampsm_app.backend.store import eventlog, files, queries, sessions
from ampsm_app.backend.store.database import Database, open_database
from tests.backend.store import actors
from tests.backend.store.conftest import everyone_lives, make_session


def test_first_use_makes_a_private_database(path: Path) -> None:
    open_database(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA application_id").fetchone() == (files.APPLICATION_ID,)
        assert plain.execute("PRAGMA user_version").fetchone() == (files.SCHEMA,)
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert plain.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_the_folder_of_somebody_else_keeps_its_permissions(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)

    open_database(shared / "sessions.sqlite").close()

    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def only_the_user_reads_what_stands_beside(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session())
    beside = [entry for entry in db.path.parent.iterdir() if entry != db.path]
    assert len(beside) == 2
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in beside} == {0o600}


def test_what_stands_beside_it_is_private_too(path: Path) -> None:
    with open_database(path) as db:
        only_the_user_reads_what_stands_beside(db)


def test_a_file_that_became_readable_for_others_is_private_again(path: Path) -> None:
    open_database(path).close()
    path.chmod(0o644)

    with open_database(path) as db:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        only_the_user_reads_what_stands_beside(db)


def test_an_empty_file_counts_as_none(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    with open_database(path) as db, db.read() as connection:
        assert eventlog.head(connection) == 0


def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("s1"))

    with open_database(path) as db, db.read() as connection:
        assert sessions.get(connection, "s1").name == "Session s1"


def test_closing_leaves_nothing_beside_the_file(path: Path) -> None:
    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session())

    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_failed_transaction_leaves_nothing(db: Database) -> None:
    def fails() -> None:
        with db.write() as connection:
            sessions.insert(connection, make_session())
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fails()

    with db.read() as connection:
        assert eventlog.head(connection) == 0
        assert eventlog.read_after(connection, 0) == []


def test_a_reading_transaction_cannot_write(db: Database) -> None:
    with pytest.raises(StoreError) as refused, db.read() as connection:
        sessions.insert(connection, make_session())

    assert refused.value.code == "database_read_only"


def test_a_reader_sees_one_state_while_others_write(db: Database) -> None:
    with db.read() as reader:
        before = eventlog.head(reader)
        with db.write() as connection:
            sessions.insert(connection, make_session())
        assert eventlog.head(reader) == before

    with db.read() as reader:
        assert eventlog.head(reader) == before + 1


def test_write_transactions_do_not_nest(db: Database) -> None:
    with db.write(), pytest.raises(RuntimeError, match="pass its connection on"), db.write():
        pass


def test_many_threads_write_and_read_at_once(db: Database) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            with db.write() as connection:
                sessions.insert(connection, make_session(f"t{number}-{turn}"))
            with db.read() as connection:
                assert sessions.get(connection, f"t{number}-{turn}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.read() as connection:
        assert eventlog.head(connection) == 120


def test_a_closed_database_refuses(db: Database) -> None:
    db.close()

    with pytest.raises(StoreError) as refused, db.read():
        pass

    assert refused.value.code == "database_closed"


def test_closing_while_a_reader_is_busy_lets_it_finish(db: Database) -> None:
    with db.read() as connection:
        db.close()
        assert eventlog.head(connection) == 0


def test_several_processes_may_make_it_at_once(path: Path) -> None:
    makers = [actors.start("make", path, f"p{number}") for number in range(5)]
    for maker in makers:
        actors.finished(maker)

    with open_database(path) as db, db.read() as connection:
        assert eventlog.head(connection) == 5


@pytest.mark.parametrize("pause_s", [0.05, 0.01, 0.003, 0.001, 0])
def test_a_process_killed_while_making_it_leaves_nothing_in_the_way(path: Path, pause_s: float) -> None:
    with actors.start("make", path, "first") as maker:
        while not path.exists():
            time.sleep(0.001)
        time.sleep(pause_s)
        maker.kill()

    with open_database(path) as db, db.write() as connection:
        sessions.insert(connection, make_session("second"))


def test_it_is_known_for_ours_while_another_process_writes_it(db: Database) -> None:
    with actors.start("grow_and_shrink", db.path) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()

        assert {files.inspect(db.path) for _ in range(500)} == {files.State(files.SCHEMA, wal=True)}

        writer.kill()


def test_a_relative_path_stays_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_database(Path("mine.sqlite")) as db:
        monkeypatch.chdir("/")
        with db.write() as connection:
            sessions.insert(connection, make_session())

    assert (tmp_path / "mine.sqlite").exists()


def test_listing_in_the_process_that_has_it_open_keeps_its_locks(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session())

    queries.session_rows(db.path, alive=everyone_lives, report=print)
    open_database(db.path).close()

    # Leaving WAL needs the file for oneself: refused as long as our locks are there.
    other = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA journal_mode = DELETE')"
    left = subprocess.run(
        [sys.executable, "-c", other, str(db.path)], capture_output=True, text=True, check=False
    )
    assert "locked" in left.stderr


def test_the_log_can_be_emptied_when_nobody_reads(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session())
    log = db.path.with_name(db.path.name + "-wal")
    assert log.stat().st_size > 0

    assert db.empty_log()
    assert log.stat().st_size == 0


def test_an_unwritable_place_is_said_in_words(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    with pytest.raises(StoreError) as refused:
        open_database(blocked / "sessions.sqlite")

    assert "AMPSM_DB_PATH" in (refused.value.hint or "")
