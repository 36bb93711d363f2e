"""What sessions start from, asked for or detected."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.bases import choose_base, detect_base, find_base
from ampsm_app.backend.git.repository import Repository, discover
from ampsm_app.backend.git.runner import Git
from tests.conftest import git


def with_origin(repo: Path, branch: str) -> None:
    git(repo, "update-ref", f"refs/remotes/origin/{branch}", "HEAD")
    git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{branch}")


def test_origin_head_comes_first_as_the_local_branch_where_there_is_one(repo: Path, repo_git: Git) -> None:
    with_origin(repo, "team/trunk")
    assert detect_base(repo_git) == "origin/team/trunk"
    git(repo, "branch", "team/trunk")
    assert detect_base(repo_git) == "team/trunk"


def test_then_the_only_one_of_main_and_master(repo: Path, repo_git: Git) -> None:
    git(repo, "checkout", "-q", "-b", "work")
    assert detect_base(repo_git) == "main"
    git(repo, "branch", "-m", "main", "master")
    assert detect_base(repo_git) == "master"


def test_then_the_branch_checked_out_and_none_in_doubt(repo: Path, repo_git: Git) -> None:
    git(repo, "branch", "master")
    git(repo, "checkout", "-q", "-b", "work")
    assert detect_base(repo_git) == "work"
    git(repo, "checkout", "-q", "--detach")
    assert detect_base(repo_git) is None


def test_the_configured_one_wins_where_it_exists(repo: Path, repo_git: Git) -> None:
    git(repo, "branch", "develop")
    git(repo, "update-ref", "refs/remotes/origin/next", "HEAD")
    assert detect_base(repo_git, "develop") == "develop"
    assert detect_base(repo_git, "origin/next") == "origin/next"
    assert detect_base(repo_git, "elsewhere") == "main"


def test_every_kind_of_base(repo: Path, repo_git: Git) -> None:
    head = git(repo, "rev-parse", "HEAD")
    git(repo, "branch", "both")
    git(repo, "tag", "-a", "both", "-m", "x", git(repo, "commit-tree", "HEAD^{tree}", "-m", "y"))
    git(repo, "tag", "v1")
    with_origin(repo, "feature/x")
    kinds = {name: find_base(repo_git, name) for name in ("both", "v1", "origin/feature/x", head, head[:8])}
    assert [base.kind for base in kinds.values()] == ["branch", "tag", "remote", "commit", "commit"]
    assert {base.commit for base in kinds.values()} == {head}
    assert kinds["both"].ref == "refs/heads/both"
    assert kinds[head].ref is None
    assert find_base(repo_git, "refs/tags/both").kind == "tag"
    assert find_base(repo_git, "HEAD").name == "main"
    assert find_base(repo_git, "main~0").kind == "commit"


@pytest.mark.parametrize("name", ["mian", "--all", "no such", "", "feature/*", "a..b", "日本"])
def test_what_does_not_exist_is_said(repository: Repository, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        find_base(repository.git, name)
    assert caught.value.code == "no_such_base"
    if name == "mian":
        assert "main" in (caught.value.hint or "")


def test_nothing_to_start_from(
    executor: Executor, tmp_path: Path, repo: Path, repository: Repository
) -> None:
    git(tmp_path, "init", "-q", "empty")
    with pytest.raises(Conflict, match="no commit yet") as caught:
        choose_base(discover(executor, tmp_path / "empty"), None)
    assert caught.value.code == "no_commits"
    git(repo, "branch", "master")
    git(repo, "checkout", "-q", "--detach")
    with pytest.raises(InvalidInput, match="cannot be told"):
        choose_base(repository, None)
    assert choose_base(repository, "master").name == "master"
