"""What pywebview's Qt window lacks: clipboard, downloads, links that stay out, zoom, a menu, coming forward.

Everything here runs on the thread of the interface; `window.native` is pywebview's `QMainWindow`.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, QStandardPaths, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineNavigationRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineSettings,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QMessageBox

from ampsm_app.desktop.placement import Area, Placement

if TYPE_CHECKING:
    from PySide6.QtWebEngineCore import QWebEngineProfile
    from PySide6.QtWebEngineWidgets import QWebEngineView

    class BrowserPage(QWebEnginePage):
        """pywebview's page, as far as it is used here."""

        nav_handler: QWebEnginePage

        def onFeaturePermissionRequested(self, url: QUrl, feature: object) -> None: ...  # noqa: N802, D102

    class BrowserView(QMainWindow):
        """pywebview's window, as far as it is used here."""

        webview: QWebEngineView
        profile: QWebEngineProfile


OpenLink = Callable[[str], None]

_ZOOM_STEP = 1.1
_ZOOM_RANGE = (0.5, 3.0)
_MENU = (
    QWebEnginePage.WebAction.Cut,
    QWebEnginePage.WebAction.Copy,
    QWebEnginePage.WebAction.Paste,
    QWebEnginePage.WebAction.SelectAll,
    QWebEnginePage.WebAction.CopyLinkToClipboard,
)


def furnish(native: "BrowserView", *, origin: str, open_link: OpenLink, zoom: float) -> "Zoom":
    """Give the window what it lacks. `origin` is the page's own, everything else opens in the browser."""
    page = cast("BrowserPage", native.webview.page())
    _allow_clipboard(page)
    _refuse_permissions(page)
    _keep_to(origin, native, page, open_link)
    page.profile().downloadRequested.connect(lambda download: _save(native, download))
    _menu(native.webview, page)
    return Zoom(native, page, zoom)


def place(native: QMainWindow, placement: Placement) -> None:
    """Put the window where it is to open."""
    native.resize(placement.width, placement.height)
    native.move(placement.x, placement.y)


def placement_of(native: QMainWindow) -> Placement:
    """Where the window stands, or would stand if it were not maximised."""
    normal = native.normalGeometry() if native.isMaximized() else native.geometry()
    corner = normal.topLeft() if native.isMaximized() else native.pos()
    return Placement(corner.x(), corner.y(), normal.width(), normal.height(), native.isMaximized())


def screens() -> list[Area]:
    """The part of each screen that windows may cover, the primary first."""
    every = QGuiApplication.screens()
    primary = QGuiApplication.primaryScreen()
    areas = [screen.availableGeometry() for screen in sorted(every, key=lambda one: one is not primary)]
    return [Area(area.x(), area.y(), area.width(), area.height()) for area in areas]


def bring_to_front(native: QMainWindow) -> None:
    """Show the window above the others, from any thread; maximised stays maximised.

    Where the system lets no window put itself forward (Wayland) it asks for attention instead.
    """

    def come() -> None:
        state = native.windowState() & ~Qt.WindowState.WindowMinimized
        native.setWindowState(state | Qt.WindowState.WindowActive)
        native.show()
        native.raise_()
        native.activateWindow()
        QApplication.alert(native)

    QTimer.singleShot(0, native, come)


def confirm(native: QMainWindow, title: str, question: str, *, agree: str, refuse: str) -> bool:
    """Whether the user agreed; the Enter key refuses. Not from the thread of the interface."""
    answered = Event()
    answers: list[bool] = []

    def ask() -> None:
        box = QMessageBox(QMessageBox.Icon.Question, title, question, parent=native)
        yes = box.addButton(agree, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(refuse, QMessageBox.ButtonRole.RejectRole))
        box.exec()
        answers.append(box.clickedButton() is yes)
        answered.set()

    QTimer.singleShot(0, native, ask)
    answered.wait()
    return answers[0]


def _allow_clipboard(page: QWebEnginePage) -> None:
    settings = page.settings()
    settings.setAttribute(QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard, True)
    settings.setAttribute(QWebEngineSettings.WebAttribute.JavascriptCanPaste, True)


def _refuse_permissions(page: "BrowserPage") -> None:
    # pywebview's own answer passes a number where Qt wants an enumeration, and so never arrives.
    page.featurePermissionRequested.disconnect(page.onFeaturePermissionRequested)
    page.permissionRequested.connect(_deny)


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()


def _keep_to(origin: str, native: "BrowserView", page: "BrowserPage", open_link: OpenLink) -> None:
    own = QUrl(origin)

    def judge(request: QWebEngineNavigationRequest) -> None:
        url = request.url()
        if url.scheme() in ("blob", "data", "about") or _same_origin(url, own):
            return
        request.reject()
        if request.isMainFrame():
            open_link(url.toString())

    page.navigationRequested.connect(judge)
    # Windows that the page wants to open go through this page of pywebview's.
    page.nav_handler = _OtherWindows(native, open_link)


def _same_origin(url: QUrl, own: QUrl) -> bool:
    return (url.scheme(), url.host(), url.port()) == (own.scheme(), own.host(), own.port())


class _OtherWindows(QWebEnginePage):
    """Takes the place of every window that the page opens: its address goes to the browser."""

    def __init__(self, native: "BrowserView", open_link: OpenLink) -> None:
        super().__init__(native.profile, native)
        self._open_link = open_link

    def acceptNavigationRequest(  # noqa: N802 - Qt's name
        self,
        url: QUrl | str,
        kind: QWebEnginePage.NavigationType,
        is_main_frame: bool,
    ) -> bool:
        """Never here."""
        self._open_link(QUrl(url).toString())
        return False


def _save(native: QMainWindow, download: QWebEngineDownloadRequest) -> None:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    proposed = Path(folder, download.downloadFileName())
    chosen, _ = QFileDialog.getSaveFileName(native, "Save", str(proposed))
    if chosen:
        download.setDownloadDirectory(str(Path(chosen).parent))
        download.setDownloadFileName(Path(chosen).name)
        download.accept()


class Zoom:
    """The page's zoom: Ctrl and plus, minus, nought. `factor` is 1 for 100 %."""

    def __init__(self, native: QMainWindow, page: QWebEnginePage, factor: float) -> None:
        self.factor = factor
        self._page = page
        keys = ((QKeySequence.StandardKey.ZoomIn, _ZOOM_STEP), ("Ctrl+=", _ZOOM_STEP))
        for key, step in (*keys, (QKeySequence.StandardKey.ZoomOut, 1 / _ZOOM_STEP), ("Ctrl+0", 0.0)):
            QShortcut(QKeySequence(key), native).activated.connect(partial(self._by, step))
        # A page begins at 1 again each time it loads.
        page.loadFinished.connect(lambda _: page.setZoomFactor(self.factor))

    def _by(self, step: float) -> None:
        self.factor = min(max(self.factor * step, _ZOOM_RANGE[0]), _ZOOM_RANGE[1]) if step else 1.0
        self._page.setZoomFactor(self.factor)


def _menu(view: "QWebEngineView", page: QWebEnginePage) -> None:
    def show(where: QPoint) -> None:
        menu = view.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wanted = [page.action(action) for action in _MENU]
        for action in menu.actions():
            if action not in wanted:
                menu.removeAction(action)
        if menu.actions():
            menu.popup(view.mapToGlobal(where))

    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(show)
