"""Whatever is left of a worktree is kept, whatever is missing comes back."""

import shutil
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.git import worktrees
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.revival import revive
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH, changed_paths
from tests.conftest import git
from tests.support.worktree_state import files_of, worktree_state

CONTEXT = "AGENT_CONTEXT"


def head(repo: Path) -> str:
    return git(repo, "rev-parse", "HEAD")


def work(worktree: Path) -> None:
    (worktree / "README.md").write_text("edited\n")
    (worktree / "staged").write_text("staged\n")
    git(worktree, "add", "staged")
    (worktree / "untracked").write_text("untracked\n")


def test_nothing_missing(repository: Repository, session_git: Git) -> None:
    work(session_git.cwd)
    before = worktree_state(session_git.cwd)
    assert revive(repository.git, session_git.cwd, BRANCH) == "present"
    assert worktree_state(session_git.cwd) == before


def test_the_link_is_missing(repository: Repository, session_git: Git) -> None:
    work(session_git.cwd)
    before = worktree_state(session_git.cwd)
    (session_git.cwd / ".git").unlink()
    assert revive(repository.git, session_git.cwd, BRANCH) == "relinked"
    assert worktree_state(session_git.cwd) == before


def test_the_folder_is_gone_what_was_staged_comes_back(repository: Repository, session_git: Git) -> None:
    work(session_git.cwd)
    shutil.rmtree(session_git.cwd)
    assert revive(repository.git, session_git.cwd, BRANCH) == "relinked"
    assert git(session_git.cwd, "status", "--porcelain") == "A  staged"
    assert (session_git.cwd / "staged").read_text() == "staged\n"


def test_the_entry_is_gone_the_files_stay(repository: Repository, session_git: Git) -> None:
    work(session_git.cwd)
    before = files_of(session_git.cwd)
    shutil.rmtree(repository.common_dir / "worktrees")
    assert revive(repository.git, session_git.cwd, BRANCH) == "recreated"
    assert files_of(session_git.cwd) == before
    assert changed_paths(session_git, context_dir=CONTEXT) == ["README.md", "staged", "untracked"]


def test_everything_but_the_branch_is_gone(repository: Repository, session_git: Git) -> None:
    worktrees.remove(repository.git, session_git.cwd)
    assert revive(repository.git, session_git.cwd, BRANCH) == "recreated"
    assert git(session_git.cwd, "status", "--porcelain") == ""
    assert git(session_git.cwd, "branch", "--show-current") == BRANCH


def test_the_branch_too(repository: Repository, session_git: Git) -> None:
    worktrees.remove(repository.git, session_git.cwd)
    git(repository.root, "branch", "-q", "-D", BRANCH)
    with pytest.raises(NotFound) as caught:
        revive(repository.git, session_git.cwd, BRANCH)
    assert caught.value.code == "branch_missing"


def test_a_repository_that_somebody_made_in_its_place_is_kept(
    repository: Repository, session_git: Git
) -> None:
    (session_git.cwd / ".git").unlink()
    git(session_git.cwd, "init", "-q")
    git(session_git.cwd, "commit", "-q", "--allow-empty", "-m", "precious")
    assert revive(repository.git, session_git.cwd, BRANCH) == "relinked"
    (kept,) = (repository.common_dir / "ampsm" / "trash").glob("s1-repository-*/repository")
    assert git(kept, "log", "--format=%s") == "precious"


@pytest.mark.parametrize("step", ["aside", "entry", "link"])
def test_a_killed_revival_is_continued(repository: Repository, session_git: Git, step: str) -> None:
    """The states between the renames of making an entry around found files."""
    worktree = session_git.cwd
    work(worktree)
    before = files_of(worktree)
    shutil.rmtree(repository.common_dir / "worktrees")
    found = worktree.with_name("s1.found")
    worktree.rename(found)
    if step != "aside":
        worktrees.add_existing(repository.git, worktree, BRANCH)
    if step == "link":
        (found / ".git").unlink()
        (worktree / ".git").rename(found / ".git")
    assert revive(repository.git, worktree, BRANCH) == "recreated"
    assert files_of(worktree) == before
    assert not found.exists()


def test_a_branch_checked_out_elsewhere(repository: Repository, session_git: Git) -> None:
    worktrees.remove(repository.git, session_git.cwd)
    git(repository.root, "checkout", "-q", BRANCH)
    with pytest.raises(Conflict) as caught:
        revive(repository.git, session_git.cwd, BRANCH)
    assert caught.value.code == "branch_checked_out"
