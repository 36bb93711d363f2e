"""What only the window can do: dialogs of the operating system, coming forward, knowing where it stands."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

from ampsm_app.desktop.placement import Area, Placement

if TYPE_CHECKING:
    import webview


class NativeDialogs:
    """The dialogs that the page asks the window for."""

    def __init__(self, window: "webview.Window") -> None:
        self._window = window
        self._one_at_a_time = Lock()  # pywebview keeps the answer of the last dialog only

    def pick_folder(self, start: str | None) -> str | None:
        """The folder that the user chose, None where the dialog was closed."""
        import webview

        folder = start if start and Path(start).is_dir() else str(Path.home())
        with self._one_at_a_time:
            chosen = self._window.create_file_dialog(webview.FileDialog.FOLDER, directory=folder)
        return str(chosen[0]) if chosen else None

    def confirm(self, title: str, question: str, *, agree: str, refuse: str) -> bool:
        """Whether the user agreed. The words on the buttons show where the platform lets us choose them."""
        if is_qt(self._window):
            from ampsm_app.desktop import qt

            view = cast("qt.BrowserView", self._window.native)
            return qt.confirm(view, title, question, agree=agree, refuse=refuse)
        with self._one_at_a_time:
            return bool(self._window.create_confirmation_dialog(title, question))


def is_qt(window: "webview.Window") -> bool:
    """Whether the window is Qt's, which `desktop.qt` furnishes."""
    return getattr(window.gui, "__name__", "") == "webview.platforms.qt"


def bring_to_front(window: "webview.Window") -> None:
    """Show the window above the others, from any thread."""
    if is_qt(window):
        from ampsm_app.desktop import qt

        qt.bring_to_front(cast("qt.BrowserView", window.native))
        return
    window.restore()
    window.show()


def placement_of(window: "webview.Window", *, maximized: bool) -> Placement:
    """Where the window stands; `maximized` as its events told, for windows that cannot be asked."""
    if is_qt(window):
        from ampsm_app.desktop import qt

        return qt.placement_of(cast("qt.BrowserView", window.native))
    return Placement(window.x, window.y, window.width, window.height, maximized)


def screens() -> list[Area]:
    """The screens, the primary first."""
    import webview

    return [Area(screen.x, screen.y, screen.width, screen.height) for screen in webview.screens]
