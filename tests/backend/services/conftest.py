"""A world for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, open_world


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Iterator[World]:
    with open_world(repo, tmp_path / "data" / "sessions.sqlite") as opened:
        yield opened
