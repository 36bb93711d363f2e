"""One window for one database: a second start brings the first to the front and is done."""

import hmac
import http.client
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ampsm_app.backend.domain.errors import AmpsmError

LOCK = "app.lock"
CARD = "instance.json"

_ANSWER_S = 1.0
_PATIENCE_S = 10.0
_PAUSE_S = 0.1


class Instance:
    """The claim to be the one window of a data folder.

    The lock decides (the system frees it with its process, however that ends); the card beside it says
    where the holder is reached.
    """

    def __init__(self, folder: Path) -> None:
        self._card = folder / CARD
        self._lock = FileLock(folder / LOCK, thread_local=False)
        self._door: Door | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def claim(self, *, patience_s: float = _PATIENCE_S) -> bool:
        """Whether this process is the one; False: another is, and was brought to the front.

        Waits for one that is about to close. Raises `AmpsmError` when one neither answers nor ends.
        """
        give_up = time.monotonic() + patience_s
        while not self._locked():
            if self._other_came_forward():
                return False
            if time.monotonic() >= give_up:
                raise AmpsmError(
                    f"The window that is open already{self._whose()} does not answer.",
                    hint="End that process and start again.",
                    code="window_hangs",
                )
            time.sleep(_PAUSE_S)
        return True

    def listen(self, bring_to_front: Callable[[], None]) -> None:
        """Let later starts reach this window."""
        self._door = Door(bring_to_front)
        _write_private(self._card, json.dumps({**_this_process(), **self._door.address}))

    def stop_listening(self) -> None:
        """This window is closing: later starts wait for the lock instead of asking for it."""
        self._card.unlink(missing_ok=True)
        if self._door is not None:
            self._door.close()
            self._door = None

    def release(self) -> None:
        """Let another be the one."""
        self._lock.release()

    def _locked(self) -> bool:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    def _other_came_forward(self) -> bool:
        card = self._read_card()
        if card is None or not _is_alive(card):
            return False  # it has only just started, or is about to close
        connection = http.client.HTTPConnection("127.0.0.1", card["port"], timeout=_ANSWER_S)
        try:
            connection.request("POST", "/focus", headers={"Authorization": f"Bearer {card['token']}"})
            return connection.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _whose(self) -> str:
        card = self._read_card()
        return f" (process {card['pid']})" if card else ""

    def _read_card(self) -> dict[str, Any] | None:
        try:
            card = json.loads(self._card.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        complete = isinstance(card, dict) and {"pid", "create_time", "port", "token"} <= card.keys()
        return card if complete else None


class Door:
    """Listens on this machine only, for whoever can read the token, for one request."""

    def __init__(self, bring_to_front: Callable[[], None]) -> None:
        token = secrets.token_urlsafe(32)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(token, bring_to_front))
        self._server.daemon_threads = True
        self.address = {"port": self._server.server_port, "token": token}
        threading.Thread(target=self._server.serve_forever, name="door", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _handler(token: str, bring_to_front: Callable[[], None]) -> type[BaseHTTPRequestHandler]:
    expected = f"Bearer {token}"

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            given = self.headers.get("Authorization", "")
            if self.path != "/focus" or not hmac.compare_digest(given.encode(), expected.encode()):
                self.send_error(403)
                return
            bring_to_front()
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            return

    return Handler


def _this_process() -> dict[str, Any]:
    import psutil

    return {"pid": os.getpid(), "create_time": psutil.Process().create_time()}


def _is_alive(card: dict[str, Any]) -> bool:
    import psutil

    try:
        return bool(psutil.Process(card["pid"]).create_time() == card["create_time"])
    except (psutil.Error, TypeError, ValueError):
        return False


def _write_private(path: Path, text: str) -> None:
    # Nobody else may read the token, not even between the file's making and a change of its mode.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
