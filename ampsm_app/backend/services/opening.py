"""Opens a session's worktree in the programs that the user works with."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.exec.detached import open_detached, open_link
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.sessions import Sessions

Target = Literal["editor", "files", "terminal"]

_EDITORS = ("code", "codium", "zed", "subl", "idea", "gedit", "kate", "mousepad")
_TERMINALS = (
    "x-terminal-emulator",
    "gnome-terminal",
    "konsole",
    "xfce4-terminal",
    "alacritty",
    "kitty",
    "xterm",
)


class Opening:
    """Starts editor, file manager or terminal; they outlive us and are none of our tree."""

    def __init__(self, resources: Resources, sessions: Sessions) -> None:
        self._resources = resources
        self._sessions = sessions

    def open(self, ref: str, what: Target) -> None:
        """Open the session's worktree; raises `NotFound` where there is no such program."""
        worktree = Path(self._sessions.get(ref).worktree_path)
        if not worktree.is_dir():
            raise NotFound(f"The worktree {worktree} is not there.", hint="the next turn makes it anew")
        argv = self._argv(what, worktree)
        if argv is None:
            hints = {"editor": "amp-sessions config set editor.command 'code --wait'"}
            raise NotFound(f"No {what} was found on this machine.", hint=hints.get(what), code="no_program")
        open_detached(argv, worktree)

    def link(self, url: str) -> None:
        """Open a web address in the user's browser; raises `InvalidInput` for what is none."""
        open_link(url)

    def _argv(self, what: Target, worktree: Path) -> tuple[str, ...] | None:
        match what:
            case "editor":
                return self._editor(worktree)
            case "files":
                return _file_manager(worktree)
            case "terminal":
                return _terminal(worktree)

    def _editor(self, worktree: Path) -> tuple[str, ...] | None:
        environ = self._resources.environ
        configured = self._resources.settings().editor.command
        asked = configured or tuple(shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or ""))
        if asked:
            return (*asked, str(worktree)) if shutil.which(asked[0]) else None
        found = next((path for name in _EDITORS if (path := shutil.which(name))), None)
        return (found, str(worktree)) if found else _file_manager(worktree)


def _file_manager(worktree: Path) -> tuple[str, ...] | None:
    name = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    program = shutil.which(name)
    return (program, str(worktree)) if program else None


def _terminal(worktree: Path) -> tuple[str, ...] | None:
    if sys.platform == "darwin":
        return ("open", "-a", "Terminal", str(worktree))
    if os.name == "nt":
        return ("cmd.exe", "/c", "start", "cmd.exe")
    program = next((path for name in _TERMINALS if (path := shutil.which(name))), None)
    return (program,) if program else None
