"""Where a branch is checked out, also when git would say nowhere."""

import os
import subprocess
from pathlib import Path

import pytest

from ampsm_app.backend.git.checkouts import Checkout, checkouts, holding
from tests.backend.git_merging.building import commit, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

MAIN = "refs/heads/main"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü\nx", {"a": text()})
    for number in range(1, 6):
        commit(repo, f"commit {number}", {"a": text(_5=str(number))})
    return repo


def only(found: list[Checkout]) -> Checkout:
    assert len(found) == 1
    return found[0]


def test_the_users_checkout(git_at: GitAt, repo: Path) -> None:
    found = only(holding(git_at(repo), MAIN))
    assert (found.path, found.ref, found.operation, found.missing) == (repo, MAIN, None, False)


def test_another_worktree_and_asked_from_there(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other ö"
    git(repo, "worktree", "add", "-q", "-b", "side", str(other))
    assert only(holding(git_at(other), "refs/heads/side")).path == other
    assert only(holding(git_at(other), MAIN)).path == repo


def test_a_detached_checkout_holds_nothing(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    assert holding(git_at(repo), MAIN) == []
    assert only(checkouts(git_at(repo))).ref is None


def test_a_bare_repository_has_no_checkout(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    assert checkouts(git_at(tmp_path / "bare.git")) == []
    git(tmp_path / "bare.git", "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    assert only(holding(git_at(tmp_path / "bare.git"), MAIN)).path == tmp_path / "linked"


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_branch_that_is_being_rebased(git_at: GitAt, repo: Path, backend: str) -> None:
    git(repo, "branch", "-q", "other", "HEAD~3")
    git(repo, "checkout", "-q", "other")
    commit(repo, "in the way", {"a": text(_5="other")})
    git(repo, "checkout", "-q", "main")
    subprocess.run(["git", "rebase", "-q", backend, "other"], cwd=repo, check=False, capture_output=True)
    found = only(holding(git_at(repo), MAIN))
    assert (found.ref, found.operation) == (None, "rebase")


def test_a_branch_that_a_rebase_will_move_too(git_at: GitAt, repo: Path) -> None:
    git(repo, "branch", "-q", "lower", "HEAD~1")
    env = {"GIT_SEQUENCE_EDITOR": "sed -i 1ibreak"}
    subprocess.run(
        ["git", "rebase", "-q", "-i", "--update-refs", "--force-rebase", "HEAD~3"],
        cwd=repo,
        env={**os.environ, **env},
        check=True,
        capture_output=True,
    )
    assert only(holding(git_at(repo), "refs/heads/lower")).operation == "rebase"


def test_a_branch_that_is_being_bisected(git_at: GitAt, repo: Path) -> None:
    git(repo, "bisect", "start", "HEAD", "HEAD~4")
    found = only(holding(git_at(repo), MAIN))
    assert (found.ref, found.operation) == (None, "bisect")


def test_an_unfinished_merge(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "other", "HEAD~1")
    commit(repo, "in the way", {"a": text(_5="other")})
    git(repo, "checkout", "-q", "main")
    subprocess.run(["git", "merge", "-q", "other"], cwd=repo, check=False, capture_output=True)
    assert only(holding(git_at(repo), MAIN)).operation == "merge"


def test_a_worktree_whose_disk_is_away(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "stick"))
    (tmp_path / "stick").rename(tmp_path / "unplugged")
    assert only(holding(git_at(repo), "refs/heads/side")).missing


def test_the_checkout_of_a_submodule(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    outer = make_repo(tmp_path / "outer")
    git(outer, "submodule", "add", "-q", str(make_repo(tmp_path / "inner")), "sub")
    assert only(holding(git_at(outer / "sub"), MAIN)).path == outer / "sub"
