"""Events: every one, in order, whoever wrote it, at the speed at which a page takes them."""

import threading
import tracemalloc
from collections.abc import Callable

from ampsm_app.backend.domain.events import AgentOutput
from ampsm_app.backend.store import eventlog
from ampsm_app.backend.store.database import open_database
from ampsm_app.backend.web.contract import MAX_BATCH, MAX_UNACKNOWLEDGED
from tests.backend.web.conftest import Site
from tests.support.web import Visitor, terminal, until
from tests.support.world import World


def say(world: World, count: int, *, size: int = 20) -> int:
    """Have another database connection append so many events; the newest seq."""
    session = world.new("Say hello")
    with open_database(world.core.data_dir / "sessions.sqlite") as database, database.write() as connection:
        for number in range(count):
            text = f"line {number} ".ljust(size, "x")
            eventlog.append(connection, AgentOutput(stream="stdout", text=text), session_id=session.id)
    return world.core.events.head()


def seqs(visitor: Visitor) -> list[int]:
    return [event["seq"] for event in visitor.events]


def test_a_snapshot_and_what_happens_after_it_are_the_whole_story(world: World, visitor: Visitor) -> None:
    world.done("Say before")
    snapshot = visitor.ok("app:snapshot")
    assert visitor.ok("events:follow", {"after_seq": snapshot["seq"]}) == {"seq": snapshot["seq"]}
    session = world.done("Say after")

    head = world.core.events.head()
    until(lambda: seqs(visitor)[-1:] == [head])
    assert seqs(visitor) == list(range(snapshot["seq"] + 1, head + 1))
    assert {event["session_id"] for event in visitor.events} == {session.id}
    assert {"session_changed", "iteration_start", "assistant_message", "iteration_end"} <= set(visitor.types)
    assert all(
        set(event) == {"seq", "session_id", "iteration_id", "timestamp", "data"} for event in visitor.events
    )


def test_a_page_that_missed_something_asks_from_there_and_gets_it_again(
    world: World, visitor: Visitor
) -> None:
    head = say(world, 30)
    visitor.ok("events:follow", {"after_seq": head - 10})
    until(lambda: seqs(visitor) == list(range(head - 9, head + 1)))

    visitor.batches.clear()
    visitor.ok("events:follow", {"after_seq": head - 20})
    until(lambda: seqs(visitor) == list(range(head - 19, head + 1)))


def test_a_page_that_comes_back_goes_on_where_it_was(world: World, visit: Callable[[], Visitor]) -> None:
    first = visit()
    first.ok("events:follow", {"after_seq": 0})
    head = say(world, 5)
    until(lambda: seqs(first)[-1:] == [head])
    first.leave()

    later = say(world, 5)
    second = visit()
    second.ok("events:follow", {"after_seq": head})
    until(lambda: seqs(second) == list(range(head + 1, later + 1)))


def test_a_page_that_takes_nothing_is_sent_four_batches_and_costs_no_memory(
    world: World, site: Site, visit: Callable[[], Visitor]
) -> None:
    slow, quick = visit(), visit()
    slow.takes.clear()
    count = 8 * MAX_BATCH
    head = say(world, count, size=2_000)
    tracemalloc.start()
    try:
        slow.ok("events:follow", {"after_seq": head - count})
        quick.ok("events:follow", {"after_seq": head - count})
        until(lambda: seqs(quick)[-1:] == [head])
        until(lambda: len(slow.batches) == MAX_UNACKNOWLEDGED)
        quick.batches.clear()
        slow_and_all = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert len(slow.batches) == MAX_UNACKNOWLEDGED
    assert all(len(batch) <= MAX_BATCH for batch in slow.batches)
    # What the slow page itself was sent, on both sides of the socket, and not what it was not sent.
    assert slow_and_all < 6 * MAX_UNACKNOWLEDGED * MAX_BATCH * 2_000

    slow.takes.set()
    until(lambda: seqs(slow)[-1:] == [head])
    assert seqs(slow) == list(range(head - count + 1, head + 1))


def test_what_a_terminal_does_arrives_in_the_open_page(world: World, visitor: Visitor) -> None:
    session = world.new("Say from a terminal")
    visitor.ok("events:follow", {"after_seq": world.core.events.head()})

    terminal("iterate", session.id, cwd=world.repo)

    until(lambda: "iteration_end" in visitor.types)
    said = [
        event["data"].get("text") for event in visitor.events if event["data"]["type"] == "assistant_message"
    ]
    assert "from a terminal" in said
    statuses = [
        e["data"]["session"]["status"] for e in visitor.events if e["data"]["type"] == "session_changed"
    ]
    assert statuses[0] == "running"
    assert statuses[-1] == "idle"


def test_many_quick_requests_to_follow_leave_one_stream(world: World, visitor: Visitor) -> None:
    head = say(world, 20)
    asking = [
        threading.Thread(target=visitor.ok, args=("events:follow", {"after_seq": head})) for _ in range(10)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    newest = say(world, 50)
    until(lambda: newest in seqs(visitor))
    assert seqs(visitor) == list(range(head + 1, newest + 1))
