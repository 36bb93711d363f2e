"""Opens a session's worktree, or a file of it, in the programs that the user works with."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.exec.detached import open_detached, open_link
from ampsm_app.backend.services.editors import editor_command, needs_terminal
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
_EDITOR_HINT = "amp-sessions config set editor.command 'code --wait'"


class Opening:
    """Starts editor, file manager or terminal; they outlive us and are none of our tree."""

    def __init__(self, resources: Resources, sessions: Sessions) -> None:
        self._resources = resources
        self._sessions = sessions

    def open(self, ref: str, what: Target, *, path: str | None = None, line: int | None = None) -> None:
        """Open the session's worktree, or a file of it: in the editor at a line, else the folder it is in.

        Raises `NotFound`: with code `no_program` where there is no such program, or where the file is gone.
        """
        worktree = Path(self._sessions.get(ref).worktree_path)
        if not worktree.is_dir():
            raise NotFound(f"The worktree {worktree} is not there.", hint="the next turn makes it anew")
        file = _file(worktree, path) if path is not None else None
        folder = worktree if file is None or what == "editor" else file.parent
        open_detached(self._argv(what, folder, file, line), folder)

    def link(self, url: str) -> None:
        """Open a web address in the user's browser; raises `InvalidInput` for what is none."""
        open_link(url)

    def _argv(self, what: Target, folder: Path, file: Path | None, line: int | None) -> tuple[str, ...]:
        match what:
            case "editor":
                return self._editor(folder, file, line)
            case "files":
                return _file_manager(folder) or _missing("file manager")
            case "terminal":
                return _terminal(folder) or _missing("terminal")

    def _editor(self, folder: Path, file: Path | None, line: int | None) -> tuple[str, ...]:
        environ = self._resources.environ
        configured = self._resources.settings().editor.command
        asked = configured or tuple(shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or ""))
        if asked and shutil.which(asked[0]) is None:
            where = "editor.command" if configured else "VISUAL or EDITOR"
            raise NotFound(
                f"The editor {asked[0]!r} (from {where}) is not installed.",
                hint=_EDITOR_HINT,
                code="no_program",
            )
        known = [path for name in _EDITORS if (path := shutil.which(name))]
        found = asked or tuple(known[:1])
        if not found:
            return _file_manager(file.parent if file else folder) or _missing("editor", _EDITOR_HINT)
        argv = editor_command(found, str(folder), str(file) if file else None, line)
        if not needs_terminal(found) or sys.platform == "win32":
            return argv
        return _in_terminal(argv) or _missing("terminal for the editor", _EDITOR_HINT)


def _missing(what: str, hint: str | None = None) -> tuple[str, ...]:
    raise NotFound(f"No {what} was found on this machine.", hint=hint, code="no_program")


def _file(worktree: Path, path: str) -> Path:
    place = Path(os.path.normpath(worktree / path))
    if not place.is_relative_to(worktree):
        raise InvalidInput(f"{path} is not in the session's worktree.")
    if not os.path.lexists(place):
        raise NotFound(f"{path} is not in the worktree any more.", hint="the change deletes it")
    return place


def _file_manager(folder: Path) -> tuple[str, ...] | None:
    name = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    program = shutil.which(name)
    return (program, str(folder)) if program else None


def _terminal(folder: Path) -> tuple[str, ...] | None:
    if sys.platform == "darwin":
        return ("open", "-a", "Terminal", str(folder))
    if os.name == "nt":
        return ("cmd.exe", "/c", "start", "cmd.exe")
    program = _terminal_program()
    return (program,) if program else None


def _in_terminal(argv: tuple[str, ...]) -> tuple[str, ...] | None:
    if sys.platform == "darwin":
        script = f'tell application "Terminal" to do script "{_quoted(shlex.join(argv))}"'
        return ("osascript", "-e", script)
    program = _terminal_program()
    if program is None:
        return None
    return (program, "--" if Path(program).name == "gnome-terminal" else "-e", *argv)


def _terminal_program() -> str | None:
    return next((path for name in _TERMINALS if (path := shutil.which(name))), None)


def _quoted(text: str) -> str:
    """Text within the quotes of an AppleScript string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
