"""One writer a repository, and nothing removed that somebody may still hold."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.git.locks import clear_stale_locks, repository_lock
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH

SHARED = ("packed-refs.lock", "config.lock", f"refs/heads/{BRANCH}.lock")
OWN = ("worktrees/s1/index.lock", "worktrees/s1/HEAD.lock")


def now() -> datetime:
    return datetime.now(UTC)


def leave(common: Path, *names: str) -> list[Path]:
    for name in names:
        (common / name).touch()
    return [common / name for name in names]


@contextmanager
def git_at_work(place: Path) -> Iterator[None]:
    """A git process that stands somewhere and waits."""
    process = subprocess.Popen(["git", "cat-file", "--batch"], cwd=place, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.communicate()


def clear(repository: Repository, worktree: Path | None, since: datetime) -> tuple[list[Path], list[Path]]:
    done = clear_stale_locks(
        repository.common_dir, worktree, refs=[f"refs/heads/{BRANCH}"], since=since, wait_s=0.2
    )
    return sorted(done.removed), sorted(done.left)


def test_what_a_killed_git_left_is_removed(repository: Repository, session_git: Git) -> None:
    began = now()
    locks = leave(repository.common_dir, *SHARED, *OWN)
    assert clear(repository, session_git.cwd, began) == (sorted(locks), [])
    assert clear(repository, session_git.cwd, began) == ([], [])


def test_older_ones_and_those_of_others_stay(repository: Repository, session_git: Git) -> None:
    locks = leave(repository.common_dir, *SHARED, *OWN)
    leave(repository.common_dir, "index.lock")
    old = (now() - timedelta(minutes=5)).timestamp()
    for lock in locks:
        os.utime(lock, (old, old))
    assert clear(repository, session_git.cwd, now()) == ([], sorted(locks))
    assert all(lock.exists() for lock in locks)
    assert (repository.common_dir / "index.lock").exists()


def test_a_git_elsewhere_in_the_repository_holds_what_is_shared(
    repository: Repository, session_git: Git
) -> None:
    began = now()
    shared, own = leave(repository.common_dir, *SHARED), leave(repository.common_dir, *OWN)
    with git_at_work(repository.root):
        assert clear(repository, session_git.cwd, began) == (sorted(own), sorted(shared))
    assert clear(repository, session_git.cwd, began) == (sorted(shared), [])


def test_a_git_in_the_worktree_holds_everything(repository: Repository, session_git: Git) -> None:
    began = now()
    locks = leave(repository.common_dir, *SHARED, *OWN)
    with git_at_work(session_git.cwd):
        assert clear(repository, session_git.cwd, began) == ([], sorted(locks))


def test_the_users_checkout_and_a_worktree_that_is_gone(repository: Repository, session_git: Git) -> None:
    began = now()
    (lock,) = leave(repository.common_dir, "index.lock")
    assert clear(repository, repository.root, began) == ([lock], [])
    for path in (session_git.cwd / ".git", session_git.cwd / "README.md"):
        path.unlink()
    (lock,) = leave(repository.common_dir, "worktrees/s1/index.lock")
    assert clear(repository, session_git.cwd, began) == ([lock], [])


def test_another_process_is_waited_for_and_named(repository: Repository) -> None:
    script = (
        "import sys, pathlib\n"
        "from ampsm_app.backend.git.locks import repository_lock\n"
        "with repository_lock(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(repository.common_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with (
        pytest.raises(Conflict, match="Another operation") as caught,
        repository_lock(repository.common_dir, timeout_s=0.2),
    ):
        pass
    assert caught.value.code == "repository_busy"
    with repository_lock(repository.common_dir, "another name", timeout_s=0.2):
        pass
    holder.kill()
    holder.communicate()
    with repository_lock(repository.common_dir, timeout_s=5):
        pass


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(GitError, match="Nothing can be written"), repository_lock(tmp_path / "file"):
        pass
