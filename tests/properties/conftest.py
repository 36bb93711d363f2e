"""One core for all stories of a test, and the repository that they begin with."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.core import open_core
from tests.properties.desk import template
from tests.properties.playing import Theatre, agent


@pytest.fixture
def theatre(tmp_path: Path, private_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Theatre]:
    """Where stories are played; at the end no throw-away file is left."""
    throw_away = tmp_path / "throw-away"
    throw_away.mkdir()
    monkeypatch.setenv("TMPDIR", str(throw_away))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (private_home / "agents").mkdir()
    core = open_core(os.environ, database=tmp_path / "data" / "sessions.sqlite")
    try:
        repository = template(tmp_path / "template")
        yield Theatre(core, tmp_path, repository, agent(private_home / "agents", sys.executable))
    finally:
        core.close()
    assert list(throw_away.iterdir()) == []
