"""A restore that is killed at any moment is finished by doing it again."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.environment import MARK
from ampsm_app.backend.git.backup_restore import restore
from ampsm_app.backend.git.backups import take
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH
from tests.conftest import git
from tests.support.worktree_state import worktree_state

CONTEXT = "AGENT_CONTEXT"
PROGRAM = """
import sys
from pathlib import Path
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.backup_restore import restore
from ampsm_app.backend.git.runner import Git
git = Git(Executor(), Path(sys.argv[1]))
print("ready", flush=True)
restore(git, sys.argv[2], context_dir="AGENT_CONTEXT", before=None)
"""


def work(worktree: Path) -> None:
    for number in range(40):
        (worktree / f"new {number}").write_text(f"{number}\n" * 500)
    (worktree / "README.md").write_text("edited\n")
    git(worktree, "add", "new 1", "README.md")
    (worktree / "new 1").unlink()


def other_work(worktree: Path) -> None:
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "other")
    (worktree / "README.md").unlink()
    (worktree / "new 2").write_text("again\n")
    (worktree / "folder").mkdir()
    (worktree / "folder" / "file").write_text("x\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("seed", range(6))
def test_killed_and_done_again(repository: Repository, session_git: Git, seed: int) -> None:
    worktree = session_git.cwd
    work(worktree)
    before = worktree_state(worktree)
    point = take(session_git, session_id="s1", operation="x", context_dir=CONTEXT)
    other_work(worktree)
    present = take(session_git, session_id="s1", operation="restore", context_dir=CONTEXT)
    began = datetime.now(UTC)
    kill_it(worktree, point.ref, random.Random(seed).uniform(0, 0.12))
    done = clear_stale_locks(repository.common_dir, worktree, refs=[f"refs/heads/{BRANCH}"], since=began)
    assert done.left == ()
    restore(session_git, point.ref, context_dir=CONTEXT, before=None)
    assert worktree_state(worktree) == before
    restore(session_git, present.ref, context_dir=CONTEXT, before=None)
    assert (worktree / "new 2").read_text() == "again\n"
    assert git(repository.root, "fsck", "--no-dangling", "--connectivity-only") == ""


def kill_it(worktree: Path, ref: str, after_s: float) -> None:
    mark = f"ampsm-test-{random.randbytes(4).hex()}"
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(worktree), ref],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env={**os.environ, MARK: mark},
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    time.sleep(after_s)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    trees.sweep(mark)
