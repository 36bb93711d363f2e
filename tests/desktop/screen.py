"""A display without a monitor, and a hand on the windows that show on it."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from simple_websocket import Client  # type: ignore[import-untyped]

T = TypeVar("T")


class Screen:
    """An X display with a window manager."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to show itself here."""
        return {**os.environ, "DISPLAY": self.name, "XDG_RUNTIME_DIR": os.environ["HOME"]}

    def press(self, keys: str) -> None:
        """Press a combination of keys, as `ctrl+plus`."""
        self._xdotool("key", keys)

    def windows(self, title: str) -> list[str]:
        """The visible windows with this in their title."""
        return self._xdotool("search", "--onlyvisible", "--name", title).split()

    def front(self) -> str:
        """The window that has the keyboard."""
        return self._xdotool("getactivewindow").strip()

    def activate(self, window: str) -> None:
        """Give a window the keyboard."""
        eventually(lambda: self._xdotool("windowactivate", "--sync", window) or self.front() == window)

    def dialogs(self) -> list[str]:
        """The visible windows of our programs, dialogs among them."""
        return [*self.windows("^Amp Session"), *self.windows("^Save$"), *self.windows("^Open folder$")]

    def popups(self) -> list[str]:
        """All visible windows, menus included."""
        return self._xdotool("search", "--onlyvisible", "--name", "").split()

    def type(self, text: str) -> None:
        """Type letters."""
        self._xdotool("type", text)

    def resize(self, window: str, width: int, height: int) -> None:
        """Give a window another size."""
        self._xdotool("windowsize", "--sync", window, str(width), str(height))

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click at a point of the screen."""
        self._xdotool("mousemove", str(x), str(y), "click", str(button))

    def minimize(self, window: str) -> None:
        """Put a window away."""
        self._xdotool("windowminimize", window)

    def _xdotool(self, *args: str) -> str:
        done = subprocess.run(
            ["xdotool", *args], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout


class Page:
    """The page inside a window, through the web view's remote debugging."""

    def __init__(self, socket: Client) -> None:
        self._socket = socket
        self._number = 0

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited, as after a click of the user's."""
        options = {"returnByValue": True, "awaitPromise": True, "userGesture": True}
        answer = self._call("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def is_loaded(self) -> bool:
        """Whether it is there whole."""
        try:
            return bool(self.evaluate("location.protocol === 'http:' && document.readyState === 'complete'"))
        except LookupError:  # it is just moving from the address with the token to its own
            return False

    def cookie(self, name: str) -> str:
        """The value of one of the page's cookies."""
        cookies = self._call("Network.getCookies")["cookies"]
        return next(str(each["value"]) for each in cookies if each["name"] == name)

    def _call(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.receive(timeout=10) or "{}")
            assert message, f"{method} was not answered"
            if message.get("id") == self._number:
                if "error" in message:
                    raise LookupError(message["error"]["message"])
                return message["result"]


@contextmanager
def open_screen(size: str = "1600x1000x24") -> Iterator[Screen]:
    """A display with openbox on it, for a while."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        screen = Screen(f":{answer.readline().strip()}")
    manager = subprocess.Popen(
        ["openbox"],
        env={**os.environ, "DISPLAY": screen.name},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield screen
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


@contextmanager
def page_of(port: int) -> Iterator[Page]:
    """The page of the window whose remote debugging listens on `port`."""
    url = eventually(lambda: _debugger_url(port))
    with closing(Client(url, max_message_size=16 * 1024 * 1024)) as socket:
        page = Page(socket)
        eventually(page.is_loaded)
        yield page


def eventually(look: Callable[[], T], seconds: float = 30) -> T:
    """What `look` gives once it is true."""
    give_up = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < give_up, "it never came to hold"
        time.sleep(0.05)
    return found


def _debugger_url(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=2) as answer:
            pages = [each for each in json.load(answer) if each["type"] == "page"]
    except OSError:
        return None
    return str(pages[0]["webSocketDebuggerUrl"]) if pages else None
