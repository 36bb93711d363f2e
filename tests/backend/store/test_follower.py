"""Following the log: every event once, in order, at once from this process and soon from another."""

import threading
import time
from collections.abc import Callable

from ampsm_app.backend.domain.events import AgentOutput, AssistantMessage, Event
from ampsm_app.backend.store import eventlog, files
from ampsm_app.backend.store.database import Database, open_database
from ampsm_app.backend.store.follower import Follower
from tests.backend.store import actors


def say(db: Database, *texts: str, session_id: str = "s1") -> None:
    with db.write() as connection:
        eventlog.append_many(
            connection, [eventlog.NewEvent(AssistantMessage(text=text), session_id) for text in texts]
        )


def texts(events: list[Event]) -> list[str]:
    return [event.data.text for event in events if isinstance(event.data, AssistantMessage | AgentOutput)]


class Listener(threading.Thread):
    """A thread that follows until it is closed, and keeps what it saw."""

    def __init__(self, db: Database, after_seq: int = 0) -> None:
        super().__init__()
        self.follower = Follower(db, after_seq)
        self.events: list[Event] = []
        self.start()

    def run(self) -> None:
        """Keep what comes."""
        for page in self.follower:
            self.events += page

    def stop(self) -> list[Event]:
        """End, and what was seen."""
        self.follower.close()
        self.join(10)
        assert not self.is_alive()
        return self.events


def eventually(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def test_what_was_there_and_what_comes_later(db: Database) -> None:
    say(db, "before")
    listener = Listener(db)
    eventually(lambda: len(listener.events) == 1)

    say(db, "after", "and more")
    eventually(lambda: len(listener.events) == 3)

    assert texts(listener.stop()) == ["before", "after", "and more"]


def test_going_on_from_where_one_left_off(db: Database) -> None:
    say(db, "a", "b")
    with Follower(db, 0) as first:
        first.read()
        place = first.seq
    say(db, "c")

    with Follower(db, place) as second:
        assert texts(second.read()) == ["c"]
        assert second.seq == 3


def test_one_session_alone(db: Database) -> None:
    with Follower(db, 0, session_id="s2") as follower:
        say(db, "mine", session_id="s1")
        say(db, "yours", session_id="s2")
        assert texts(follower.read()) == ["yours"]
        assert follower.read() == []


def test_a_long_log_comes_in_pages(db: Database) -> None:
    say(db, *(str(n) for n in range(1201)))

    with Follower(db, 0) as follower:
        sizes = []
        for page in follower:
            sizes.append(len(page))
            if sum(sizes) == 1201:
                follower.close()

    assert sizes == [500, 500, 201]


def test_waiting_ends_with_time_or_with_news(db: Database) -> None:
    with Follower(db, 0) as follower:
        follower.read()
        eventually(lambda: not (follower.wait(0.05) and not follower.read()))
        assert not follower.wait(0.01)

        threading.Timer(0.05, say, (db, "news")).start()
        assert follower.wait(30)
        eventually(lambda: texts(follower.read()) == ["news"])


def test_what_is_committed_between_reading_and_waiting_is_not_slept_over(db: Database) -> None:
    with Follower(db, 0) as follower:
        follower.read()
        say(db, "meanwhile")
        assert follower.wait(0)
        assert texts(follower.read()) == ["meanwhile"]


def test_a_transaction_is_followed_whole_or_not_at_all(db: Database) -> None:
    listener = Listener(db)
    with db.write() as connection:
        eventlog.append(connection, AssistantMessage(text="half"), session_id="s1")
        time.sleep(0.1)
        assert listener.events == []
        eventlog.append(connection, AssistantMessage(text="whole"), session_id="s1")
    eventually(lambda: len(listener.events) == 2)
    listener.stop()


def test_many_followers_see_the_same(db: Database) -> None:
    listeners = [Listener(db) for _ in range(8)]
    for number in range(50):
        say(db, str(number))
    for listener in listeners:
        eventually(lambda listener=listener: len(listener.events) == 50)  # type: ignore[misc]

    assert all(texts(listener.stop()) == [str(n) for n in range(50)] for listener in listeners)


def test_closing_the_database_ends_its_followers(db: Database) -> None:
    listener = Listener(db)

    db.close()

    listener.join(10)
    assert not listener.is_alive()


def test_another_process_is_followed(db: Database) -> None:
    listener = Listener(db)

    actors.finished(actors.start("write", db.path, "other", 20, 1))
    eventually(lambda: len(listener.events) == 20)

    assert texts(listener.stop()) == [f"other {n}" for n in range(20)]


def test_four_writers_of_which_one_is_killed_leave_no_gap(db: Database) -> None:
    """Transactions of several events, a fifth of them rolled back, and one writer that dies in the middle."""
    listener = Listener(db)
    victim = actors.start("write_for_ever", db.path, "victim")
    writers = [actors.start("write", db.path, f"w{n}", 200, n) for n in range(3)]
    assert victim.stdout is not None
    victim.stdout.readline()
    for writer in writers[:1]:
        actors.finished(writer)
    victim.kill()
    victim.communicate()
    for writer in writers[1:]:
        actors.finished(writer)

    with db.read() as connection:
        head = eventlog.head(connection)
    eventually(lambda: listener.follower.seq == head)
    events = listener.stop()

    assert [event.seq for event in events] == list(range(1, head + 1))
    for n in range(3):
        mine = [event for event in events if event.session_id == f"w{n}"]
        assert texts(mine) == [f"w{n} {number}" for number in range(200)]
    halves = [text.split()[1:] for text in texts([e for e in events if e.session_id == "victim"])]
    expected = [[str(n), half] for n in range(len(halves) // 2) for half in ("first", "second")]
    assert halves == expected
    with db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_follower_in_a_process_that_starts_later_sees_all(db: Database) -> None:
    """What a killed process committed is read even though nobody has tidied up after it."""
    victim = actors.start("write_for_ever", db.path, "victim")
    assert victim.stdout is not None
    victim.stdout.readline()
    victim.kill()
    victim.communicate()

    assert files.inspect(db.path) == files.State(files.SCHEMA, wal=True)
    with open_database(db.path) as late, Follower(late, 0) as follower:
        assert texts(follower.read())[:2] == ["victim 0 first", "victim 0 second"]


def test_the_log_file_shrinks_when_it_is_quiet(db: Database) -> None:
    listener = Listener(db)
    say(db, "x" * 100_000)
    log = db.path.with_name(db.path.name + "-wal")
    assert log.stat().st_size > 0

    eventually(lambda: log.stat().st_size == 0)
    listener.stop()
