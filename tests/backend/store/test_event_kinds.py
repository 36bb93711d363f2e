"""Every kind of event can be written and read back."""

from datetime import UTC, datetime
from typing import get_args

from ampsm_app.backend.domain import events
from ampsm_app.backend.domain.events import EventData
from ampsm_app.backend.domain.merges import Conflicted, Merge, MergeStatus
from ampsm_app.backend.domain.sessions import Check, Outcome, SessionStatus, SessionSummary
from ampsm_app.backend.domain.usage import Usage
from ampsm_app.backend.store import eventlog
from ampsm_app.backend.store.database import Database
from tests.backend.store.conftest import make_session

MOMENT = datetime(2026, 11, 20, 10, 15, 2, 123000, UTC)


def one_of_each() -> list[EventData]:
    summary = SessionSummary(**dict(make_session(follow_ups=("then", "that"), limit_until=MOMENT)))
    check = Check(passed=False, exit_code=1, duration_ms=20, output="no\n", tree="t" * 40)
    merge = Merge(
        id="m1",
        session_id="s1",
        status=MergeStatus.CONFLICT,
        base_branch="main",
        base_sha="0" * 40,
        session_sha="1" * 40,
        conflicts=(Conflicted(path="a\udcff", kind="content"),),
        created_at=MOMENT,
    )
    return [
        events.SessionChanged(session=summary, previous_status=SessionStatus.RUNNING),
        events.SessionDeleted(trash_path="/trash/s1"),
        events.IterationStarted(iteration_number=1, git_sha="0" * 40, prompt="do it"),
        events.IterationEnded(
            iteration_number=1,
            status=SessionStatus.ERROR,
            outcome=Outcome.FAILED,
            git_sha="0" * 40,
            commit_sha=None,
            changed_files=0,
            duration_ms=1,
            exit_code=1,
        ),
        events.ThreadStarted(thread_id="T-1", tools=("Read", "Edit")),
        events.UserMessage(message="do it"),
        events.AssistantMessage(text="done", message_id="m", parent_tool_use_id="t0"),
        events.AssistantThinking(text="hm"),
        events.ToolStarted(tool_use_id="t1", tool_name="Read", args={"path": "x"}),
        events.ToolCalled(tool_use_id="t1", tool_name="Read", start_time=MOMENT, success=True, result="x"),
        events.FileEdited(path="x", lines_added=1, lines_deleted=0, operation="create", diff="+x"),
        events.LlmUsed(model="m", usage=Usage.of(1, 2, 3, 4), cost_usd=0.1, cost_kind="estimated"),
        events.AgentOutput(stream="stderr", text="warning"),
        events.CheckRan(command="make test", check=check, reason="merge"),
        events.GitOperated(operation="merge", sha_before=None, sha_after="2" * 40, insertions=3),
        events.MergeChanged(merge=merge),
        events.StopRequested(),
        events.ErrorHappened(code="git", message="no", hint="yes"),
    ]


def test_every_kind_comes_back_as_it_was(db: Database) -> None:
    written = one_of_each()
    assert {type(data) for data in written} == set(get_args(get_args(EventData)[0]))

    with db.write() as connection:
        eventlog.append_many(connection, [eventlog.NewEvent(data, "s1", "s1-1", MOMENT) for data in written])
    with db.read() as connection:
        read = eventlog.read_after(connection, 0)

    assert [event.data for event in read] == written
    assert {event.timestamp for event in read} == {MOMENT}
