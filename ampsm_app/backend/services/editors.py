"""How each editor is told which file to show, and at which line. Pure."""

from collections.abc import Sequence
from pathlib import PurePath
from types import MappingProxyType

# What stands for folder, file and line in a command of the user's own.
_PLACES = ("{folder}", "{file}", "{line}")
_COLON_AFTER_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_COLON = frozenset({"zed", "zeditor", "subl", "sublime_text", "micro", "hx", "helix"})
_JETBRAINS = ("idea", "pycharm", "webstorm", "goland", "clion", "rubymine", "phpstorm", "rider", "rustrover")
_OPTIONS = MappingProxyType(
    {**dict.fromkeys(_JETBRAINS, "--line"), **dict.fromkeys(("kate", "kwrite", "mousepad"), "-l")}
)
_PLUS = frozenset({"vi", "vim", "nvim", "gvim", "nano", "emacs", "emacsclient", "gedit", "kak", "joe", "ne"})
_IN_TERMINAL = frozenset({"vi", "vim", "nvim", "nano", "kak", "joe", "ne", "micro", "hx", "helix"})


def editor_command(
    editor: Sequence[str], folder: str, file: str | None = None, line: int | None = None
) -> tuple[str, ...]:
    """The command that shows a folder, or a file in it at a line, in an editor given with its arguments.

    An editor that is not known is given the file alone. `{folder}`, `{file}` and `{line}` in its arguments
    stand for these.
    """
    if any(place in each for each in editor for place in _PLACES):
        values = dict(zip(_PLACES, (folder, file or folder, str(line or 1)), strict=True))
        return tuple(_filled(each, values) for each in editor)
    return (*editor, *_arguments(_name(editor), folder, file, line))


def needs_terminal(editor: Sequence[str]) -> bool:
    """Whether it shows itself in a terminal."""
    return _name(editor) in _IN_TERMINAL or "-nw" in editor


def _arguments(name: str, folder: str, file: str | None, line: int | None) -> tuple[str, ...]:
    if file is None:
        return (folder,)
    if name in _COLON_AFTER_GOTO:
        # With its folder, so that the file is shown in the session's own window.
        return (folder, "--goto", f"{file}:{line}" if line else file)
    if line is None:
        return (file,)
    if name in _COLON:
        return (f"{file}:{line}",)
    if name in _OPTIONS:
        return (_OPTIONS[name], str(line), file)
    return (f"+{line}", file) if name in _PLUS else (file,)


def _name(editor: Sequence[str]) -> str:
    return PurePath(editor[0]).stem.lower()


def _filled(argument: str, values: dict[str, str]) -> str:
    for place, value in values.items():
        argument = argument.replace(place, value)
    return argument
