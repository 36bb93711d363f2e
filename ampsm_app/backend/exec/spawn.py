"""The one call that makes a process: a group of its own, clean descriptors, a mark."""

import subprocess
import sys

from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.environment import child_environment
from ampsm_app.backend.exec.errors import cannot_start


def spawn(command: Command, mark: str, *, stdin: bool) -> subprocess.Popen[bytes]:
    """Start `command` with both outputs piped, and its input too where `stdin`; raises `CannotStart`."""
    try:
        return subprocess.Popen(
            command.argv,
            bufsize=0,
            cwd=command.cwd,
            env=child_environment(mark, command.env, command.unset),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=sys.platform != "win32",
            creationflags=_flags(),
        )
    except (OSError, ValueError) as error:
        raise cannot_start(command.argv, command.cwd, error) from error


def _flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0
