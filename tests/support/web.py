"""A page without a browser: plain HTTP, and a socket that asks and follows."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import socketio  # type: ignore[import-untyped]

Headers = dict[str, str]


class Reply:
    """What plain HTTP answered."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def get(port: int, path: str, headers: Headers | None = None, method: str = "GET") -> Reply:
    """One request, exactly as given: nothing is normalised, no redirect followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": f"127.0.0.1:{port}", **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        return Reply(connection.getresponse())
    finally:
        connection.close()


def enter(url: str) -> Headers:
    """Redeem the address that a server printed; the header that later requests need."""
    parts = urlsplit(url)
    assert parts.port is not None
    answer = get(parts.port, f"{parts.path}?{parts.query}")
    assert answer.status == 303, answer.status
    return {"Cookie": str(answer.headers["Set-Cookie"]).partition(";")[0]}


class Visitor:
    """A connected socket. It keeps every batch of events, and acknowledges them while `takes` is set.

    `edited` are the sessions of whose worktree it was told, with the moment.
    """

    def __init__(self, port: int, headers: Headers) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.edited: list[tuple[str, float]] = []
        self.takes = threading.Event()
        self.takes.set()
        self._address = f"http://127.0.0.1:{port}"
        self._headers = headers
        self._client = socketio.Client(reconnection=False)
        self._client.on("events", self._receive)
        self._client.on("worktree", lambda told: self.edited.append((told["id"], time.monotonic())))

    def connect(self) -> "Visitor":
        """Connect; raises `socketio.exceptions.ConnectionError` where that is refused."""
        self._client.connect(self._address, headers=self._headers, transports=["websocket"], wait_timeout=20)
        return self

    def leave(self) -> None:
        """Disconnect."""
        self.takes.set()
        self._client.disconnect()

    def wait_until_gone(self) -> None:
        """Wait until the server has ended the connection."""
        until(lambda: not self._client.connected)

    def ask(self, name: str, payload: object = None) -> dict[str, Any]:
        """The acknowledgement of a request."""
        answer: dict[str, Any] = self._client.call(name, {} if payload is None else payload, timeout=60)
        return answer

    def asks(self, name: str, *arguments: object) -> Any:
        """The acknowledgement of a request with these arguments, however many."""
        return self._client.call(name, arguments, timeout=60)

    def ok(self, name: str, payload: object = None) -> Any:
        """The answer of a request that must succeed."""
        answer = self.ask(name, payload)
        assert "ok" in answer, (name, answer)
        return answer["ok"]

    def code(self, name: str, payload: object = None) -> str:
        """The error code of a request that must fail."""
        answer = self.ask(name, payload)
        assert "error" in answer, (name, answer)
        assert answer["error"].keys() == {"code", "message", "hint", "details"}
        return str(answer["error"]["code"])

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was received, in order. The library hands messages out of order, each in its own thread."""
        return sorted(
            (event for batch in list(self.batches) for event in batch), key=lambda each: each["seq"]
        )

    @property
    def types(self) -> list[str]:
        """The types of what was received."""
        return [event["data"]["type"] for event in self.events]

    def _receive(self, batch: list[dict[str, Any]]) -> None:
        self.batches.append(batch)
        self.takes.wait(60)


@contextmanager
def visiting(port: int, headers: Headers) -> Iterator[Visitor]:
    """A visitor who leaves."""
    visitor = Visitor(port, headers).connect()
    try:
        yield visitor
    finally:
        visitor.leave()


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that will hold."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def terminal(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line in a process of its own."""
    return subprocess.run(terminal_argv(*args), cwd=cwd, capture_output=True, text=True, check=True)


def terminal_argv(*args: str) -> list[str]:
    """The argument list of a command of the command line."""
    root = Path(__file__).parents[2]
    start = f"import sys; sys.path.insert(0, {str(root)!r}); from ampsm_app.cli.main import main; main()"
    return [sys.executable, "-c", start, *args]


def environment(**variables: str) -> dict[str, str]:
    """The test's environment with these variables."""
    return {**os.environ, **variables}
