"""A path leads to its repository, or to an error that says what to do."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError, NotFound
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.repository import (
    Repository,
    discover,
    git_in,
    identity,
    uncommitted_count,
)
from ampsm_app.backend.git.runner import Git
from tests.conftest import git, make_repo


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_root_and_folders_inside_lead_to_the_same_repository(executor: Executor, repo: Path) -> None:
    (repo / "deep" / "folder").mkdir(parents=True)
    for place in (repo, repo / "deep" / "folder", repo / ".git"):
        found = discover(executor, place)
        assert (found.root, found.common_dir, found.bare) == (repo, repo / ".git", False)
        assert found.git.cwd == repo


@pytest.mark.parametrize("name", ["new\nline", "ends\n", "quote\"d 'ü' 日本", " spaces "])
def test_awkward_folder_names(executor: Executor, tmp_path: Path, name: str) -> None:
    root = make_repo(tmp_path / "odd" / name)
    (root / "sub").mkdir()
    assert discover(executor, root / "sub").root == root


def test_a_linked_worktree_leads_to_the_main_one(executor: Executor, repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", str(tmp_path / "linked"))
    found = discover(executor, tmp_path / "linked")
    assert (found.root, found.common_dir) == (repo, repo / ".git")


def test_a_bare_repository_and_its_worktrees(executor: Executor, repo: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(repo, "clone", "-q", "--bare", ".", str(bare))
    git(bare, "worktree", "add", "-q", str(tmp_path / "linked"))
    for place in (bare, tmp_path / "linked"):
        found = discover(executor, place)
        assert (found.root, found.common_dir, found.bare) == (bare, bare, True)
    assert uncommitted_count(discover(executor, bare)) == 0


def test_a_submodule_is_its_own_repository(executor: Executor, repo: Path, tmp_path: Path) -> None:
    library = make_repo(tmp_path / "library")
    git(repo, "submodule", "--quiet", "add", str(library), "deps/lib")
    git(repo / "deps" / "lib", "worktree", "add", "-q", str(tmp_path / "linked"))
    for place in (repo / "deps" / "lib", tmp_path / "linked"):
        found = discover(executor, place)
        assert found.root == repo / "deps" / "lib"
        assert found.common_dir == repo / ".git" / "modules" / "deps" / "lib"
        assert not found.bare


def test_a_link_to_a_repository(executor: Executor, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo)
    assert discover(executor, tmp_path / "link").root == repo


def test_an_inherited_git_dir_leads_nobody_astray(
    executor: Executor, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert discover(executor, repo).root == repo


@pytest.mark.parametrize("what", ["a folder", "a file", "nothing"])
def test_no_repository(executor: Executor, tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    if what == "a folder":
        place.mkdir()
    elif what == "a file":
        place.write_text("x")
    with pytest.raises(NotFound, match="Could not locate git repository") as caught:
        discover(executor, place)
    assert str(place) in caught.value.message
    assert "git init" in (caught.value.hint or "")


@pytest.mark.skipif(os.name == "nt", reason="scripts")
def test_git_that_is_missing_too_old_or_distrustful(
    executor: Executor, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(GitError, match="not found") as caught:
        discover(executor, repo)
    assert caught.value.code == "no_git"
    program(tools, "git", 'echo "git version 2.37.1 (Apple Git-137)"')
    with pytest.raises(GitError, match=r"2\.37\.1 is too old") as caught:
        discover(executor, repo)
    assert caught.value.code == "old_git"
    owner = "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128"
    program(tools, "git", f'[ "$7" = version ] && echo "git version 2.39.5" && exit 0\n{owner}')
    with pytest.raises(GitError) as caught:
        discover(executor, repo)
    assert caught.value.code == "unsafe_repository"
    assert "safe.directory" in (caught.value.hint or "")


def test_identity_is_what_git_would_use(executor: Executor, repo_git: Git, private_home: Path) -> None:
    assert identity(repo_git) == "Ada Tester <ada@example.org>"
    (private_home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert identity(repo_git) is None


def test_uncommitted_files_are_counted_one_by_one(repository: Repository) -> None:
    root = repository.root
    assert uncommitted_count(repository) == 0
    (root / "folder").mkdir()
    for name in ("folder/a", "folder/b", "new\nline"):
        (root / name).write_text("x")
    git(root, "mv", "README.md", "LIESMICH")
    assert uncommitted_count(repository) == 5


def test_a_repository_without_commits(executor: Executor, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "empty")
    found = discover(executor, tmp_path / "empty")
    assert found.root == tmp_path / "empty"
    assert uncommitted_count(found) == 0


def test_git_in_a_worktree_that_lost_its_link_does_not_find_the_users_checkout(
    repository: Repository, session_git: Git
) -> None:
    (session_git.cwd / ".git").unlink()
    with pytest.raises(GitError, match="not a git repository"):
        git_in(repository, session_git.cwd).text("rev-parse", "HEAD")
