"""A browser for each file of tests, a desk for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from ampsm_app.backend.config import paths
from ampsm_app.backend.web.app import frontend_folder
from tests.e2e.desk import Desk
from tests.support.world import World, open_world

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    if not (frontend_folder() / "index.html").is_file():
        pytest.fail(
            "the page is not built: `make test` builds it, or `python build/frontend.py`", pytrace=False
        )
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("there is no chromium: `python build/system.py tests` installs it", pytrace=False)
    expect.set_options(timeout=25_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_ARGS))
        yield opened
        opened.close()


@pytest.fixture
def world(repo: Path) -> Iterator[World]:
    """What is there before the page is opened; the demo agent is the chosen one."""
    config = Path.home() / ".ampsm" / "config.yaml"
    config.parent.mkdir()
    config.write_text("amp:\n  mode: demo\n")
    with open_world(repo, paths.database_path()) as opened:
        yield opened


@pytest.fixture
def open_desk(chromium: Browser, world: World) -> Iterator[Callable[[], Desk]]:
    """Opens the page once the world is as the test wants it."""
    desks: list[Desk] = []

    def sit_down() -> Desk:
        desks.append(Desk(chromium, world))
        return desks[-1].open()

    yield sit_down
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(open_desk: Callable[[], Desk]) -> Desk:
    """The page of a user who has no session yet."""
    return open_desk()
