"""Raw output: compressed, read from any place, searched, and safe up to the last chunk."""

import random
import sqlite3
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampsm_app.backend.store import iterations, outputs, sessions
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.outputs import CHUNK, OutputWriter
from tests.backend.store.conftest import make_session

TURN = "s1-1"


@pytest.fixture(autouse=True)
def _turn(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        iterations.start(connection, "s1", prompt="p", start_sha="0" * 40, owner="o", mark="m")


def append(db: Database, *pieces: bytes) -> None:
    for piece in pieces:
        with db.write() as connection:
            outputs.append(connection, TURN, piece)


def test_what_was_appended_is_read_from_any_place(db: Database) -> None:
    whole = random.Random(1).randbytes(3 * CHUNK + 17)
    append(db, whole[:10], whole[10 : CHUNK + 5], b"", whole[CHUNK + 5 :])

    with db.read() as connection:
        assert outputs.size(connection, TURN) == len(whole)
        assert outputs.read(connection, TURN) == whole
        for offset, limit in [(0, 5), (8, 4), (CHUNK - 1, 3), (CHUNK, CHUNK), (len(whole) - 1, 99), (1, 0)]:
            assert outputs.read(connection, TURN, offset, limit) == whole[offset : offset + limit]
        assert outputs.read(connection, TURN, len(whole) + 1) == b""
        assert outputs.read(connection, "s1-2") == b""
        assert outputs.size(connection, "s1-2") == 0


def test_it_is_compressed(db: Database) -> None:
    append(db, b"the same line again and again\n" * 10_000)

    with db.read() as connection:
        stored = connection.exec_driver_sql("SELECT SUM(LENGTH(data)) FROM outputs").scalar_one()
    assert stored < 30_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(text=st.text(max_size=60), limit=st.integers(1, 20), broken=st.binary(max_size=4))
def test_pages_of_text_never_cut_a_character(db: Database, text: str, limit: int, broken: bytes) -> None:
    whole = text.encode() + broken
    with db.write() as connection:
        connection.exec_driver_sql("DELETE FROM outputs")
        outputs.append(connection, TURN, whole)

    pages, offset = [], 0
    with db.read() as connection:
        while True:
            page = outputs.read_page(connection, TURN, offset, limit)
            pages.append(page.text)
            if page.next_offset is None:
                break
            assert page.next_offset > offset
            offset = page.next_offset
        assert page.size == len(whole)

    assert "".join(pages).startswith(text)
    if not broken:
        assert "".join(pages) == text


def test_an_empty_output_is_an_empty_page(db: Database) -> None:
    with db.read() as connection:
        assert outputs.read_page(connection, TURN, 0, 100) == outputs.OutputPage("", None, 0)


def test_searching_finds_lines_also_across_chunks(db: Database) -> None:
    filler = b"x" * (CHUNK - 4) + b"\n"
    append(db, filler + b"an ERROR here\nnothing\nerror error\n" + filler, b"last err", b"or\n")

    with db.read() as connection:
        matches = outputs.search(connection, TURN, "Error")
        first = outputs.search(connection, TURN, "error", limit=1)
        nothing = [*outputs.search(connection, TURN, "absent"), *outputs.search(connection, TURN, "")]

    assert [match.line for match in matches] == [2, 4, 6]
    assert [match.excerpt for match in matches[:2]] == ["an ERROR here", "error error"]
    assert matches[0].offset == CHUNK
    assert first == matches[:1]
    assert nothing == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(pieces=st.lists(st.text("ab\n", max_size=12), max_size=8), words=st.text("ab", min_size=1, max_size=4))
def test_searching_agrees_with_looking_at_every_line(db: Database, pieces: list[str], words: str) -> None:
    with db.write() as connection:
        connection.exec_driver_sql("DELETE FROM outputs")
        for piece in pieces:
            outputs.append(connection, TURN, piece.encode())
        found = [match.line for match in outputs.search(connection, TURN, words)]

    lines = "".join(pieces).split("\n")
    assert found == [number for number, line in enumerate(lines, 1) if words in line]


def test_a_damaged_chunk_is_named_and_the_rest_stays_where_it_was(db: Database) -> None:
    append(db, b"a" * 100, b"b" * 100, b"c" * 100)
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute("UPDATE outputs SET data = x'00' WHERE number = 1")
        plain.commit()

    with db.read() as connection:
        whole = outputs.read(connection, TURN)
    assert len(whole) == 300
    assert whole[:100] == b"a" * 100
    assert b"cannot be read" in whole[100:200]
    assert whole[200:] == b"c" * 100


def test_a_writer_stores_full_chunks_and_the_rest_on_request(db: Database) -> None:
    writer = OutputWriter(db, TURN)
    writer.write(b"x" * (CHUNK - 1))
    with db.read() as connection:
        assert outputs.size(connection, TURN) == 0
    writer.write(b"yz")
    with db.read() as connection:
        assert outputs.size(connection, TURN) == CHUNK + 1

    writer.write(b"end")
    writer.flush()
    writer.flush()
    with db.read() as connection:
        assert outputs.read(connection, TURN, CHUNK - 1) == b"yzend"


def test_several_threads_write_whole_lines(db: Database) -> None:
    writer = OutputWriter(db, TURN)

    def work(letter: bytes) -> None:
        for _ in range(200):
            writer.write(letter * 999 + b"\n")

    threads = [threading.Thread(target=work, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.flush()

    with db.read() as connection:
        lines = outputs.read(connection, TURN).splitlines()
    assert len(lines) == 600
    assert all(line == line[:1] * 999 for line in lines)
