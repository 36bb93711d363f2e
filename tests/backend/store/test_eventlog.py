"""The event log: numbered in the order of commits, read in pages, and never stopped by a bad row."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    ErrorHappened,
    Event,
    FileEdited,
    IterationStarted,
    LlmUsed,
    ToolCalled,
)
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.backend.domain.usage import CostKind, Usage
from ampsm_app.backend.store import eventlog, figures, sessions
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.eventlog import NewEvent
from tests.backend.store.conftest import make_session


def say(text: str, session_id: str = "s1") -> NewEvent:
    return NewEvent(AssistantMessage(text=text), session_id, f"{session_id}-1")


def read_all(db: Database) -> list[Event]:
    with db.read() as connection:
        return eventlog.read_after(connection, 0)


def texts(events: list[Event]) -> list[str]:
    return [event.data.text for event in events if isinstance(event.data, AssistantMessage)]


def test_an_event_comes_back_as_it_was_written(db: Database) -> None:
    moment = datetime(2026, 11, 20, 10, 15, 2, 123000, UTC)
    data = ToolCalled(
        tool_use_id="t1",
        tool_name="Edit",
        args={"path": "ü 'quoted'\n.py", "lines": [1, 2]},
        start_time=moment,
        end_time=moment + timedelta(seconds=1),
        duration_ms=1000,
        success=True,
        result="done \x1b[31m\u2028\x00",
    )

    with db.write() as connection:
        seq = eventlog.append(connection, data, session_id="s1", iteration_id="s1-1", timestamp=moment)

    assert read_all(db) == [Event(seq=seq, session_id="s1", iteration_id="s1-1", timestamp=moment, data=data)]


def test_an_event_without_a_time_happened_now(db: Database) -> None:
    before = utc_now()
    with db.write() as connection:
        eventlog.append_many(connection, [say("hello")])

    assert before <= read_all(db)[0].timestamp <= utc_now()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[])), value=st.integers() | st.floats() | st.text())
def test_whatever_an_agent_says_can_be_kept(db: Database, text: str, value: object) -> None:
    """Any characters, halves of surrogate pairs and numbers beyond 64 bits included."""
    data = ToolCalled(
        tool_use_id="t", tool_name=text, args={text: value}, success=None, result=text, duration_ms=2**70
    )

    with db.write() as connection:
        seq = eventlog.append(connection, data, session_id="s1")
    with db.read() as connection:
        (event,) = eventlog.read_after(connection, seq - 1)

    assert isinstance(event.data, ToolCalled)
    assert event.data.result == text
    assert event.data.duration_ms == 2**70


def test_numbers_follow_the_order_of_commits(db: Database) -> None:
    with db.write() as connection:
        assert eventlog.append_many(connection, [say("a"), say("b")]) == range(1, 3)
    with db.write() as connection:
        assert eventlog.append(connection, AssistantMessage(text="c"), session_id="s1") == 3

    assert texts(read_all(db)) == ["a", "b", "c"]
    with db.read() as connection:
        assert eventlog.head(connection) == 3


def test_what_is_rolled_back_leaves_no_gap(db: Database) -> None:
    def fails() -> None:
        with db.write() as connection:
            eventlog.append_many(connection, [say("never")])
            raise TimeoutError

    with pytest.raises(TimeoutError):
        fails()
    with db.write() as connection:
        assert eventlog.append_many(connection, [say("first")]) == range(1, 2)


def test_appending_nothing_is_nothing(db: Database) -> None:
    with db.write() as connection:
        assert list(eventlog.append_many(connection, [])) == []
        assert eventlog.head(connection) == 0


def test_a_number_is_never_used_again(db: Database) -> None:
    with db.write() as connection:
        eventlog.append_many(connection, [say("a"), say("b")])
        connection.exec_driver_sql("DELETE FROM events")
    with db.write() as connection:
        assert eventlog.append_many(connection, [say("c")]) == range(3, 4)


def test_reading_on_from_a_place(db: Database) -> None:
    with db.write() as connection:
        eventlog.append_many(connection, [say(str(n), "s1" if n % 2 else "s2") for n in range(1, 11)])

    with db.read() as connection:
        assert texts(eventlog.read_after(connection, 7)) == ["8", "9", "10"]
        assert texts(eventlog.read_after(connection, 2, limit=3)) == ["3", "4", "5"]
        assert texts(eventlog.read_after(connection, 4, session_id="s2")) == ["6", "8", "10"]


def test_the_last_page_and_the_pages_before(db: Database) -> None:
    with db.write() as connection:
        eventlog.append_many(connection, [say(str(n)) for n in range(1, 8)])

    with db.read() as connection:
        last, more = eventlog.page(connection, EventQuery(session_id="s1", limit=3))
        assert (texts(last), more) == (["5", "6", "7"], True)
        before, more = eventlog.page(connection, EventQuery(session_id="s1", before_seq=last[0].seq, limit=3))
        assert (texts(before), more) == (["2", "3", "4"], True)
        first, more = eventlog.page(
            connection, EventQuery(session_id="s1", before_seq=before[0].seq, limit=3)
        )
        assert (texts(first), more) == (["1"], False)


def test_the_pages_after(db: Database) -> None:
    with db.write() as connection:
        eventlog.append_many(connection, [say(str(n)) for n in range(1, 6)])

    with db.read() as connection:
        page, more = eventlog.page(connection, EventQuery(session_id="s1", after_seq=2, limit=2))
        assert (texts(page), more) == (["3", "4"], True)
        page, more = eventlog.page(connection, EventQuery(session_id="s1", after_seq=4, limit=2))
        assert (texts(page), more) == (["5"], False)
        page, more = eventlog.page(connection, EventQuery(session_id="s1", after_seq=1, before_seq=4))
        assert (texts(page), more) == (["2", "3"], False)


def test_a_page_of_one_kind_of_one_turn_of_one_session(db: Database) -> None:
    with db.write() as connection:
        eventlog.append_many(
            connection,
            [
                say("mine"),
                NewEvent(AgentOutput(stream="stderr", text="noise"), "s1", "s1-1"),
                NewEvent(AssistantMessage(text="next turn"), "s1", "s1-2"),
                say("somebody else", "s2"),
            ],
        )

    query = EventQuery(session_id="s1", iteration_id="s1-1", types=("assistant_message", "user_message"))
    with db.read() as connection:
        page, more = eventlog.page(connection, query)

    assert (texts(page), more) == (["mine"], False)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ÜBER", ["über Größe"]),
        ("GRÖSSE", ["über Größe"]),
        ('say "', ['say "hi"\nthere']),
        ('"hi"\nth', ['say "hi"\nthere']),
        ("text", []),
        ("assistant_message", []),
        ("50%", ["50% of a_b"]),
        ("a_b", ["50% of a_b"]),
        ("\\d", ["\\d+"]),
    ],
)
def test_searching_looks_at_words_and_not_at_json(db: Database, words: str, found: list[str]) -> None:
    with db.write() as connection:
        spoken = ["über Größe", 'say "hi"\nthere', "50% of a_b", "\\d+", "axb"]
        eventlog.append_many(connection, [say(text) for text in spoken])

    with db.read() as connection:
        page, _ = eventlog.page(connection, EventQuery(session_id="s1", search=words))

    assert texts(page) == found


def test_searching_looks_inside_arguments(db: Database) -> None:
    call = ToolCalled(tool_use_id="t", tool_name="Edit", args={"a": [{"b": "needle"}]}, success=True)
    half = ToolCalled(tool_use_id="t", tool_name="Edit", args={"a": "\ud800 needle ü"}, success=True)
    with db.write() as connection:
        eventlog.append_many(connection, [NewEvent(call, "s1"), NewEvent(half, "s1"), say("hay")])

    with db.read() as connection:
        assert len(eventlog.page(connection, EventQuery(session_id="s1", search="Needle"))[0]) == 2
        assert len(eventlog.page(connection, EventQuery(session_id="s1", search="needle Ü"))[0]) == 1


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE events SET data = \'{"type": "assistant_mess\' WHERE seq = 2',
        "UPDATE events SET data = CAST(x'fffe80' AS TEXT) WHERE seq = 2",
        'UPDATE events SET data = \'{"type": "from_the_future"}\' WHERE seq = 2',
        "UPDATE events SET data = '[' || replace(hex(zeroblob(20000)), '0', '[') WHERE seq = 2",
        "UPDATE events SET timestamp = 'yesterday' WHERE seq = 2",
        "UPDATE events SET timestamp = CAST(x'ff' AS TEXT), sessionId = 's1' WHERE seq = 2",
    ],
)
def test_one_corrupt_row_is_reported_and_the_rest_is_read(db: Database, damage: str) -> None:
    with db.write() as connection:
        eventlog.append_many(connection, [say("a"), say("b"), say("c")])
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute(damage)
        plain.commit()

    events = read_all(db)
    with db.read() as connection:
        page, _ = eventlog.page(connection, EventQuery(session_id="s1"))

    assert texts(events) == ["a", "c"]
    assert [event.seq for event in events] == [1, 2, 3]
    assert isinstance(events[1].data, ErrorHappened)
    assert events[1].data.code == "corrupt_row"
    assert "doctor" in (events[1].data.hint or "")
    assert page == events


def test_tools_and_models_are_counted_as_they_are_appended(db: Database) -> None:
    def call(name: str, *, success: bool | None, duration_ms: int | None) -> NewEvent:
        data = ToolCalled(tool_use_id="t", tool_name=name, success=success, duration_ms=duration_ms)
        return NewEvent(data, "s1", "s1-1")

    def used(model: str, output: int, cost: float | None, *, sub_agent: bool = False) -> NewEvent:
        kind: CostKind = "unknown" if cost is None else "reported"
        usage = Usage.of(10, 20, 30, output)
        data = LlmUsed(model=model, usage=usage, cost_usd=cost, cost_kind=kind, sub_agent=sub_agent)
        return NewEvent(data, "s1", "s1-1")

    with db.write() as connection:
        sessions.insert(connection, make_session("s1"))
        eventlog.append_many(
            connection,
            [
                call("Read", success=True, duration_ms=5),
                call("Read", success=False, duration_ms=7),
                call("Read", success=None, duration_ms=None),
                call("Edit", success=True, duration_ms=1),
                used("large", 40, 0.5),
                used("large", 60, None),
                used("small", 1, None, sub_agent=True),
                NewEvent(
                    FileEdited(path="a\udcff", lines_added=3, lines_deleted=1, operation="modify"), "s1"
                ),
                NewEvent(IterationStarted(iteration_number=1, git_sha="0"), "s1"),
            ],
        )

    with db.read() as connection:
        tools = figures.tools(connection, "s1")
        models = figures.models(connection, "s1")
        edits = connection.exec_driver_sql("SELECT path, linesAdded, linesDeleted FROM file_edits").fetchall()
        assert figures.tools(connection, "s2") == []

    assert tools == [
        figures.ToolFigures("Read", calls=3, succeeded=1, failed=1, duration_ms=12),
        figures.ToolFigures("Edit", calls=1, succeeded=1, failed=0, duration_ms=1),
    ]
    assert models == [
        figures.ModelFigures("large", False, Usage.of(20, 40, 60, 100), 0.5, "estimated"),
        figures.ModelFigures("small", True, Usage.of(10, 20, 30, 1), None, "unknown"),
    ]
    assert [tuple(edit) for edit in edits] == [("a?", 3, 1)]
