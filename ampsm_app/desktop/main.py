"""The entry point of the window: `ampsm`, and `amp-sessions app`."""

import sys
from contextlib import closing
from importlib.resources import files
from typing import NoReturn

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.desktop.instance import Instance
from ampsm_app.desktop.surroundings import NoWindow, explain_fatal_errors, prepare, tell


def main() -> NoReturn:
    """Open the window, or bring the one that is open to the front; exits when it is closed."""
    try:
        open_app()
    except AmpsmError as error:
        tell(error)
        if not isinstance(error, NoWindow) and not sys.stderr.isatty():
            # Started from a menu: nobody reads what was told.
            _show_failure(error)
        sys.exit(error.exit_status)
    sys.exit(0)


def open_app() -> None:
    """Show the window of this user's data; returns when it is closed and all that it started has ended.

    Returns at once where such a window is open already: that one comes to the front. Raises `AmpsmError`.
    """
    prepare()
    explain_fatal_errors()
    core = open_core()
    instance = Instance(core.data_dir)
    try:
        # Agents end before the lock is free: the next window finds nothing of this one.
        with closing(core):
            if instance.claim():
                core.recovery.recover()
                core.expiry.keep_up()
                _show(core, instance)
    finally:
        instance.release()


def _show(core: Core, instance: Instance) -> None:
    from ampsm_app.backend.web.server import Server
    from ampsm_app.desktop.window import AppWindow

    server = Server(core)
    url = server.start()
    try:
        window = AppWindow(
            url,
            memory=core.views,
            working=lambda: len(core.iterations.running()),
            open_link=core.opening.link,
            icon=str(files("ampsm_app") / "frontend" / "dist" / "icon.svg"),
        )
        server.native = window.dialogs
        instance.listen(window.bring_to_front)
        window.run()
    finally:
        instance.stop_listening()
        server.stop()


def _show_failure(error: AmpsmError) -> None:
    from ampsm_app.desktop.window import show_failure

    show_failure(error.message, error.hint)
