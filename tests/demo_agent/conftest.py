"""A demo agent in an empty folder."""

from pathlib import Path

import pytest

from tests.support.demo_agent import DemoAgent


@pytest.fixture
def agent(tmp_path: Path) -> DemoAgent:
    folder = tmp_path / "some folder"
    folder.mkdir()
    return DemoAgent(folder, tmp_path / "state")
