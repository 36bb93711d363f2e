"""How soon a large change is on the screen: `python -m benchmarks.diff_page [--rounds 5]`.

Server, worktree and browser are real. The same change as `git diff` prints it, in a bare page with one <pre>,
is measured in the same rounds, so that the printed ratios are of the same minute.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.large_change import CASES, LIST, bare_server, repository, sessions
from benchmarks.serving import serving

_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
_WORK = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
_GOAL_MS = 200
_FRAME_MS = 100
# Notes when the last long answer came, and gives the time from a click to the frame that shows what was asked
# for: a frame is painted once a task that was queued in it runs.
_WATCH = """
window.arrived = 0;
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (event) => {
      if (String(event.data).length > 20_000) window.arrived = performance.now();
    });
  }
};
window.painted = (begin, shown) => new Promise((resolve) => {
  window.arrived = 0;
  const begun = performance.now();
  const look = () => {
    if (!shown()) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      resolve({ server: window.arrived - begun, page: now - window.arrived });
    };
    channel.port2.postMessage(null);
  };
  requestAnimationFrame(look);
  begin();
});
window.scrolled = (port, frames) => new Promise((resolve) => {
  const found = [];
  const step = (port.scrollHeight - port.clientHeight) / frames;
  port.scrollTop = 0;
  let last = performance.now();
  const frame = (now) => {
    found.push(now - last);
    last = now;
    if (found.length > frames) return resolve(found);
    port.scrollTop = found.length * step;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
"""
_OPEN_FILE = """(name) => painted(
  () => [...document.querySelectorAll("[role=option]")].find((row) => row.textContent.includes(name)).click(),
  () => document.querySelector(`.cm-content[aria-label*="${name}"]`)?.querySelector(".cm-added, .cm-removed"),
)"""
_OPEN_LIST = """() => painted(
  () => [...document.querySelectorAll("[role=tab]")].find((tab) => tab.textContent.includes("Git")).click(),
  () => document.querySelectorAll("[role=listbox] [role=option]").length > 10,
)"""
_SCROLL = """() =>
  scrolled(document.querySelector(".split .port") ?? document.querySelector(".cm-scroller"), 400)"""
_SCROLL_BARE = "() => scrolled(document.scrollingElement, 400)"
_SCROLL_LIST = """() => scrolled(document.querySelector("[role=listbox]").closest(".port"), 300)"""
_EMPTY = "() => document.querySelector('pre').replaceChildren()"
_BARE = """(name) => painted(
  () => fetch(name).then((answer) => answer.text()).then((text) => {
    window.arrived = performance.now();
    document.querySelector("pre").textContent = text;
  }),
  () => document.querySelector("pre").firstChild !== null,
)"""


Times = dict[str, list[float]]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with _home() as home, _browser() as browser:
        repo = repository(home)
        large, wide = sessions(repo)
        with serving(repo) as url, bare_server(repo / large[1], repo / wide[1]) as bare:
            page, plain = _page(browser, url), _page(browser, bare)
            _say(
                f"{'ms':40}{'answer':>7}{'painted':>9}{'bare':>7}{'× bare':>8}"
                f"{'work':>7}{'bare':>7}{'frame':>8}{'bare':>7}"
            )
            _files(page, plain, large[0], rounds)
            _list(page, plain, wide[0], rounds)


def _files(page: Page, plain: Page, session: str, rounds: int) -> None:
    _open(page, session)
    for layout in ("Unified", "Side by side"):
        page.get_by_role("button", name=layout, exact=True).click()
        for case in CASES:
            found, bare = _times(), _times()
            for _ in range(rounds):
                _note(found, *_worked(page, _OPEN_FILE, case.name), page.evaluate(_SCROLL))
                page.evaluate(_OPEN_FILE, "small.py")
                _note(bare, *_worked(plain, _BARE, f"/{case.name}"), plain.evaluate(_SCROLL_BARE))
                plain.evaluate(_EMPTY)
            _row(f"{case.title}, {layout.lower()}", found, bare)


def _list(page: Page, plain: Page, session: str, rounds: int) -> None:
    _open(page, session)
    found, bare = _times(), _times()
    for _ in range(rounds):
        page.get_by_role("tab", name="Overview").click()
        opened = _worked(page, _OPEN_LIST)
        # Its figures come later than its names: what is scrolled has both.
        page.locator("[role=listbox]").get_by_text("+1").first.wait_for()
        _note(found, *opened, page.evaluate(_SCROLL_LIST))
        _note(bare, *_worked(plain, _BARE, "/list"), plain.evaluate(_SCROLL_BARE))
        plain.evaluate(_EMPTY)
    _row(LIST.title, found, bare)


def _open(page: Page, session: str) -> None:
    page.locator(f"[data-session='{session}']").click()
    page.get_by_role("tab", name="Git").click()
    page.locator(".cm-content .cm-line").first.wait_for()
    page.wait_for_timeout(1000)


def _times() -> Times:
    return {"server": [], "page": [], "work": [], "longest": []}


def _worked(page: Page, script: str, argument: str | None = None) -> tuple[dict[str, float], float]:
    """What the script gives, and how many ms of a processor went into scripts, style and layout for it."""
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def so_far() -> float:
        metrics = browser.send("Performance.getMetrics")["metrics"]
        return 1000 * sum(float(each["value"]) for each in metrics if each["name"] in _WORK)

    before = so_far()
    times = page.evaluate(script, argument)
    worked = so_far() - before
    browser.detach()
    return times, worked


def _note(found: Times, times: dict[str, float], work: float, frames: list[float]) -> None:
    found["server"].append(times["server"])
    found["page"].append(times["page"])
    found["work"].append(work)
    found["longest"].append(max(frames))


def _row(title: str, found: Times, bare: Times) -> None:
    """Medians of the rounds; the longest frame is the median of each round's longest."""
    answer, painted, work, longest = (statistics.median(each) for each in found.values())
    _, base, base_work, frame = (statistics.median(each) for each in bare.values())
    missed = [f"painted > {_GOAL_MS}"] * (painted > _GOAL_MS) + [f"frame > {_FRAME_MS}"] * (
        longest > _FRAME_MS
    )
    line = f"{title:40}{answer:7.0f}{painted:9.0f}{base:7.0f}{painted / base:8.2f}"
    line += f"{work:7.0f}{base_work:7.0f}{longest:8.0f}{frame:7.0f}"
    _say(f"{line}   {'missed: ' + ', '.join(missed) if missed else ''}".rstrip())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="ampsm-diff-"))
    for name in [each for each in os.environ if each.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_"))]:
        del os.environ[name]
    os.environ["HOME"] = str(home)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    settings = home / ".ampsm" / "config.yaml"
    settings.parent.mkdir()
    settings.write_text("amp:\n  mode: demo\n")
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
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(60_000)
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(url)
    return page


if __name__ == "__main__":
    main()
