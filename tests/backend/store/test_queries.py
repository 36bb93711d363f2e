"""The fast reads: without heavy libraries, changing nothing, and saying exactly what the rest says."""

import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.sessions import (
    Check,
    Iteration,
    IterationError,
    Outcome,
    SessionStatus,
    SessionSummary,
    WithheldFile,
)
from ampsm_app.backend.domain.usage import Usage
from ampsm_app.backend.store import iterations, merges, queries, rows, sessions, summaries
from ampsm_app.backend.store.database import Database, open_database
from ampsm_app.backend.store.summaries import Alive, Wanted
from tests.backend.store import actors
from tests.backend.store.conftest import everyone_lives, make_session, nobody_lives


@pytest.fixture(scope="module")
def filled(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with sessions of every status and past."""
    path = tmp_path_factory.mktemp("filled") / "sessions.sqlite"
    shutil.copyfile(blank, path)
    with open_database(path) as db:
        fill(db)
    return path


def fill(db: Database) -> None:
    """Sessions made by chance, but always the same."""
    chance = random.Random(7)
    now = utc_now()
    for number in range(40):
        id_ = f"k{number:03}"
        maybe = [None, "x ü"]
        with db.write() as connection:
            sessions.insert(
                connection,
                make_session(
                    id_,
                    status=chance.choice(list(SessionStatus)),
                    created_at=now - timedelta(minutes=number),
                    last_run_at=chance.choice([None, now - timedelta(seconds=number)]),
                    archived_at=chance.choice([None, None, now]),
                    mode=chance.choice([None, "demo", "local-cli"]),
                    repo_root=chance.choice(["/repos/one", "/repos/two"]),
                    notes=chance.choice(maybe),
                    script=chance.choice(maybe),
                    follow_ups=chance.choice([(), ("a", "ü")]),
                    auto_commit=chance.choice([True, False]),
                ),
            )
        for _ in range(chance.randint(0, 3)):
            _turn(db, id_, chance)
        if chance.random() < 0.3:
            with db.write() as connection:
                iterations.start(connection, id_, prompt="p", start_sha="0" * 40, owner=id_, mark="m")
        if chance.random() < 0.3:
            with db.write() as connection:
                merges.save(connection, _merge(id_, chance))


def _turn(db: Database, session_id: str, chance: random.Random) -> None:
    passed = chance.choice([True, False, None])
    with db.write() as connection:
        begun = iterations.start(connection, session_id, prompt="p", start_sha="0", owner="o", mark="m")
        fields = {
            "ended_at": utc_now(),
            "outcome": chance.choice(list(Outcome)),
            "changed_files": chance.randint(0, 9),
            "lines_added": chance.randint(0, 99),
            "check": chance.choice([None, Check(passed=passed, exit_code=0, duration_ms=1)]),
            "usage": Usage.of(*(chance.randint(0, 999) for _ in range(4))),
            "cost_usd": chance.choice([None, chance.random(), 0.1]),
            "cost_kind": chance.choice(["reported", "estimated"]),
            "error": chance.choice([None, IterationError(code="x", message="ü broke")]),
        }
        iterations.finish(connection, begun.model_copy(update=fields))


def _merge(session_id: str, chance: random.Random) -> Merge:
    status = chance.choice(list(MergeStatus))
    return Merge(
        id=f"m{session_id}",
        session_id=session_id,
        status=status,
        base_branch="main",
        base_sha="0",
        session_sha="1",
        created_at=utc_now(),
    )


def even_owners_live(owner: str) -> bool:
    return owner.endswith(("0", "2", "4", "6", "8"))


def refuse(problem: str) -> None:
    raise AssertionError(problem)


@pytest.mark.parametrize("alive", [everyone_lives, nobody_lives, even_owners_live])
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"include_archived": True},
        {"include_demo": False, "limit": 5},
        {"status": ("idle",), "include_archived": True},
        {"status": ("running", "error"), "repo": "/repos/two"},
        {"search": "k01"},
    ],
)
def test_both_ways_of_listing_say_the_same(filled: Path, alive: Alive, wanted: dict[str, Any]) -> None:
    with open_database(filled) as db, db.read() as connection:
        slow = sessions.summaries(
            connection, SessionFilter.model_validate(wanted), alive=alive, report=refuse
        )
        rows = sessions.summary_rows(connection, SessionFilter.model_validate(wanted), alive=alive)

    fast = queries.session_rows(filled, Wanted(**wanted), alive=alive, report=refuse)

    assert rows == fast
    assert fast == [summary.model_dump(mode="json") for summary in slow]
    assert fast
    assert [list(row) for row in fast] == [list(SessionSummary.model_fields)] * len(fast)


def test_one_session_is_the_same_as_in_the_list(filled: Path) -> None:
    for row in queries.session_rows(filled, alive=even_owners_live, report=refuse):
        assert queries.session_row(filled, row["id"], alive=even_owners_live) == row


def test_a_document_has_the_session_and_its_last_iteration_as_the_models_have_them(filled: Path) -> None:
    with open_database(filled) as db, db.read() as connection:
        for summary in sessions.summaries(
            connection, SessionFilter(include_archived=True), alive=even_owners_live, report=refuse
        ):
            last = iterations.last(connection, summary.id)
            expected = last.model_dump(mode="json", exclude={"check": {"output", "tree"}}) if last else None

            document = queries.session_document(filled, summary.id, alive=even_owners_live, report=refuse)

            assert document == {**summary.model_dump(mode="json"), "last_iteration": expected}
            if expected:
                assert list(document["last_iteration"]) == list(Iteration.model_fields)


def test_every_field_of_an_iteration_is_read_as_it_was_written(db: Database) -> None:
    full = Iteration(
        id="s1-1",
        session_id="s1",
        number=1,
        prompt="täglich \x00 '\"",
        started_at=utc_now(),
        ended_at=utc_now(),
        outcome=Outcome.LIMIT,
        start_sha="a" * 40,
        commit_sha="b" * 40,
        changed_files=3,
        lines_added=4,
        lines_deleted=5,
        check=Check(passed=False, exit_code=-9, duration_ms=12, output="ü\n", tree="c" * 40),
        usage=Usage.of(1, 2, 3, 4),
        cost_usd=1.0,
        cost_kind="estimated",
        model="m",
        mode="local-cli",
        thread_id="T-1",
        agent_version="1.0",
        exit_code=1,
        duration_ms=99,
        limit_until=utc_now(),
        withheld=(WithheldFile(path="b\udcffd", line=3, kind="a key"),),
        error=IterationError(code="c", message="m", hint=None),
    )
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        iterations.start(connection, "s1", prompt="p", start_sha="0", owner="o", mark="m")
        iterations.finish(connection, full)

    document = queries.session_document(db.path, "s1", alive=everyone_lives, report=refuse)

    assert document["last_iteration"] == full.model_dump(mode="json", exclude={"check": {"output", "tree"}})


def test_an_iteration_that_cannot_be_read_is_reported_and_passed_over(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        iterations.start(connection, "s1", prompt="p", start_sha="0", owner="o", mark="m")
        rows.raw(connection).execute("UPDATE iterations SET withheld = '[', outcome = 'nonsense'")
    said: list[str] = []

    document = queries.session_document(db.path, "s1", alive=everyone_lives, report=said.append)

    assert document["last_iteration"] is None
    assert "s1-1" in said[0]


def test_the_statuses_are_those_of_the_domain() -> None:
    assert tuple(SessionStatus) == summaries.STATUSES
    assert set(Wanted._fields) == set(SessionFilter.model_fields)


def test_a_session_is_found_by_prefix_and_name(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("k3x9", name="fix login"))
        sessions.insert(connection, make_session("k3y1", name="other"))

    assert queries.session_row(db.path, "k3x", alive=everyone_lives)["name"] == "fix login"
    assert queries.session_row(db.path, "other", alive=everyone_lives)["id"] == "k3y1"
    with pytest.raises(InvalidInput):
        queries.session_row(db.path, "k3", alive=everyone_lives)
    with pytest.raises(NotFound):
        queries.session_row(db.path, "z", alive=everyone_lives)


def test_no_database_means_no_sessions_and_none_is_made(path: Path) -> None:
    assert queries.session_rows(path, alive=everyone_lives, report=refuse) == []
    with pytest.raises(NotFound):
        queries.session_row(path, "x", alive=everyone_lives)
    assert not path.parent.exists()


def test_reading_changes_nothing(filled: Path) -> None:
    before = filled.read_bytes()

    queries.session_rows(filled, alive=nobody_lives, report=refuse)

    assert filled.read_bytes() == before


def test_what_a_killed_writer_committed_is_listed(db: Database) -> None:
    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))
    writer = actors.start("write_for_ever", db.path, "s1")
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    db.close()

    assert [row["id"] for row in queries.session_rows(db.path, alive=everyone_lives, report=refuse)] == ["s1"]


def test_liveness_is_asked_once_an_owner_and_only_of_running_sessions(db: Database) -> None:
    for id_ in ("a", "b", "c"):
        with db.write() as connection:
            sessions.insert(connection, make_session(id_))
            iterations.start(connection, id_, prompt="p", start_sha="0", owner="one process", mark="m")
            if id_ != "c":
                sessions.change(connection, id_, status=SessionStatus.RUNNING)

    asked: list[str] = []

    def alive(owner: str) -> bool:
        asked.append(owner)
        return True

    queries.session_rows(db.path, alive=alive, report=refuse)

    assert asked == ["one process"]


def test_the_fast_reads_import_nothing_heavy() -> None:
    code = (
        "import sys; import ampsm_app.backend.store.queries;"
        "assert not {'sqlalchemy', 'pydantic', 'alembic', 'psutil', 'logging'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=actors.ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
