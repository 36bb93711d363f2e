"""The installed program proves itself: git, a turn, a merge, the page, in a scratch folder."""

import http.client
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.domain.health import Finding, HealthReport


def run_selftest() -> HealthReport:
    """Every finding, in a database and repositories that are removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ampsm-selftest-"))
    try:
        core = open_core(database=folder / "sessions.sqlite")
        try:
            findings = (*core.verification.test_git().findings, *_page(core), _window())
        finally:
            core.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return HealthReport(ok=all(each.status != "error" for each in findings), findings=findings)


def _page(core: Core) -> Iterator[Finding]:
    from ampsm_app.backend.web.server import Server

    server = Server(core)
    url = urlsplit(server.start())
    try:
        cookie, opened = _get(url.port, f"/?{url.query}", {})
        yield _judged("page opens once", opened == 303)
        yield _judged("token works only once", _get(url.port, f"/?{url.query}", {})[1] == 403)
        yield _judged("page is served", _get(url.port, "/", {"Cookie": cookie})[1] == 200)
        yield _judged("foreign host is refused", _get(url.port, "/", {"Host": "evil.example"})[1] == 421)
    finally:
        server.stop()


def _get(port: int | None, path: str, headers: dict[str, str]) -> tuple[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return (answer.getheader("Set-Cookie") or "").partition(";")[0], answer.status
    finally:
        connection.close()


def _judged(name: str, good: bool) -> Finding:
    return Finding(name=name, status="ok" if good else "error", message="yes" if good else "no")


def _window() -> Finding:
    if find_spec("webview") is None:
        return Finding(name="window", status="warning", message="pywebview is not installed")
    return Finding(name="window", status="ok", message="pywebview is there")
