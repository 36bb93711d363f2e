"""A `Git` in the test's own repository, and a session's worktree in it."""

from pathlib import Path

import pytest

from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.excludes import CONTEXT_DIR, hide
from ampsm_app.backend.git.repository import Repository, discover, git_in
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.git.worktrees import add, place_for

BRANCH = "amp/fix-it/20261120-101500"


@pytest.fixture
def executor() -> Executor:
    """Where the git processes of a test run."""
    return Executor()


@pytest.fixture
def repo_git(executor: Executor, repo: Path) -> Git:
    """Git in the repository of the `repo` fixture."""
    return Git(executor, repo)


@pytest.fixture
def repository(executor: Executor, repo: Path) -> Repository:
    """The repository of the `repo` fixture, as it is discovered."""
    return discover(executor, repo)


@pytest.fixture
def session_git(repository: Repository) -> Git:
    """Git in a session's worktree, which is made and hidden as sessions are."""
    path = place_for(repository.root, "s1")
    add(repository.git, path, BRANCH, repository.git.text("rev-parse", "HEAD"))
    hide(repository.root, repository.common_dir, path, CONTEXT_DIR)
    return git_in(repository, path)


def changed_paths(git: Git, *, context_dir: str = CONTEXT_DIR) -> list[str]:
    """What `git status` lists for a session, both names of a rename."""
    return [each.path for each in read_status(git, context_dir=context_dir, renames=False).entries]
