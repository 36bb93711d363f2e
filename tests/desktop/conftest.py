"""A display for the whole run, and windows that are gone after each test."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampsm_app.desktop.instance import CARD
from tests.desktop.screen import Page, Screen, eventually, open_screen, page_of

ROOT = Path(__file__).parents[2]


class Opened:
    """A started window program."""

    def __init__(self, process: subprocess.Popen[str], port: int, screen: Screen) -> None:
        self.process = process
        self.screen = screen
        self.port = port

    def shown(self) -> str:
        """Wait for the window; its number on the screen."""
        return eventually(self._window)

    def ended(self) -> int:
        """Wait for the end of the program; its exit status."""
        return self.process.wait(30)

    def _window(self) -> str:
        assert self.process.poll() is None, f"the program ended: {self.process.communicate()}"
        pids = [
            "xdotool",
            "search",
            "--onlyvisible",
            "--pid",
            str(self.process.pid),
            "--name",
            "^Amp Session",
        ]
        found = subprocess.run(pids, env=self.screen.environment, capture_output=True, text=True, check=False)
        return found.stdout.strip().partition("\n")[0]


OpenWindow = Callable[[Path], Opened]


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """An X display with a window manager."""
    if missing := [name for name in ("Xvfb", "openbox", "xdotool") if shutil.which(name) is None]:
        pytest.skip(f"the window is tested with {', '.join(missing)}")
    with open_screen() as opened:
        yield opened


@pytest.fixture
def open_window(screen: Screen) -> Iterator[OpenWindow]:
    """Opens the window on a page of the test's own; the argument is the folder of its state."""
    started: list[Opened] = []

    def start(folder: Path) -> Opened:
        folder.mkdir(exist_ok=True)
        port = _free_port()
        environment = {
            **screen.environment,
            "PYTHONPATH": str(ROOT),
            "QTWEBENGINE_REMOTE_DEBUGGING": str(port),
            "XDG_DOWNLOAD_DIR": str(folder),
        }
        argv = [sys.executable, str(ROOT / "tests" / "desktop" / "bare_window.py"), str(folder)]
        process = subprocess.Popen(
            argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        opened = Opened(process, port, screen)
        started.append(opened)
        return opened

    yield start
    for opened in started:
        if opened.process.poll() is None:
            opened.process.send_signal(signal.SIGKILL)
        opened.process.communicate()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return _free_port()


@pytest.fixture
def page(open_window: OpenWindow, tmp_path: Path) -> Iterator[Page]:
    """The page of a window that has just opened."""
    opened = open_window(tmp_path / "state")
    opened.shown()
    with page_of(opened.port) as found:
        yield found


def listening(folder: Path) -> bool:
    """Whether the window of this folder can be reached by later starts."""
    return (folder / CARD).exists()


def processes_of(folder: Path) -> list[str]:
    """Whatever runs with this folder in its arguments."""
    found = subprocess.run(["pgrep", "-af", str(folder)], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if str(os.getpid()) not in line.split()[:1]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
