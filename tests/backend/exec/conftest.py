"""A folder with an awkward name, an executor, and a way to write small Python programs."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.executor import Executor

Script = Callable[..., Command]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose name has spaces, quotes and letters beyond ASCII."""
    folder = tmp_path / "a \"quoted\" folder 'ü' 日本"
    folder.mkdir()
    return folder


@pytest.fixture
def executor() -> Iterator[Executor]:
    """An executor; whatever it started is gone after the test."""
    executor = Executor()
    yield executor
    executor.close()
    trees.sweep(executor.mark)


@pytest.fixture
def script(place: Path) -> Script:
    """Makes a command out of the lines of a Python program; further words are its arguments."""

    def make(source: str, *args: str, stdin: bytes | None = None, timeout_s: float | None = None) -> Command:
        program = place / f"program {len(list(place.iterdir()))}.py"
        program.write_text(source, encoding="utf-8")
        argv = (sys.executable, "-S", str(program), *args)
        return Command(argv, place, stdin=stdin, timeout_s=timeout_s)

    return make
