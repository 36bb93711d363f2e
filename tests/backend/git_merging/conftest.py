"""Git behind our own door, for the merging tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.runner import Git

GitAt = Callable[[Path], Git]


@pytest.fixture
def git_at() -> GitAt:
    executor = Executor()
    return lambda path: Git(executor, path)
