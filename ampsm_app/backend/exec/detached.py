"""Programs that are the user's from the moment they open: editors, file managers, browsers."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.exec.environment import user_environment
from ampsm_app.backend.exec.errors import cannot_start

_LINKS = ("https://", "http://", "mailto:")


def open_detached(argv: tuple[str, ...], cwd: Path) -> None:
    """Start a program that outlives us: no mark, no pipes, a session of its own. Raises `CannotStart`."""
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=user_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
            creationflags=_flags(),
        )
    except (OSError, ValueError) as error:
        raise cannot_start(argv, cwd, error) from error
    # Somebody has to take its exit status, or it stays behind as a zombie.
    Thread(target=process.wait, daemon=True).start()


def open_link(url: str) -> None:
    """Open a web or mail address in the user's own program for it.

    Raises `InvalidInput` for any other kind of address: a page of ours may show what an agent wrote.
    """
    if not url.startswith(_LINKS):
        raise InvalidInput(f"{url[:200]} is not an address for a browser.")
    open_detached((*_link_opener(), url), Path.home())


def _link_opener() -> tuple[str, ...]:
    if sys.platform == "win32":
        # It starts the browser outside our job, which would end it together with us.
        return ("rundll32.exe", "url.dll,FileProtocolHandler")
    return ("open",) if sys.platform == "darwin" else ("xdg-open",)


def _flags() -> int:
    if sys.platform == "win32":
        return (
            subprocess.CREATE_NEW_PROCESS_GROUP
            | subprocess.DETACHED_PROCESS
            | subprocess.CREATE_BREAKAWAY_FROM_JOB
        )
    return 0
