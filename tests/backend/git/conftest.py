"""A `Git` in the test's own repository."""

from pathlib import Path

import pytest

from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.runner import Git


@pytest.fixture
def executor() -> Executor:
    """Where the git processes of a test run."""
    return Executor()


@pytest.fixture
def repo_git(executor: Executor, repo: Path) -> Git:
    """Git in the repository of the `repo` fixture."""
    return Git(executor, repo)
