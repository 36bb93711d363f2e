"""The whole program in its window: server, page, agents, and its end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]

from tests.conftest import git
from tests.desktop.conftest import ROOT, Opened, listening, processes_of
from tests.desktop.screen import Page, Screen, eventually, page_of

# Finds a button by its name.
BUTTON = """name => [...document.querySelectorAll('button')].find(
    button => (button.getAttribute('aria-label') ?? button.textContent).includes(name))"""


class App:
    """Starts `ampsm` on one database."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self.screen = screen
        self.database = home / "data ü" / "sessions.sqlite"
        self.started: list[Opened] = []

    @property
    def folder(self) -> Path:
        """The folder of its database."""
        return self.database.parent

    def start(self, port: int) -> Opened:
        """Start it; `port` is for remote debugging."""
        argv = [sys.executable, "-m", "ampsm_app.desktop"]
        environment = {**self._environment(), "QTWEBENGINE_REMOTE_DEBUGGING": str(port)}
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        opened = Opened(process, port, self.screen)
        self.started.append(opened)
        return opened

    def cli(self, *args: str) -> Any:
        """What a command of the CLI prints as JSON."""
        argv = [sys.executable, "-c", "from ampsm_app.cli.main import main; main()", *args, "--json"]
        done = subprocess.run(
            argv, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def end(self) -> None:
        """Leave nothing behind."""
        for opened in self.started:
            if opened.process.poll() is None:
                opened.process.kill()
            opened.process.communicate()

    def _environment(self) -> dict[str, str]:
        return {**self.screen.environment, "AMPSM_DB_PATH": str(self.database), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def app(screen: Screen, tmp_path: Path) -> Iterator[App]:
    """The program, not started yet."""
    app = App(screen, tmp_path)
    yield app
    app.end()


@contextmanager
def socket_of(page: Page) -> Iterator[Any]:
    """A second connection with the page's own right to it."""
    origin = page.evaluate("location.origin")
    client = socketio.Client()
    name = f"ampsm-{origin.rpartition(':')[2]}"
    client.connect(origin, headers={"Cookie": f"{name}={page.cookie(name)}", "Origin": origin})
    try:
        yield client
    finally:
        client.disconnect()


def asleep(app: App, repo: Path, page: Page) -> str:
    """A session whose agent has been at work since just now, in the window's process; its id."""
    session = app.cli("new", "--repo", str(repo), "--mode", "demo", "--prompt", "sleep for 60 seconds")
    with socket_of(page) as client:
        answer = client.call("session:start", {"session_id": session["id"]})
        assert "ok" in answer, answer
    eventually(lambda: agents_in(session["worktree_path"]))
    return str(session["id"])


def agents_in(worktree: str) -> list[str]:
    """The processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str((entry / "cwd").readlink()) == worktree:
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_the_page_shows_in_the_window_and_nothing_is_left_when_it_closes(app: App, free_port: int) -> None:
    opened = app.start(free_port)
    with page_of(opened.port) as page:
        eventually(lambda: page.evaluate("document.querySelector('nav[aria-label=Main]') !== null"))
        assert "token" not in page.evaluate("location.href")

    app.screen.activate(opened.shown())
    app.screen.press("alt+F4")

    assert opened.ended() == 0
    assert not listening(app.folder)
    assert processes_of(app.folder) == []


def test_a_repository_is_chosen_in_the_systems_own_dialog(app: App, free_port: int, repo: Path) -> None:
    opened = app.start(free_port)
    with page_of(opened.port) as page:
        eventually(lambda: page.evaluate(f"({BUTTON})('New session') !== undefined"))
        page.evaluate(f"({BUTTON})('New session').click()")
        eventually(lambda: page.evaluate(f"({BUTTON})('Choose a folder') !== undefined"))
        page.evaluate(f"({BUTTON})('Choose a folder').click()")
        eventually(lambda: app.screen.windows("^Open folder$"))
        app.screen.type(str(repo.parent))
        app.screen.press("Return")

        fields = "[...document.querySelectorAll('input')].map(field => field.value)"
        eventually(lambda: str(repo.parent) in page.evaluate(fields))


def test_a_second_start_ends_at_once_and_the_first_comes_forward(app: App, free_port: int) -> None:
    first = app.start(free_port)
    window = first.shown()
    eventually(lambda: listening(app.folder))
    app.screen.minimize(window)

    second = app.start(0)

    assert second.ended() == 0
    eventually(lambda: app.screen.front() == window)


def test_closing_with_an_agent_at_work_asks_and_then_ends_it(app: App, free_port: int, repo: Path) -> None:
    opened = app.start(free_port)
    window = opened.shown()
    with page_of(opened.port) as page:
        session = asleep(app, repo, page)
    worktree = app.cli("status", session)["worktree_path"]
    app.screen.activate(window)

    app.screen.press("alt+F4")
    eventually(lambda: app.screen.front() in {*app.screen.dialogs()} - {window})
    app.screen.press("Tab")
    app.screen.press("space")

    assert opened.ended() == 0
    assert agents_in(worktree) == []
    assert app.cli("status", session)["status"] == "idle"


def test_agents_end_with_a_window_that_is_killed(app: App, free_port: int, repo: Path) -> None:
    opened = app.start(free_port)
    with page_of(opened.port) as page:
        session = asleep(app, repo, page)
    worktree = app.cli("status", session)["worktree_path"]
    assert agents_in(worktree)

    opened.process.send_signal(signal.SIGKILL)
    opened.process.wait()

    eventually(lambda: not agents_in(worktree), seconds=5)
    assert app.cli("status", session)["status"] == "idle"
    assert git(repo, "status", "--porcelain") == ""


def test_a_file_that_is_not_ours_is_told_in_words_and_in_a_small_window(app: App, free_port: int) -> None:
    app.folder.mkdir()
    app.database.write_text("somebody's notes")

    opened = app.start(free_port)
    window = opened.shown()
    app.screen.activate(window)
    app.screen.press("alt+F4")

    assert opened.ended() == 7
    assert opened.process.communicate()[1].startswith("error: ")
    assert app.database.read_text() == "somebody's notes"


def test_without_a_display_the_command_says_so(app: App) -> None:
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "ampsm_app.desktop"],
        cwd=ROOT,
        env={**environment, "AMPSM_DB_PATH": str(app.database)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "error: There is no display" in done.stderr
    assert not app.database.exists()
