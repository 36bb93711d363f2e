"""Worktrees of sessions: isolated, hidden, and made again from whatever is left of them."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git import worktrees
from ampsm_app.backend.git.branch_names import free_branch
from ampsm_app.backend.git.excludes import hide
from ampsm_app.backend.git.repository import Repository, discover, git_in
from ampsm_app.backend.git.revival import revive
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH
from tests.conftest import git, make_repo
from tests.support.worktree_state import worktree_state

CONTEXT = "AGENT_CONTEXT"


def head(repo: Path) -> str:
    return git(repo, "rev-parse", "HEAD")


def test_a_worktree_is_complete_clean_and_follows_nothing(repository: Repository, session_git: Git) -> None:
    worktree = session_git.cwd
    assert worktree == repository.root / ".worktrees" / "s1"
    assert git(worktree, "branch", "--show-current") == BRANCH
    assert git(worktree, "status", "--porcelain", "-uall") == ""
    assert (worktree / "README.md").read_text() == "hello\n"
    assert git(worktree, "for-each-ref", "--format=%(upstream)", f"refs/heads/{BRANCH}") == ""


def test_the_users_checkout_is_not_touched(repository: Repository, tmp_path: Path) -> None:
    root = repository.root
    (root / "README.md").write_text("dirty\n")
    (root / "untracked").write_text("x")
    git(root, "add", "README.md")
    before = worktree_state(root)
    path = worktrees.place_for(root, "s1")
    worktrees.add(repository.git, path, BRANCH, head(root))
    hide(root, repository.common_dir, path, CONTEXT)
    (path / CONTEXT / "SESSION.md").write_text("x")
    after = worktree_state(root)
    for key in ("index", "status", "head", "branch"):
        assert after[key] == before[key]
    assert git(path, "show", ":README.md") == "hello"


def test_from_a_remote_branch_nothing_is_tracked(repository: Repository) -> None:
    root = repository.root
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(root, "config", "remote.origin.url", str(root))
    git(root, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git(root, "config", "branch.autoSetupMerge", "always")
    worktrees.add(repository.git, root / ".worktrees" / "s1", BRANCH, "refs/remotes/origin/main")
    assert git(root, "for-each-ref", "--format=%(upstream)", f"refs/heads/{BRANCH}") == ""


def test_twelve_at_once(repository: Repository) -> None:
    root = repository.root
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")

    def make(number: int) -> None:
        path = worktrees.place_for(root, f"s{number}")
        worktrees.add(repository.git, path, f"amp/s/{number}", "origin/main")
        hide(root, repository.common_dir, path, CONTEXT)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(make, range(12)))
    listed = worktrees.listed(repository.git)
    assert {each.branch for each in listed} == {"main", *(f"amp/s/{number}" for number in range(12))}
    assert all(git(each.path, "status", "--porcelain") == "" for each in listed)
    lines = (repository.common_dir / "info" / "exclude").read_text().splitlines()
    assert lines.count("/.worktrees/") == lines.count(f"/{CONTEXT}/") == 1


def test_a_taken_branch_or_place_is_refused_and_leaves_nothing(
    repository: Repository, session_git: Git
) -> None:
    root = repository.root
    with pytest.raises(Conflict) as caught:
        worktrees.add(repository.git, root / ".worktrees" / "s2", BRANCH, head(root))
    assert caught.value.code == "branch_exists"
    with pytest.raises(Conflict) as caught:
        worktrees.add(repository.git, root / ".worktrees" / "s3", f"{BRANCH}/deeper", head(root))
    assert caught.value.code == "branch_exists"
    with pytest.raises(Conflict) as caught:
        worktrees.add(repository.git, session_git.cwd, "amp/new", head(root))
    assert caught.value.code == "path_exists"
    assert git(root, "branch", "--list", "amp/new") == ""
    assert len(worktrees.listed(repository.git)) == 2


def test_awkward_places(executor: Executor, tmp_path: Path) -> None:
    root = make_repo(tmp_path / 'a "quoted" répo\nwith 日本')
    repository = discover(executor, root)
    path = worktrees.place_for(root, "s1")
    worktrees.add(repository.git, path, "amp/ünï/日本", head(root))
    assert [each.path for each in worktrees.listed(repository.git)] == [root, path]
    assert revive(repository.git, path, "amp/ünï/日本") == "present"
    worktrees.remove(repository.git, path)
    assert len(worktrees.listed(repository.git)) == 1


def test_a_bare_repository_and_another_folder_for_worktrees(
    executor: Executor, repo: Path, tmp_path: Path
) -> None:
    git(repo, "clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    repository = discover(executor, tmp_path / "bare.git")
    for folder in (None, tmp_path / "elsewhere"):
        path = worktrees.place_for(repository.root, f"s{folder is None}", folder)
        worktrees.add(repository.git, path, free_branch(repository.git, "x", datetime.now(UTC)), "main")
        hide(repository.root, repository.common_dir, path, CONTEXT)
        assert git(path, "status", "--porcelain") == ""
    assert not (tmp_path / "elsewhere" / ".gitignore").exists()


def test_half_made_and_locked(repository: Repository) -> None:
    path = worktrees.place_for(repository.root, "s1")
    worktrees.create(repository.git, path, BRANCH, head(repository.root))
    (repository.common_dir / "worktrees" / "s1" / "locked").write_text("initializing")
    worktrees.remove(repository.git, path)
    assert not path.exists()
    assert len(worktrees.listed(repository.git)) == 1
    assert git(repository.root, "branch", "--list", BRANCH).strip() == BRANCH


@pytest.mark.parametrize("missing", ["gitdir", "commondir", "HEAD"])
def test_killed_while_git_wrote_its_entry(repository: Repository, missing: str) -> None:
    path = worktrees.place_for(repository.root, "s1")
    entry = repository.common_dir / "worktrees" / "s1"
    worktrees.create(repository.git, path, BRANCH, "main")
    (entry / "locked").write_text("initializing")
    (entry / missing).write_text("")
    if missing == "gitdir":
        (entry / missing).unlink()
        (path / ".git").unlink()
    worktrees.remove(repository.git, path)
    assert not entry.exists()
    assert len(worktrees.listed(repository.git)) == 1
    git(repository.root, "branch", "-q", "-D", BRANCH)
    worktrees.add(repository.git, path, BRANCH, "main")
    assert git(path, "status", "--porcelain") == ""


@pytest.mark.parametrize("broken", ["no link", "no folder", "no entry", "entry without HEAD", "submodules"])
def test_broken(repository: Repository, session_git: Git, tmp_path: Path, broken: str) -> None:
    path, entry = session_git.cwd, repository.common_dir / "worktrees" / "s1"
    match broken:
        case "no link":
            (path / ".git").unlink()
        case "no folder":
            shutil.rmtree(path)
        case "no entry":
            shutil.rmtree(entry)
        case "entry without HEAD":
            (entry / "HEAD").unlink()
        case _:
            library = make_repo(tmp_path / "library")
            git(path, "submodule", "--quiet", "add", str(library), "lib")
            (path / "lib" / "read only").mkdir(mode=0o555)
    worktrees.remove(repository.git, path)
    assert not path.exists()
    assert not entry.exists()


def test_worktrees_and_folders_of_others_stay(repository: Repository, tmp_path: Path) -> None:
    git(repository.root, "worktree", "add", "-q", "--detach", str(tmp_path / "users"))
    (tmp_path / "unplugged").mkdir()
    git(repository.root, "worktree", "add", "-q", "--detach", str(tmp_path / "unplugged" / "disk"))
    shutil.rmtree(tmp_path / "unplugged")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("x")
    path = worktrees.place_for(repository.root, "s1")
    worktrees.add(repository.git, path, BRANCH, "main")
    worktrees.remove(repository.git, path)
    worktrees.remove(repository.git, tmp_path / "folder")
    assert (tmp_path / "folder" / "file").exists()
    names = {each.path.name for each in worktrees.listed(repository.git)}
    assert names == {repository.root.name, "users", "disk"}


def test_killed_in_the_middle_of_making_it(repository: Repository, tmp_path: Path) -> None:
    for number in range(200):
        (repository.root / f"file {number}").write_text("x" * 1000)
    git(repository.root, "add", "-A")
    git(repository.root, "commit", "-q", "-m", "many")
    path = worktrees.place_for(repository.root, "s1")
    worktrees.create(repository.git, path, BRANCH, "main")
    git_in_path = git_in(repository, path)
    running = subprocess.Popen(["git", "reset", "-q", "--hard"], cwd=path)
    while not any(each.name != ".git" for each in path.iterdir()) and running.poll() is None:
        pass
    running.kill()
    running.wait()
    (repository.common_dir / "worktrees" / "s1" / "index.lock").unlink(missing_ok=True)
    worktrees.populate(git_in_path)
    assert git(path, "status", "--porcelain") == ""
    assert len(list(path.iterdir())) == 202
