"""Pushing and fetching: never a question, never for ever, and the reason in words."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.git.remotes import behind_remote, fetch, last_fetched, push
from tests.backend.git_merging.building import commit, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

MAIN = "refs/heads/main"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin ü.git")
    return tmp_path / "origin ü.git"


@pytest.fixture
def repo(tmp_path: Path, origin: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü", {"a": text()})
    git(repo, "remote", "add", "origin", str(origin))
    git(repo, "push", "-q", "-u", "origin", "main")
    return repo


@pytest.fixture
def other(tmp_path: Path, repo: Path, origin: Path) -> Path:
    git(tmp_path, "clone", "-q", str(origin), "other")
    return tmp_path / "other"


def why(failed: pytest.ExceptionInfo[GitError]) -> str:
    assert failed.value.hint
    return str(failed.value.details["why"])


def test_a_branch_is_pushed_to_its_own_name(git_at: GitAt, repo: Path, origin: Path) -> None:
    git(repo, "checkout", "-q", "-b", "amp/fix/1")
    sha = commit(repo, "one", {"a": "x\n"})
    push(git_at(repo), "origin", "refs/heads/amp/fix/1")
    assert git(origin, "rev-parse", "amp/fix/1") == sha
    assert git(origin, "rev-parse", "main") != sha


def test_nothing_that_others_pushed_is_overwritten(
    git_at: GitAt, repo: Path, other: Path, origin: Path
) -> None:
    theirs = commit(other, "theirs", {"b": "b\n"})
    git(other, "push", "-q")
    commit(repo, "ours", {"c": "c\n"})
    with pytest.raises(GitError) as failed:
        push(git_at(repo), "origin", MAIN)
    assert (failed.value.code, why(failed)) == ("push_failed", "rejected")
    assert git(origin, "rev-parse", "main") == theirs


def test_a_hook_that_declines_is_named(git_at: GitAt, repo: Path, origin: Path) -> None:
    put(origin / "hooks/pre-receive", "#!/bin/sh\necho not on a Friday\nexit 1\n")
    (origin / "hooks/pre-receive").chmod(0o755)
    commit(repo, "ours", {"c": "c\n"})
    with pytest.raises(GitError, match="not on a Friday") as failed:
        push(git_at(repo), "origin", MAIN)
    assert why(failed) == "hook"


@pytest.mark.parametrize("url", ["nowhere", "/no/such/place.git"])
def test_a_remote_that_is_not_there(git_at: GitAt, repo: Path, url: str) -> None:
    git(repo, "remote", "set-url", "origin", url)
    with pytest.raises(GitError) as failed:
        fetch(git_at(repo), "origin")
    assert (failed.value.code, why(failed)) == ("fetch_failed", "no_remote")


@pytest.fixture
def silent() -> Iterator[int]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_remote_that_never_answers_is_given_up(git_at: GitAt, repo: Path, silent: int) -> None:
    git(repo, "remote", "set-url", "origin", f"git://127.0.0.1:{silent}/x.git")
    with pytest.raises(GitError) as failed:
        push(git_at(repo), "origin", MAIN, timeout_s=0.5)
    assert why(failed) == "timeout"


def test_a_closed_port_is_unreachable(git_at: GitAt, repo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    git(repo, "remote", "set-url", "origin", f"http://127.0.0.1:{port}/x.git")
    with pytest.raises(GitError) as failed:
        fetch(git_at(repo), "origin")
    assert why(failed) == "unreachable"


def test_how_far_base_is_behind_is_known_as_of_the_last_fetch(git_at: GitAt, repo: Path, other: Path) -> None:
    commit(other, "theirs", {"b": "b\n"})
    git(other, "push", "-q")
    assert behind_remote(git_at(repo), "main") == 0
    fetch(git_at(repo), "origin")
    assert behind_remote(git_at(repo), "main") == 1
    git(repo, "branch", "-q", "--unset-upstream", "main")
    assert behind_remote(git_at(repo), "main") == 1
    git(repo, "branch", "-q", "local")
    assert behind_remote(git_at(repo), "local") is None


def test_when_it_was_last_fetched_is_known_wherever_that_was(
    git_at: GitAt, repo: Path, tmp_path: Path
) -> None:
    assert last_fetched(git_at(repo)) is None
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    fetch(git_at(tmp_path / "side"), "origin")
    when = last_fetched(git_at(repo))
    assert when is not None
    assert datetime.now(UTC) - when < timedelta(minutes=1)


def test_a_fetch_that_failed_is_no_fetch(git_at: GitAt, repo: Path) -> None:
    fetch(git_at(repo), "origin")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    os.utime(repo / ".git/FETCH_HEAD", (long_ago.timestamp(), long_ago.timestamp()))
    git(repo, "remote", "set-url", "origin", "/no/such/place.git")
    with pytest.raises(GitError):
        fetch(git_at(repo), "origin")
    assert last_fetched(git_at(repo)) in (None, long_ago)
