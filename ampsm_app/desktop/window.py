"""The window: one page of our own server, and how it opens, comes forward and closes."""

import logging
import signal
import sys
from collections.abc import Callable
from html import escape
from threading import Thread
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.desktop import native
from ampsm_app.desktop.placement import HEIGHT, SMALLEST, WIDTH, Placement, fit
from ampsm_app.desktop.surroundings import no_library

if TYPE_CHECKING:
    import webview

    from ampsm_app.desktop.qt import Zoom

TITLE = "Amp Session Orchestrator"
PLACEMENT = "window.placement"
ZOOM = "window.zoom"

# The page's own ground: anything else would flash before it is drawn.
_GROUND = "#282828"


_log = logging.getLogger(__name__)


class Memory(Protocol):
    """What outlives the window."""

    def get(self, key: str) -> object:
        """A remembered value, None if there is none."""

    def set(self, key: str, value: object) -> None:
        """Remember a JSON value."""


class AppWindow:
    """A window on `url`. `working` tells how many agents would end with it; they are asked about first."""

    def __init__(
        self,
        url: str,
        *,
        memory: Memory,
        working: Callable[[], int],
        open_link: Callable[[str], None],
        icon: str | None = None,
    ) -> None:
        self._memory = memory
        self._working = working
        self._open_link = open_link
        self._icon = icon
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._placement = Placement.read(memory.get(PLACEMENT))
        self._maximized = self._placement is not None and self._placement.maximized
        self._zoom: Zoom | None = None
        self._sure = False
        self._asking = False
        self._window = self._create(url)
        self.dialogs = native.NativeDialogs(self._window)

    def run(self) -> None:
        """Show the window; returns when it is closed. For the main thread. Raises `NoWindow`."""
        _start(self._icon)
        self._remember()

    def bring_to_front(self) -> None:
        """Come forward, from any thread; a window that is not shown yet will do so by itself."""
        if self._window.events.shown.is_set():
            native.bring_to_front(self._window)

    def close(self) -> None:
        """Close without asking."""
        self._sure = True
        self._window.destroy()

    def _create(self, url: str) -> "webview.Window":
        import webview

        # Qt's window is placed once its screens are known, before it shows.
        known = None if sys.platform == "linux" else fit(self._placement, native.screens())
        window = webview.create_window(
            TITLE,
            url,
            width=known.width if known else WIDTH,
            height=known.height if known else HEIGHT,
            x=known.x if known else None,
            y=known.y if known else None,
            min_size=SMALLEST,
            maximized=self._maximized,
            background_color=_GROUND,
            text_select=True,
            zoomable=True,
        )
        assert window is not None
        window.events.before_show += self._before_show
        window.events.closing += self._may_close
        window.events.maximized += lambda: self._note_maximized(maximized=True)
        window.events.restored += lambda: self._note_maximized(maximized=False)
        return window

    def _before_show(self) -> None:
        # On the main thread, and after pywebview has set a handler of its own that knows no closing question.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.close())
        if not native.is_qt(self._window):
            return
        from ampsm_app.desktop import qt

        view = cast("qt.BrowserView", self._window.native)
        zoom = self._memory.get(ZOOM)
        factor = float(zoom) if isinstance(zoom, int | float) else 1.0
        self._zoom = qt.furnish(view, origin=self._origin, open_link=self._open_link, zoom=factor)
        qt.place(view, fit(self._placement, qt.screens()))

    def _may_close(self) -> bool:
        self._placement = native.placement_of(self._window, maximized=self._maximized)
        if self._sure or not self._working():
            return True
        if not self._asking:
            self._asking = True
            # The answer comes while the interface goes on, so not from this call.
            Thread(target=self._ask, name="closing", daemon=True).start()
        return False

    def _ask(self) -> None:
        count = self._working()
        who = "An agent is" if count == 1 else f"{count} agents are"
        question = f"{who} at work. Stop and close? What was changed so far is kept."
        try:
            if self.dialogs.confirm(TITLE, question, agree="Stop and close", refuse="Keep working"):
                self.close()
        finally:
            self._asking = False

    def _note_maximized(self, maximized: bool) -> None:
        self._maximized = maximized

    def _remember(self) -> None:
        try:
            if self._placement is not None:
                self._memory.set(PLACEMENT, self._placement.as_dict())
            if self._zoom is not None:
                self._memory.set(ZOOM, self._zoom.factor)
        except AmpsmError as error:  # a place on the screen is not worth a failure
            _log.warning("the window's place was not kept: %s", error.message)


def show_failure(message: str, hint: str | None) -> None:
    """Tell in a small window why the program cannot start."""
    import webview

    lines = "".join(f"<p>{escape(line)}</p>" for line in (message, hint) if line)
    style = f"background:{_GROUND};color:#ebdbb2;font:15px/1.5 sans-serif;padding:1.5em"
    webview.create_window(
        TITLE,
        html=f'<body style="{style}"><h2>{TITLE} cannot start</h2>{lines}</body>',
        width=640,
        height=320,
        background_color=_GROUND,
        text_select=True,
    )
    _start(None)


def _start(icon: str | None) -> None:
    import webview

    logger = logging.getLogger("pywebview")
    logger.setLevel(logging.WARNING)
    # Each toolkit that is missing would come with a traceback; what matters is whether one is left.
    logger.addFilter(lambda record: "cannot be loaded" not in record.getMessage())
    try:
        webview.start(gui="qt" if sys.platform == "linux" else None, icon=icon)
    except webview.WebViewException as error:
        raise no_library(error) from error
