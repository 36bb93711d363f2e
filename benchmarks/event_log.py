"""How fast events are appended and followed: `python -m benchmarks.event_log [--rounds 5]`.

Every round measures plain sqlite3 (`executemany` into the same tables) beside the event log, so that the
printed ratios (how many times as long it takes) are of the same minute; figures are medians over rounds.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from ampsm_app.backend.domain.events import AssistantMessage, EventData, ToolCalled
from ampsm_app.backend.store import eventlog
from ampsm_app.backend.store.database import Database, open_database
from ampsm_app.backend.store.eventlog import NewEvent
from ampsm_app.backend.store.follower import Follower

BATCH = 100
_INSERT = "INSERT INTO events (type, sessionId, iterationId, timestamp, data) VALUES (?, ?, ?, ?, ?)"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--delays", type=int, default=100)
    parser.add_argument("--write-to", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write_to:
        _write_slowly(options.write_to, options.delays)
        return
    with tempfile.TemporaryDirectory() as folder:
        rounds = [
            _round(Path(folder) / str(n), options.events, options.delays) for n in range(options.rounds)
        ]
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    _print(medians)


def _round(folder: Path, count: int, delays: int) -> dict[str, float]:
    folder.mkdir()
    happened = [_event(number) for number in range(count)]
    with open_database(folder / "raw.sqlite"):
        figures = {"raw": _rate(count, lambda: _raw(folder / "raw.sqlite", happened))}
    with open_database(folder / "log.sqlite") as db:
        figures["batch"] = _rate(count, lambda: _in_batches(db, happened))
        figures["together"] = _rate(count // 4, lambda: _one_by_one(db, happened[: count // 4]))
        figures["alone"] = _rate(count // 10, lambda: _alone(db, happened[: count // 10]))
        figures["read"] = _rate(count, lambda: _read(db, count))
        here = _delays(db, lambda: _say_slowly(db, delays), delays)
        there = _delays(db, lambda: _other_process(db.path, delays), delays)
    for name, found in (("here", here), ("there", there)):
        figures[f"{name}_median"] = statistics.median(found)
        figures[f"{name}_p95"] = statistics.quantiles(found, n=20)[-1]
    return figures


def _event(number: int) -> EventData:
    if number % 3:
        return AssistantMessage(text="some words of an agent " * 10, message_id=str(number))
    args = {"path": f"src/module_{number}.py", "line": number}
    return ToolCalled(
        tool_use_id=str(number), tool_name="Read", args=args, duration_ms=5, success=True, result="x" * 300
    )


def _rate(count: int, work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def _raw(path: Path, happened: Sequence[EventData]) -> None:
    rows = [
        (data.type, "s1", "s1-1", "2026-11-20T10:00:00.000Z", data.model_dump_json()) for data in happened
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        for start in range(0, len(rows), BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows[start : start + BATCH])
            connection.execute("COMMIT")


def _in_batches(db: Database, happened: Sequence[EventData]) -> None:
    for start in range(0, len(happened), BATCH):
        with db.write() as connection:
            events = [NewEvent(data, "s1", "s1-1") for data in happened[start : start + BATCH]]
            eventlog.append_many(connection, events)


def _one_by_one(db: Database, happened: Sequence[EventData]) -> None:
    for start in range(0, len(happened), BATCH):
        with db.write() as connection:
            for data in happened[start : start + BATCH]:
                eventlog.append(connection, data, session_id="s1", iteration_id="s1-1")


def _alone(db: Database, happened: Sequence[EventData]) -> None:
    for data in happened:
        with db.write() as connection:
            eventlog.append(connection, data, session_id="s1", iteration_id="s1-1")


def _read(db: Database, count: int) -> None:
    with Follower(db, 0) as follower:
        while follower.seq < count:
            follower.read()


def _delays(db: Database, write: Callable[[], None], count: int) -> list[float]:
    """Milliseconds from just before the append until a follower in this process has the event."""
    with db.read() as connection:
        follower = Follower(db, eventlog.head(connection))
    found: list[float] = []

    def follow() -> None:
        for page in follower:
            now = time.time()
            found.extend(
                (now - float(e.data.text)) * 1000 for e in page if isinstance(e.data, AssistantMessage)
            )
            if len(found) == count:
                follower.close()

    thread = threading.Thread(target=follow)
    thread.start()
    write()
    thread.join()
    return found


def _say_slowly(db: Database, count: int) -> None:
    for _ in range(count):
        with db.write() as connection:
            eventlog.append(connection, AssistantMessage(text=repr(time.time())), session_id="s1")
        time.sleep(0.013)


def _write_slowly(path: Path, count: int) -> None:
    with open_database(path) as db:
        _say_slowly(db, count)


def _other_process(path: Path, count: int) -> None:
    command = [sys.executable, "-m", "benchmarks.event_log", "--write-to", str(path), "--delays", str(count)]
    subprocess.run(command, cwd=Path(__file__).parents[1], check=True)


def _print(medians: dict[str, float]) -> None:
    raw = medians["raw"]
    lines = [f"{'append, events per second':44} {'rate':>10} {'time':>8}"]
    for name, words in (
        ("raw", f"plain sqlite3, executemany, {BATCH} a transaction"),
        ("batch", f"append_many, {BATCH} a transaction"),
        ("together", f"append, {BATCH} a transaction"),
        ("alone", "append, a transaction each"),
        ("read", "read back by a follower"),
    ):
        lines.append(f"{words:44} {medians[name]:>10,.0f} {raw / medians[name]:>7.1f}×")
    lines.append(f"\n{'follow, milliseconds from append to follower':44} {'median':>10} {'95 %':>8}")
    for name, words in (("here", "written by this process"), ("there", "written by another process")):
        lines.append(f"{words:44} {medians[f'{name}_median']:>10.1f} {medians[f'{name}_p95']:>8.1f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
