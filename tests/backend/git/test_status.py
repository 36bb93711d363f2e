"""The status of a worktree, whatever its files are called and whatever waits to be finished in it."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.domain.review import ChangedFile, WorkingFile
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import read_status
from tests.backend.git.conftest import BRANCH, changed_paths
from tests.conftest import git

CONTEXT = "AGENT_CONTEXT"


def files(session_git: Git) -> dict[str, WorkingFile]:
    return {each.path: each for each in read_status(session_git, context_dir=CONTEXT).files}


def diverge(worktree: Path) -> None:
    """Two branches that change the same line; this worktree stands on one of them."""
    git(worktree, "checkout", "-q", "-b", "theirs")
    (worktree / "README.md").write_text("theirs\n")
    git(worktree, "commit", "-q", "-am", "theirs")
    git(worktree, "checkout", "-q", BRANCH)
    (worktree / "README.md").write_text("ours\n")
    git(worktree, "commit", "-q", "-am", "ours")


def test_a_clean_worktree(session_git: Git) -> None:
    status = read_status(session_git, context_dir=CONTEXT)
    assert (status.head, status.branch) == (git(session_git.cwd, "rev-parse", "HEAD"), BRANCH)
    assert (status.state, status.files, status.unmerged) == (None, (), ())


def test_letters_as_git_prints_them(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "both").write_text("a\n")
    git(worktree, "add", "both")
    (worktree / "both").write_text("b\n")
    (worktree / "README.md").unlink()
    (worktree / "new\nline ü").write_text("x")
    found = files(session_git)
    assert (found["both"].index, found["both"].worktree) == ("A", "M")
    assert found["both"].staged
    assert found["both"].unstaged
    assert (found["README.md"].index, found["README.md"].worktree) == (" ", "D")
    assert not found["README.md"].staged
    assert (found["new\nline ü"].index, found["new\nline ü"].untracked) == ("?", True)
    assert not found["new\nline ü"].unstaged


def test_a_rename_has_both_names(session_git: Git) -> None:
    git(session_git.cwd, "mv", "README.md", "a -> b")
    renamed = files(session_git)["a -> b"]
    assert (renamed.index, renamed.old_path) == ("R", "README.md")
    assert changed_paths(session_git, context_dir=CONTEXT) == ["README.md", "a -> b"]


def test_our_folders_are_left_out_even_where_their_ignore_file_is_gone(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / CONTEXT / ".gitignore").unlink()
    (worktree / CONTEXT / "SESSION.md").write_text("x")
    exclude = git(worktree, "rev-parse", "--git-path", "info/exclude")
    (worktree / exclude).unlink()
    (worktree / ".worktrees").mkdir()
    (worktree / ".worktrees" / "x").write_text("x")
    (worktree / "work").write_text("x")
    assert changed_paths(session_git, context_dir=CONTEXT) == ["work"]


def test_detached_and_before_the_first_commit(repo_git: Git, tmp_path: Path) -> None:
    git(repo_git.cwd, "checkout", "-q", "--detach")
    assert read_status(repo_git).branch is None
    git(tmp_path, "init", "-q", "empty")
    status = read_status(repo_git.at(tmp_path / "empty"))
    assert (status.head, status.branch) == (None, "main")


@pytest.mark.parametrize("state", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
def test_what_waits_to_be_finished(session_git: Git, state: str) -> None:
    worktree = session_git.cwd
    diverge(worktree)
    match state:
        case "bisect":
            git(worktree, "bisect", "start")
        case "revert":
            git(worktree, "revert", "--no-commit", "HEAD")
            (worktree / "README.md").write_text("half\n")
        case _:
            session_git.attempt(state, "theirs")
    status = read_status(session_git, context_dir=CONTEXT)
    assert status.state == state
    if state in ("merge", "rebase", "cherry-pick"):
        assert status.unmerged == ("README.md",)
        assert status.files[0].unmerged
        assert not status.files[0].staged
        assert (status.files[0].index, status.files[0].worktree) == ("U", "U")


def test_looking_takes_no_lock_and_writes_nothing(session_git: Git) -> None:
    index = Path(git(session_git.cwd, "rev-parse", "--absolute-git-dir")) / "index"
    (session_git.cwd / "README.md").touch()
    before = (index.read_bytes(), index.stat().st_mtime_ns)
    (index.parent / "index.lock").touch()
    read_status(session_git, context_dir=CONTEXT)
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


@pytest.mark.skipif(os.name != "posix", reason="names are bytes")
def test_names_that_are_no_utf8_cross_json(session_git: Git) -> None:
    name = os.fsdecode(b"latin-\xe9")
    (session_git.cwd / name).write_text("x")
    assert changed_paths(session_git, context_dir=CONTEXT) == [name]
    carried = files(session_git)[name].model_dump_json()
    assert WorkingFile.model_validate_json(carried).path == name
    assert ChangedFile(path="plain ü", change="added").model_dump(mode="json")["path"] == "plain ü"
