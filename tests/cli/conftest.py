"""A terminal: commands in, status and output back."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ampsm_app.cli.main import main


@dataclass(frozen=True)
class Result:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its one document."""
        return json.loads(self.out)


Terminal = Callable[..., Result]


@pytest.fixture
def amp(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run a command in the repository, as the user would."""
    monkeypatch.chdir(repo)

    def run(*args: str, stdin: str = "") -> Result:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main(args)
        return Result(int(left.value.code or 0), out.getvalue(), err.getvalue())

    return run
