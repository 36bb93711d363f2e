"""A server over a world, with a page of a few bytes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ampsm_app.backend.config import paths
from ampsm_app.backend.web.server import Server
from tests.support.web import Headers, Reply, Visitor, enter, get, visiting
from tests.support.world import World, open_world

PAGE = '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><title>Page</title>'


@dataclass
class Site:
    """A running server and the way in."""

    server: Server
    world: World
    url: str
    cookie: Headers

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    def get(self, path: str, headers: Headers | None = None) -> Reply:
        """A request of the page."""
        return get(self.port, path, {**self.cookie, **(headers or {})})


@pytest.fixture
def world(repo: Path) -> Iterator[World]:
    with open_world(repo, paths.database_path()) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page in small, and a file beside it that is nobody's business."""
    built = tmp_path / "site" / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "assets" / "page.js").write_text("export {};")
    (built.parent / "secret.txt").write_text("secret")
    return built


@pytest.fixture
def site(world: World, folder: Path) -> Iterator[Site]:
    server = Server(world.core, folder=folder)
    url = server.start()
    yield Site(server, world, url, enter(url))
    server.stop()


@pytest.fixture
def visit(site: Site) -> Iterator[Callable[[], Visitor]]:
    """Opens further pages of the site; all leave at the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(visiting(site.port, site.cookie))


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog
