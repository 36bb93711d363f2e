"""How soon a line of an agent is on the screen: `python -m benchmarks.live_page [--seconds 20]`.

Everything is real: server, agent, browser. A bare WebSocket that writes into a page is measured in the
same run, so that the printed ratios are of the same minute.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import simple_websocket  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

import ampsm_app.demo_agent
from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import NewSession
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.store import sessions
from ampsm_app.backend.store.database import open_database
from benchmarks.serving import command, serving

_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--enable-precise-memory-info",
    "--js-flags=--expose-gc",
)
_PER_S = 10
# Notes each text "@<time>" when the frame that shows it begins, and every pause between two frames.
_WATCH = """
window.delays = []; window.frames = []; window.firstList = null;
const seen = new Set();
const look = () => {
  if (window.firstList === null && document.querySelector("[data-session]"))
    requestAnimationFrame(() => (window.firstList ??= performance.now()));
  for (const [, at] of (document.body?.innerText ?? "").matchAll(/@(\\d{13})/g)) {
    if (seen.has(at)) continue;
    seen.add(at);
    requestAnimationFrame(() => window.delays.push(Date.now() - Number(at)));
  }
};
let watching = true;
const observer = new MutationObserver(() => watching && look());
observer.observe(document, { childList: true, subtree: true, characterData: true });
window.countFrames = () => {
  watching = false;
  let last = performance.now();
  const frame = (now) => { window.frames.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
};
"""
# The demo agent, whose every text begins with the moment at which its line is printed.
_STAMPED = """#!{python}
import subprocess, sys, time
agent = subprocess.Popen([sys.executable, {agent!r}, *sys.argv[1:]], stdout=subprocess.PIPE)
for line in agent.stdout:
    stamp = b'"text":"@%d ' % (time.time() * 1000)
    sys.stdout.buffer.write(line.replace(b'"text":"', stamp).replace(b'"text": "', stamp))
    sys.stdout.buffer.flush()
sys.exit(agent.wait())
"""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=10_000)
    options = parser.parse_args()
    with _home() as home, _browser() as browser:
        bare = _bare_delays(browser, options.lines)
        repo = _repository(home)
        here, there, load = _with_server(browser, repo, options.lines, options.seconds)
        first = _first_list(browser, home, options.sessions)
    delays = {"bare WebSocket": bare, "of this server": here, "of another process": there}
    sys.stdout.write(f"{_table(delays)}\n\n{_told(load, first, options.sessions)}\n")


def _table(delays: dict[str, list[float]]) -> str:
    middle = statistics.median(next(iter(delays.values())))
    lines = [f"{'line of an agent → screen':38}{'p50 ms':>8}{'p95 ms':>8}{'× bare':>8}"]
    for name, found in delays.items():
        p50, p95 = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        lines.append(f"{name:38}{p50:8.0f}{p95:8.0f}{p50 / max(middle, 1):8.1f}")
    return "\n".join(lines)


def _told(load: dict[str, float], first: dict[str, float], count: int) -> str:
    return (
        f"under load: {load['rate']:.0f} events/s for {load['seconds']:.0f} s\n"
        f"  frames over 100 ms: {load['slow']:.0f} of {load['frames']:.0f}, "
        f"longest {load['longest']:.0f} ms\n"
        f"  heap: {load['before']:.1f} MB before, {load['after']:.1f} MB after\n\n"
        f"first list of {count:,} sessions: {first['list']:.0f} ms after the start of the navigation,\n"
        f"  {first['list'] - first['load']:.0f} ms after the page has loaded (bare: {first['bare']:.0f} ms)"
    )


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="ampsm-live-"))
    for name in [each for each in os.environ if each.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_"))]:
        del os.environ[name]
    os.environ["HOME"] = str(home)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    agent = home / "amp"
    demo = Path(ampsm_app.demo_agent.__file__).parent / "__main__.py"
    agent.write_text(_STAMPED.format(python=sys.executable, agent=str(demo)))
    agent.chmod(0o755)
    settings = home / ".ampsm" / "config.yaml"
    settings.parent.mkdir()
    settings.write_text(f"amp:\n  mode: local-cli\n  cli_path: {agent}\n")
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next(found for name in ("chromium", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGS))
        yield browser
        browser.close()


def _page(browser: Browser, url: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(url)
    return page


def _repository(home: Path) -> Path:
    repo = home / "repository"
    repo.mkdir()
    (repo / "README.md").write_text("hello\n")
    for args in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *args], cwd=repo, check=True)
    return repo


def _bare_delays(browser: Browser, lines: int) -> list[float]:
    html = (
        "<body><script>const s = new WebSocket(`ws://${location.host}/live`);"
        "s.onmessage = (e) => document.body.append(document.createElement('p').textContent = e.data);"
        "</script>"
    )

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/live":
            start("200 OK", [("Content-Type", "text/html")])
            return [html.encode()]
        socket = simple_websocket.Server.accept(environ)
        for _ in range(lines):
            socket.send(f" @{int(time.time() * 1000)} ")
            time.sleep(1 / _PER_S)
        with suppress(simple_websocket.ConnectionClosed):
            socket.close()
        return []

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = _page(browser, f"http://127.0.0.1:{server.server_port}/")
    found = _delays(page, lines)
    page.context.close()
    server.shutdown()
    return found


def _with_server(
    browser: Browser, repo: Path, lines: int, seconds: int
) -> tuple[list[float], list[float], dict[str, float]]:
    core = open_core()
    try:
        with serving(repo) as url:
            page = _page(browser, url)
            say = f"Say {lines} messages at {_PER_S} per second."
            session = _open(core, page, repo, say)
            page.get_by_role("button", name="Start", exact=True).click()
            here = _delays(page, lines)
            session = _open(core, page, repo, say)
            turn = subprocess.Popen(command("iterate", session), cwd=repo, stdout=subprocess.DEVNULL)
            there = _delays(page, lines)
            turn.wait()
            load = _under_load(core, page, repo, seconds)
            page.context.close()
    finally:
        core.close()
    return here, there, load


def _open(core: Core, page: Page, repo: Path, prompt: str) -> str:
    made = core.sessions.create(NewSession(repo=str(repo), prompt=prompt))
    page.locator(f"[data-session='{made.id}']").click()
    page.get_by_role("tab", name="Logs").click()
    page.get_by_text("Nothing happened yet").or_(page.get_by_role("list", name="Events")).first.wait_for()
    page.evaluate("window.delays.length = 0")
    return made.id


def _delays(page: Page, lines: int) -> list[float]:
    deadline = time.monotonic() + 60 + lines / _PER_S
    while page.evaluate("window.delays.length") < lines * 0.95 and time.monotonic() < deadline:
        time.sleep(0.5)
    found: list[float] = page.evaluate("window.delays")
    assert len(found) >= lines * 0.9, f"only {len(found)} of {lines} lines were seen"
    return found


def _under_load(core: Core, page: Page, repo: Path, seconds: int) -> dict[str, float]:
    session = _open(core, page, repo, f"Say {1000 * seconds} messages at 1000 per second.")
    page.evaluate("window.gc(); window.countFrames()")
    before = page.evaluate("performance.memory.usedJSHeapSize / 1e6")
    seq, begun = core.events.head(), time.monotonic()
    page.get_by_role("button", name="Start", exact=True).click()
    while core.sessions.iterations(session)[-1:] == [] or core.operations.busy(session):
        time.sleep(0.5)
    took = time.monotonic() - begun
    time.sleep(2)
    frames: list[float] = page.evaluate("window.frames")
    page.evaluate("window.gc()")
    return {
        "rate": (core.events.head() - seq) / took,
        "seconds": took,
        "frames": len(frames),
        "slow": sum(each > 100 for each in frames),
        "longest": max(frames),
        "before": before,
        "after": page.evaluate("performance.memory.usedJSHeapSize / 1e6"),
    }


def _first_list(browser: Browser, home: Path, count: int) -> dict[str, float]:
    database = home / "many.sqlite"
    now = utc_now()
    with open_database(database) as opened, opened.write() as connection:
        for number in range(count):
            sessions.insert(connection, _stored(number, now))
    with serving(home, AMPSM_DB_PATH=str(database)) as url:
        page = _page(browser, url)
        page.locator("[data-session]").first.wait_for()
        # Once more, as a window that is opened again: files are in the browser's memory, as in the app.
        found: dict[str, list[float]] = {"list": [], "load": []}
        for _ in range(5):
            page.reload()
            page.locator("[data-session]").first.wait_for()
            page.wait_for_timeout(200)
            found["list"].append(page.evaluate("window.firstList"))
            found["load"].append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        page.context.close()
    bare = _page(browser, "about:blank")
    started = time.monotonic()
    bare.reload()
    return {
        "list": statistics.median(found["list"]),
        "load": statistics.median(found["load"]),
        "bare": 1000 * (time.monotonic() - started),
    }


def _stored(number: int, now: datetime) -> Session:
    return Session(
        id=f"s{number:07d}",
        name=f"Session {number}",
        status=tuple(SessionStatus)[number % 5] if number % 5 != 1 else SessionStatus.IDLE,
        prompt="Do something useful with the code. " * 5,
        repo_root=f"/home/ada/repository-{number % 20}",
        base_branch="main",
        base_commit="0" * 40,
        branch=f"amp/session-{number}",
        worktree_path=f"/home/ada/repository-{number % 20}/.worktrees/{number}",
        created_at=now,
    )


if __name__ == "__main__":
    main()
