"""A process that was killed in the middle of a turn: what it left is followed up, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ampsm_app.backend.domain.requests import EventQuery
from tests.conftest import git
from tests.support.world import open_world

_RUN = "import sys; from ampsm_app.cli.main import main; main(sys.argv[1:])"


def test_an_interrupted_turn_is_closed_with_its_work_its_usage_and_a_true_status(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "data" / "sessions.sqlite"
    monkeypatch.setenv("AMPSM_DB_PATH", str(database))
    with open_world(repo, database) as world:
        session = world.new('Create the file half.txt with the text "half". Sleep 60 seconds.')
    victim = subprocess.Popen(
        [sys.executable, "-c", _RUN, "iterate", session.id],
        cwd=Path(__file__).parents[3],
        stderr=subprocess.DEVNULL,
    )
    half = Path(session.worktree_path) / "half.txt"
    deadline = time.monotonic() + 30
    while not half.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()

    with open_world(repo, database) as world:
        assert world.core.sessions.get(session.id).status == "idle"
        assert world.core.recovery.recover() == 1
        turn = world.core.sessions.iterations(session.id)[0]
        events, _ = world.core.events.page(EventQuery(session_id=session.id))
        used = [event.data.usage for event in events if event.data.type == "llm_usage"]
        assert turn.outcome == "interrupted"
        assert turn.usage.total_tokens > 0
        assert [usage.total_tokens for usage in used] == [turn.usage.total_tokens]
        assert half.read_text() == "half\n"

        assert world.iterate(session, notes="Say done").outcome == "completed"
        assert git(half.parent, "log", "--format=%s", "main..HEAD") == "amp: interrupted turn 1"
