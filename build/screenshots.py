"""Make the pictures of the README: `python build/screenshots.py [folder]`, by default `docs/images`.

Real sessions of the demo agent in a scratch home, the real server, a real browser.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from project import DIST, ROOT, say

sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, ViewportSize, sync_playwright
from showcase import WHO, Showcase

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.web.server import Server

SIZE = ViewportSize(width=1280, height=800)
SCREEN_SIZE = "1400x900x24"
MOST_BYTES = 300_000
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# A display without a monitor, a window manager, and what finds windows and takes their picture.
SCREEN = ("Xvfb", "openbox", "xdotool", "import")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Make all pictures; 1 where one is too large for a README."""
    if not (DIST / "index.html").is_file():
        sys.exit("The page is not built: python build/frontend.py")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with _scratch() as (core, folder):
        say("Letting the demo agent work …")
        ids = Showcase(core, folder).make()
        server = Server(core)
        try:
            _photograph(core, server.start(), ids, target)
        finally:
            server.stop()
        core.views.set("theme", "dark")
        _window(target / "window-dark.png")
    large = [path.name for path in target.glob("*.png") if path.stat().st_size > MOST_BYTES]
    if large:
        sys.stderr.write(f"over {MOST_BYTES:,} bytes: {', '.join(large)}\n")
    return bool(large)


@contextmanager
def _scratch() -> Iterator[tuple[Core, Path]]:
    """A core over a home that is removed afterwards, so that nothing of yours is in a picture."""
    folder = Path(tempfile.mkdtemp(prefix="ampsm-pictures-"))
    (folder / ".gitconfig").write_text(WHO)
    for name in list(os.environ):
        if name.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_")):
            del os.environ[name]
    os.environ |= {"HOME": str(folder), "USERPROFILE": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    core = open_core()
    try:
        yield core, folder
    finally:
        core.close()
        shutil.rmtree(folder, ignore_errors=True)


def _photograph(core: Core, url: str, ids: dict[str, str], target: Path) -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"A browser is needed: {', '.join(BROWSERS)}")
    several = ids["Several teas at once"]
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=browser, args=list(QUIET)).new_page(viewport=SIZE)
        page.goto(url)
        _open(page, several, "Overview")
        _keep(page, target / "sessions-dark.png")
        _edit_by_hand(Path(core.sessions.get(several).worktree_path))
        _open(page, several, "Git")
        page.get_by_text("timer.py", exact=True).first.click()
        page.get_by_role("toolbar", name="Diff").get_by_text("Side by side").click()
        _keep(page, target / "git-dark.png")
        _open(page, ids["Steep by temperature"], "Overview")
        page.get_by_role("button", name="Merge…").click()
        page.get_by_role("dialog", name="Merge").get_by_role("button", name="Conflicts").click()
        _keep(page, target / "merge-dark.png")
        _open(page, several, "Timeline")
        _keep(page, target / "timeline-dark.png")
        _open(page, several, "Logs")
        _keep(page, target / "logs-dark.png")
        core.views.set("theme", "light")
        page.reload()
        _open(page, several, "Overview")
        _keep(page, target / "sessions-light.png")


def _edit_by_hand(worktree: Path) -> None:
    """What a reviewer would put right."""
    timer = worktree / "timer.py"
    timer.write_text(timer.read_text() + "\n\nDEFAULT_MINUTES = 3\n")
    (worktree / "todo.txt").write_text("ask about oolong\n")


def _open(page: Page, session: str, tab: str) -> None:
    page.locator(f'[data-session="{session}"]').click()
    page.get_by_role("tab", name=tab).click()


def _window(path: Path) -> None:
    """The real window, as it shows itself on a display."""
    missing = [name for name in SCREEN if shutil.which(name) is None]
    if missing:
        say(f"{path.name}: left as it is, for want of {', '.join(missing)}")
        return
    with ExitStack() as stack:
        screen = (
            "Xvfb",
            "-displayfd",
            "1",
            "-screen",
            "0",
            SCREEN_SIZE,
        )
        display = stack.enter_context(_running(*screen, stdout=subprocess.PIPE))
        assert display.stdout is not None
        os.environ["DISPLAY"] = f":{display.stdout.readline().decode().strip()}"
        stack.enter_context(_running("openbox"))
        stack.enter_context(_running(sys.executable, "-m", "ampsm_app.desktop"))
        find = ("xdotool", "search", "--sync", "--onlyvisible", "--name", "^Amp Session")
        shown = subprocess.run(find, check=True, capture_output=True, text=True, timeout=60).stdout.split()[0]
        time.sleep(6)
        subprocess.run(("xdotool", "key", "j", "j", "j", "j", "j", "Return"), check=True)
        time.sleep(3)
        subprocess.run(("import", "-frame", "-window", shown, str(path)), check=True)
        say(f"{path.name}: {path.stat().st_size:,} bytes")


@contextmanager
def _running(*argv: str, stdout: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(argv, cwd=ROOT, stdout=stdout, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _keep(page: Page, path: Path) -> None:
    """A picture once everything has come and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2000)
    page.screenshot(path=str(path), animations="disabled", caret="hide")
    say(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
