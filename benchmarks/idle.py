"""What `amp-sessions serve` uses while nothing happens: `python -m benchmarks.idle [--seconds 20]`.

Ten sessions with a turn each; the page is open in a browser, first on the list, then on a session, then on
its changes.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from ampsm_app.backend.core import open_core
from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice
from benchmarks import workbench
from benchmarks.workbench import say

SESSIONS = 10
_SETTLE_S = 5.0
_CHROMIUM = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ampsm-bench-") as folder:
        root = Path(folder)
        workbench.settle(root)
        amp = workbench.installed(root) / "amp-sessions"
        names = _fill(root)
        os.environ["GIT_TRACE2_EVENT"] = str(root / "gits")
        (root / "gits").mkdir()
        with _served(amp, root) as (url, server), _opened(url) as page:
            say(f"{f'for {options.seconds:g} s':32} {'of a core':>10} {'goal':>6} {'gits':>5} {'others':>7}")
            _watch("the list of sessions", server, root, options.seconds)
            page.get_by_text(names[0]).first.click()
            _watch("a session", server, root, options.seconds)
            page.get_by_role("tab", name="Git").click()
            _watch("its changes, watched", server, root, options.seconds)


def _fill(root: Path) -> list[str]:
    repo, agent = workbench.repository(root / "repo", 300), workbench.instant_agent(root)
    os.environ["AMPSM_DB_PATH"] = str(root / "sessions.sqlite")
    choice = AgentChoice(mode="local-cli", cli_path=str(agent))
    names = [f"Session {number}" for number in range(SESSIONS)]
    core = open_core()
    try:
        for name in names:
            request = NewSession(repo=str(repo), name=name, prompt="do it", choice=choice)
            core.iterations.run(IterateRequest(session_id=core.sessions.create(request).id))
    finally:
        core.close()
    return names


@contextmanager
def _served(amp: Path, root: Path) -> Iterator[tuple[str, psutil.Process]]:
    serving = subprocess.Popen([amp, "serve", "--json"], cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        yield json.loads(serving.stdout.readline())["url"], psutil.Process(serving.pid)
    finally:
        serving.terminate()
        serving.wait(20)


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM))
        try:
            page = browser.new_page()
            page.goto(url)
            yield page
        finally:
            browser.close()


def _watch(words: str, server: psutil.Process, root: Path, seconds: float) -> None:
    time.sleep(_SETTLE_S)
    before, gits, known = server.cpu_times(), _gits(root), _children(server)
    others: set[int] = set()
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        others |= _children(server) - known
        time.sleep(0.02)
    after = server.cpu_times()
    used = sum(after[:4]) - sum(before[:4])
    share = f"{100 * used / seconds:>9.2f}%"
    say(f"{words:32} {share} {'≤ 1%':>6} {_gits(root) - gits:>5} {len(others):>7}")


def _gits(root: Path) -> int:
    """How many git processes were started so far: each leaves a file."""
    return len(list((root / "gits").iterdir()))


def _children(server: psutil.Process) -> set[int]:
    return {child.pid for child in server.children()}


if __name__ == "__main__":
    main()
