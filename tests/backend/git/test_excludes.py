"""Our folders show in no status, whatever the repository ignores."""

import shutil
from pathlib import Path

from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git import worktrees
from ampsm_app.backend.git.excludes import context_dir_name, exclude, hide
from ampsm_app.backend.git.repository import Repository, discover
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH
from tests.conftest import git, make_repo

CONTEXT = "AGENT_CONTEXT"


def head(repo: Path) -> str:
    return git(repo, "rev-parse", "HEAD")


def test_a_whitelisting_repository(executor: Executor, tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {".gitignore": "*\n!*/\n!*.md\n!.gitignore\n", "README.md": "x\n"})
    repository = discover(executor, root)
    path = worktrees.place_for(root, "s1")
    worktrees.add(repository.git, path, BRANCH, "main")
    hide(root, repository.common_dir, path, CONTEXT)
    (path / CONTEXT / "SESSION.md").write_text("x")
    for place in (root, path):
        assert git(place, "status", "--porcelain", "-uall") == ""
        git(place, "add", "-A")
        assert git(place, "status", "--porcelain", "-uall") == ""


def test_a_repository_with_a_context_folder_of_its_own(executor: Executor, tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"agent_context/theirs.md": "x\n"})
    repository = discover(executor, root)
    assert context_dir_name(repository.git, "HEAD") == ".ampsm-context"
    worktrees.add(repository.git, path := worktrees.place_for(root, "s1"), BRANCH, "main")
    hide(root, repository.common_dir, path, ".ampsm-context")
    (path / ".ampsm-context" / "SESSION.md").write_text("x")
    (path / "agent_context" / "more.md").write_text("x")
    assert git(path, "status", "--porcelain", "-uall") == "?? agent_context/more.md"
    assert (
        context_dir_name(repository.git, git(root, "hash-object", "-w", "-t", "tree", "/dev/null")) == CONTEXT
    )


def test_what_stands_in_info_exclude_stays(repository: Repository) -> None:
    path = repository.common_dir / "info" / "exclude"
    path.write_bytes(b"# mine\r\nno newline")
    exclude(repository.common_dir, "/AGENT_CONTEXT/", "/.worktrees/")
    exclude(repository.common_dir, "/AGENT_CONTEXT/")
    assert path.read_bytes() == b"# mine\r\nno newline\n/AGENT_CONTEXT/\n/.worktrees/\n"
    shutil.rmtree(path.parent)
    exclude(repository.common_dir, "/x/")
    assert path.read_text() == "/x/\n"


def test_a_link_in_place_of_our_folder_is_replaced_not_followed(
    repository: Repository, session_git: Git, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(session_git.cwd / CONTEXT)
    (session_git.cwd / CONTEXT).symlink_to(outside)
    hide(repository.root, repository.common_dir, session_git.cwd, CONTEXT)
    assert list(outside.iterdir()) == []
    assert (session_git.cwd / CONTEXT / ".gitignore").read_text() == "*\n"


def test_a_gitignore_of_the_users_in_the_folder_of_worktrees_stays(repository: Repository) -> None:
    (repository.root / ".worktrees").mkdir()
    (repository.root / ".worktrees" / ".gitignore").write_text("mine\n")
    path = worktrees.place_for(repository.root, "s1")
    worktrees.add(repository.git, path, BRANCH, "main")
    hide(repository.root, repository.common_dir, path, CONTEXT)
    assert (repository.root / ".worktrees" / ".gitignore").read_text() == "mine\n"
    assert git(repository.root, "status", "--porcelain") == ""
