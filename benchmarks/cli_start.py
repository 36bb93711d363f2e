"""How fast the command line starts: `python -m benchmarks.cli_start [--rounds 25]`.

The program is installed into an environment of its own as pip installs it, and compiled. Each round starts
that environment's Python with nothing to do, and each command; ratios are of the medians of the same rounds.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Outcome, Session, SessionStatus
from ampsm_app.backend.store import iterations, sessions
from ampsm_app.backend.store.database import Database, open_database
from benchmarks import workbench
from benchmarks.workbench import Taken, measured, median, run, say

SESSIONS = 1_000


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ampsm-bench-") as folder:
        root = Path(folder)
        workbench.settle(root)
        programs = workbench.installed(root)
        database = root / "sessions.sqlite"
        os.environ["AMPSM_DB_PATH"] = str(database)
        with open_database(database) as db:
            _fill(db)
        _print(_medians(programs, root, options.rounds))


def _medians(programs: Path, cwd: Path, rounds: int) -> dict[str, Taken]:
    amp = programs / "amp-sessions"
    commands: dict[str, tuple[str | Path, ...]] = {
        "python": (programs / "python", "-c", "pass"),
        "version": (amp, "--version"),
        "list": (amp, "list"),
        "json": (amp, "list", "--json"),
        "status": (amp, "status", "s0007"),
        "help": (amp, "--help"),
    }
    found: dict[str, list[Taken]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = measured(lambda command=command: run(command, cwd=cwd))  # type: ignore[misc]
            if number:  # the first round warms the disk's cache
                found[name].append(taken)
    return {name: median(taken) for name, taken in found.items()}


def _fill(database: Database) -> None:
    """A thousand sessions, each with a turn."""
    with database.write() as connection:
        for number in range(SESSIONS):
            session = Session(
                id=f"s{number:04}",
                name=f"Session number {number}",
                status=SessionStatus.IDLE,
                prompt="Do what a prompt of usual length asks for. " * 5,
                repo_root="/repositories/one",
                base_branch="main",
                base_commit="0" * 40,
                branch=f"amp/session-{number}/20261120-100000",
                worktree_path=f"/repositories/one/.worktrees/s{number:04}",
                created_at=utc_now(),
            )
            sessions.insert(connection, session)
            turn = iterations.start(connection, session.id, prompt="p", start_sha="0", owner="o", mark="m")
            ended = {"ended_at": utc_now(), "outcome": Outcome.COMPLETED}
            iterations.finish(connection, turn.model_copy(update=ended))


def _print(medians: dict[str, Taken]) -> None:
    python = medians["python"]
    say(f"{'start to end of a process':40} {'ms':>7} {'ratio':>8} {'goal':>7} {'of work':>9}")
    for name, words, goal in (
        ("python", "python -c pass", None),
        ("version", "amp-sessions --version", 3),
        ("list", f"amp-sessions list, {SESSIONS:,} sessions", 10),
        ("json", f"amp-sessions list --json, {SESSIONS:,} sessions", 10),
        ("status", "amp-sessions status s0007", 10),
        ("help", "amp-sessions --help", None),
    ):
        wanted = f"≤ {goal}×" if goal else ""
        taken = medians[name]
        ratio, work = taken.clock / python.clock, taken.work / python.work
        say(f"{words:40} {taken.clock:>7.1f} {ratio:>7.2f}× {wanted:>7} {work:>8.2f}×")


if __name__ == "__main__":
    main()
