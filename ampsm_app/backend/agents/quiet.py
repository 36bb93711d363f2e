"""Runs an agent in the background without a browser, a display or an update in its way."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ampsm_app.backend.exec.command import Command, Completed
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.temporary import temporary_folder

_BROWSERS = ("xdg-open", "open", "sensible-browser", "x-www-browser", "www-browser", "gio", "wslview")
_DISPLAYS = frozenset({"DISPLAY", "WAYLAND_DISPLAY", "MIR_SOCKET", "AMP_PWD"})
_OUTPUT = 2 * 1024 * 1024


class Quiet:
    """Runs one binary in an empty folder; `run` is safe from any thread."""

    def __init__(
        self, executor: Executor, argv: tuple[str, ...], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._executor = executor
        self._argv = argv
        self._folder = folder
        self._environment = environment

    def run(
        self, *args: str, timeout_s: float, stdin: bytes = b"", unset: frozenset[str] = frozenset()
    ) -> Completed:
        """One command line to its end. Raises `CannotStart`."""
        argv = (*self._argv, *args)
        command = Command(argv, self._folder, self._environment, _DISPLAYS | unset, stdin, timeout_s)
        return self._executor.run(command, limit=_OUTPUT)


@contextmanager
def quietly(executor: Executor, argv: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[Quiet]:
    """Something to ask a binary with; `environment` is laid over ours."""
    with temporary_folder("probe") as folder:
        browsers = folder / "no-browser"
        browsers.mkdir()
        if sys.platform != "win32":
            for name in _BROWSERS:
                inert = browsers / name
                inert.write_text("#!/bin/sh\nexit 0\n")
                inert.chmod(0o755)
        here = folder / "here"
        here.mkdir()
        search = environment.get("PATH") or os.environ.get("PATH", "")
        quiet = {"PATH": f"{browsers}{os.pathsep}{search}", "BROWSER": "true", "AMP_SKIP_UPDATE_CHECK": "1"}
        yield Quiet(executor, argv, here, {**environment, **quiet})
