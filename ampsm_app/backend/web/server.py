"""The embedded server: our own werkzeug server in a thread, with the socket inside."""

import logging
import threading
from pathlib import Path
from typing import Any

from flask import request
from flask_socketio import SocketIO
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.web.app import frontend_folder, make_app
from ampsm_app.backend.web.dispatch import Dispatcher
from ampsm_app.backend.web.handlers import make_handlers
from ampsm_app.backend.web.native import NativeDialogs, NoDialogs
from ampsm_app.backend.web.pump import Pumps
from ampsm_app.backend.web.security import Gate, OriginGuard
from ampsm_app.backend.web.watches import Watches

_MOST_BYTES = 32 * 1024 * 1024
_POLL_S = 0.1
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

_log = logging.getLogger(__name__)


class _QuietHandler(WSGIRequestHandler):
    """Sends small answers at once, and logs no addresses: the first one holds the token."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing."""


class Server:
    """Serves one core to pages on this machine. `native` is set by the window before `start`."""

    def __init__(
        self,
        core: Core,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        folder: Path | None = None,
    ) -> None:
        if host not in _LOOPBACK and not allow_remote:
            raise InvalidInput(
                f"{host} is not an address of this machine alone.",
                hint="say --allow-remote if everyone who reaches it may read and change your repositories",
            )
        self.native: NativeDialogs = NoDialogs()
        self._core = core
        self._host = host
        self._wanted_port = port
        self._folder = folder or frontend_folder()
        self.gate = Gate()
        self._pumps: Pumps | None = None
        self._watches: Watches | None = None
        self._socket: SocketIO | None = None
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Listen, and return the address with a token that opens the page once."""
        if not (self._folder / "index.html").is_file():
            raise InvalidInput(f"The page is not built: {self._folder} has no index.html.", hint="make app")
        app = make_app(self.gate, self._folder)
        socket = SocketIO(
            app,
            async_mode="threading",
            max_http_buffer_size=_MOST_BYTES,
            cors_allowed_origins=[],
            manage_session=False,
        )
        self._attach(socket)
        self._socket = socket
        self._server = make_server(
            self._host, self._wanted_port, app, threaded=True, request_handler=_QuietHandler
        )
        hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]", self._host)}
        app.wsgi_app = OriginGuard(app.wsgi_app, frozenset(hosts))  # type: ignore[method-assign]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="server", daemon=True
        )
        self._thread.start()
        return self.page_url()

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        if self._server is None:
            raise RuntimeError("the server is not started")
        return self._server.server_port

    def page_url(self) -> str:
        """A fresh address that opens the page once."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}/?token={self.gate.issue()}"

    def stop(self) -> None:
        """End connections and the thread."""
        if self._pumps is not None:
            self._pumps.close()
        if self._watches is not None:
            self._watches.close()
        if self._socket is not None:
            for connection in list(_server_of(self._socket).eio.sockets.values()):
                connection.close(wait=False)
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _attach(self, socket: SocketIO) -> None:
        dispatcher = Dispatcher(make_handlers(self._core, lambda: self.native))

        def connected(sid: str) -> bool:
            return bool(_server_of(socket).manager.is_connected(sid, "/"))

        pumps = self._pumps = Pumps(socket.emit, self._core.events.source, connected)
        watches = self._watches = Watches(socket.emit, self._core.watching.watch, connected)

        @socket.on("connect")
        def connect(auth: object = None) -> bool:
            return self.gate.admits(request)

        @socket.on("disconnect")
        def disconnect(reason: object = None) -> None:
            pumps.drop(request.sid)  # type: ignore[attr-defined]
            watches.drop(request.sid)  # type: ignore[attr-defined]

        @socket.on("events:follow")
        def follow(payload: object = None, *_: object) -> dict[str, Any]:
            answer = dispatcher.answer("events:follow", payload)
            if "ok" in answer and isinstance(payload, dict):
                pumps.follow(request.sid, int(payload["after_seq"]))  # type: ignore[attr-defined]
            return answer

        @socket.on("worktree:watch")
        def watch(payload: object = None, *_: object) -> dict[str, Any]:
            answer = dispatcher.answer("worktree:watch", payload)
            if "ok" in answer:
                asked = payload.get("id") if isinstance(payload, dict) else None
                watches.watch(request.sid, asked)  # type: ignore[attr-defined]
            return answer

        @socket.on("*")
        def any_request(name: str, payload: object = None, *_: object) -> dict[str, Any]:
            return dispatcher.answer(name, payload)

        @socket.on_error_default
        def failed(error: BaseException) -> dict[str, Any]:
            _log.error("socket handler failed", exc_info=error)
            return {"error": {"code": "internal", "message": str(error), "hint": None, "details": {}}}


def _server_of(socket: SocketIO) -> Any:  # noqa: ANN401
    # The library's types do not have it.
    return socket.server  # type: ignore[attr-defined]
