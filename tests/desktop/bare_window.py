"""A program that opens the window on a page of its own, so that the window is tested by itself.

Arguments: a folder. Memory is `memory.json` there, the number of working agents is in `working`, and links
that were sent to the browser are written to `links`.
"""

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.desktop.instance import Instance
from ampsm_app.desktop.surroundings import explain_fatal_errors, prepare, tell
from ampsm_app.desktop.window import AppWindow

PAGE = b"""<!doctype html><title>page</title>
<body><h1>Hello</h1><p id=text>Some text to select</p>
<a id=out href="https://outside.example/page">out</a>
<a id=new href="https://outside.example/new" target=_blank>new</a>
<a id=file href="/file.txt" download="notes.txt">file</a>
"""


class Pages(BaseHTTPRequestHandler):
    """The page, a file to download, and the native folder dialog."""

    pick: Callable[[str], str | None]

    def do_GET(self) -> None:
        """Answer."""
        if self.path.startswith("/pick"):
            self._send("application/json", json.dumps(self.pick(self.path.partition("=")[2])).encode())
        elif self.path == "/file.txt":
            self._send("text/plain", b"contents")
        else:
            self._send("text/html", PAGE)

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


class FileMemory:
    """What outlives the window, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> object:
        """A value."""
        return json.loads(self._path.read_text()).get(key) if self._path.exists() else None

    def set(self, key: str, value: object) -> None:
        """Keep a value."""
        values = json.loads(self._path.read_text()) if self._path.exists() else {}
        self._path.write_text(json.dumps({**values, key: value}))


def main() -> None:
    """Open the window and wait for its end."""
    folder = Path(sys.argv[1])
    prepare()
    explain_fatal_errors()
    instance = Instance(folder)
    if not instance.claim():
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def working() -> int:
        file = folder / "working"
        return int(file.read_text()) if file.exists() else 0

    def open_link(url: str) -> None:
        with (folder / "links").open("a") as links:
            links.write(url + "\n")

    window = AppWindow(
        f"http://127.0.0.1:{server.server_port}/?token=once",
        memory=FileMemory(folder / "memory.json"),
        working=working,
        open_link=open_link,
    )
    Pages.pick = staticmethod(lambda start: window.dialogs.pick_folder(start or None))
    instance.listen(window.bring_to_front)
    window.run()
    instance.stop_listening()
    instance.release()


if __name__ == "__main__":
    try:
        main()
    except AmpsmError as error:
        tell(error)
        sys.exit(1)
