"""What has to be there, and be set, before a window can open."""

import importlib.util
import os
import sys
from collections.abc import MutableMapping
from typing import NoReturn

from ampsm_app.backend.domain.errors import AmpsmError

_IN_A_BROWSER = "`amp-sessions serve` prints an address that opens the same in a browser."

# Set for Qt by pywebview, by qtpy or here: children (agents may well test Qt programs) do not get them.
_FOR_QT_ALONE = (
    "QT_API",
    "QT_STYLE_OVERRIDE",
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "QTWEBENGINE_DISABLE_SANDBOX",
)
# `backend.exec.environment` drops from children's environment what stands here.
_OWN = "AMPSM_OWN_VARIABLES"


class NoWindow(AmpsmError):
    """This machine cannot show a window."""

    default_code = "no_window"


def prepare(environ: MutableMapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """Set what the web view needs; raises `NoWindow` where there is no display, or no library for one."""
    if importlib.util.find_spec("webview") is None:
        raise no_library("pywebview is not installed")
    if sys.platform == "win32" or platform != "linux":
        return
    if not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        raise NoWindow("There is no display to open a window on.", hint=_IN_A_BROWSER)
    environ[_OWN] = os.pathsep.join(name for name in _FOR_QT_ALONE if name not in environ)
    environ.setdefault("QT_API", "pyside6")
    # Chromium reports missing buses and drivers as errors, which are none to the user.
    environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--log-level=3")
    if os.geteuid() == 0:
        # Chromium's sandbox refuses to run as root; for everybody else it stays on.
        environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"


def explain_fatal_errors() -> None:
    """Qt ends the process when it cannot reach the display or misses a library: say so in our words first."""
    if sys.platform != "linux":
        return
    try:
        from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
    except ImportError:  # another toolkit than ours, which has words of its own
        return

    def heed(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            give_up(NoWindow(f"Qt cannot open a window: {message.strip()}", hint=_IN_A_BROWSER))
        if kind == QtMsgType.QtCriticalMsg:
            sys.stderr.write(f"{message}\n")

    qInstallMessageHandler(heed)


def no_library(why: object) -> NoWindow:
    """The error for a machine without a web view."""
    return NoWindow(
        f"No web view can be loaded: {why}",
        hint="Install it with `pip install 'pywebview[pyside6]'`. " + _IN_A_BROWSER,
    )


def give_up(error: AmpsmError) -> NoReturn:
    """Say why and end at once, without the rest of a start that cannot succeed."""
    tell(error)
    sys.stderr.flush()
    os._exit(error.exit_status)


def tell(error: AmpsmError) -> None:
    """Write an error for whoever started the window."""
    sys.stderr.write(f"error: {error.message}\n")
    if error.hint:
        sys.stderr.write(f"  {error.hint}\n")
