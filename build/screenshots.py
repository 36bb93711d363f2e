"""Make the pictures of the README: `python build/screenshots.py [folder]`, by default `docs/images`.

Real sessions of the demo agent in a scratch home, the real server, a real browser.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from project import DIST, ROOT, say

sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, ViewportSize, sync_playwright
from showcase import WHO, Showcase

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.web.server import Server

SIZE = ViewportSize(width=1280, height=800)
MOST_BYTES = 300_000
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
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
        _open(page, several, "Git")
        page.get_by_text("timer.py", exact=True).first.click()
        page.get_by_role("toolbar", name="Diff").get_by_text("Side by side").click()
        _keep(page, target / "git-dark.png")
        _open(page, ids["Steep by temperature"], "Overview")
        page.get_by_role("button", name="Merge…").click()
        page.get_by_role("dialog", name="Merge").get_by_role("button", name="Conflicts").click()
        _keep(page, target / "merge-dark.png")
        _open(page, several, "Logs")
        _keep(page, target / "logs-dark.png")
        core.views.set("theme", "light")
        page.reload()
        _open(page, several, "Overview")
        _keep(page, target / "sessions-light.png")


def _open(page: Page, session: str, tab: str) -> None:
    page.locator(f'[data-session="{session}"]').click()
    page.get_by_role("tab", name=tab).click()


def _keep(page: Page, path: Path) -> None:
    """A picture once everything has come and nothing moves."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2000)
    page.screenshot(path=str(path), animations="disabled", caret="hide")
    say(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
