"""Other processes that use a database: `python -m tests.backend.store.actors ROLE PATH [ARGUMENT…]`."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ampsm_app.backend.domain.errors import SessionBusy
from ampsm_app.backend.domain.events import AgentOutput, AssistantMessage
from ampsm_app.backend.store import eventlog, iterations, sessions
from ampsm_app.backend.store.database import Database, open_database
from tests.backend.store.conftest import make_session

ROOT = Path(__file__).parents[3]


def start(role: str, path: Path, *arguments: object) -> "subprocess.Popen[str]":
    """A process that plays the role; what it prints can be read."""
    command = [sys.executable, "-m", __name__, role, str(path), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def finished(process: "subprocess.Popen[str]") -> str:
    """What a process printed that has to end well."""
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    return output


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def make(db: Database, name: str) -> None:
    """Insert one session."""
    with db.write() as connection:
        sessions.insert(connection, make_session(name))


def write(db: Database, name: str, count: str, seed: str) -> None:
    """Append numbered events in transactions of 1 to 5, and roll a fifth of the transactions back."""
    chance = random.Random(seed)
    done = 0
    while done < int(count):
        batch = range(done, min(int(count), done + chance.randint(1, 5)))
        events = [eventlog.NewEvent(AgentOutput(stream="stdout", text=f"{name} {n}"), name) for n in batch]
        try:
            with db.write() as connection:
                eventlog.append_many(connection, events)
                if chance.random() < 0.2:
                    raise TimeoutError
        except TimeoutError:
            continue
        done = batch.stop


def write_for_ever(db: Database, name: str) -> None:
    """Append until killed, always two events that belong together, and say so after the first commit."""
    number = 0
    while True:
        with db.write() as connection:
            for half in ("first", "second"):
                text = f"{name} {number} {half}"
                eventlog.append(connection, AssistantMessage(text=text), session_id=name)
                time.sleep(0.001)
        if number == 0:
            say("writing")
        number += 1
        time.sleep(0.005)


def grow_and_shrink(db: Database) -> None:
    """Change the length of the file until killed."""
    say("writing")
    while True:
        with db.write() as connection:
            connection.exec_driver_sql("INSERT INTO probes VALUES ('big', hex(zeroblob(200000)), '')")
        db.empty_log()
        with db.write() as connection:
            connection.exec_driver_sql("DELETE FROM probes")
            connection.exec_driver_sql("PRAGMA incremental_vacuum").fetchall()
        db.empty_log()


def claim(db: Database, name: str) -> None:
    """Start a turn of the session and print whether it could."""
    say("ready")
    sys.stdin.readline()
    try:
        with db.write() as connection:
            iterations.start(connection, name, prompt="p", start_sha="0" * 40, owner="o", mark="m")
    except SessionBusy:
        say("busy")
    else:
        say("mine")


def main() -> None:
    """Open the database and play."""
    role, path, *arguments = sys.argv[1:]
    parts = (make, write, write_for_ever, grow_and_shrink, claim)
    roles: dict[str, Callable[..., None]] = {part.__name__: part for part in parts}
    with open_database(Path(path)) as db:
        roles[role](db, *arguments)


if __name__ == "__main__":
    main()
