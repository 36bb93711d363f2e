"""Whatever a file is called, every way of looking at it and of keeping it agrees on its name."""

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ampsm_app.backend.git import backups, diffs, staging
from ampsm_app.backend.git.backup_restore import restore
from ampsm_app.backend.git.file_diffs import file_diff
from ampsm_app.backend.git.repository import Repository, git_in
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.git.worktrees import add, place_for
from tests.backend.git.conftest import changed_paths
from tests.conftest import git
from tests.support.worktree_state import files_of

CONTEXT = "AGENT_CONTEXT"
ALPHABET = [bytes([byte]) for byte in range(1, 256) if byte != ord("/")]
CHARACTERS = ["ü", "e\u0301", "日", "🙂", "\u202e", "\u2028", '"', "\\", "\n", " ", "*", "?", "[", ":", "!"]


def random_name(chance: random.Random) -> bytes:
    parts = [chance.choice(ALPHABET) for _ in range(chance.randint(1, 6))]
    parts += [chance.choice(CHARACTERS).encode() for _ in range(chance.randint(0, 4))]
    chance.shuffle(parts)
    return b"".join(parts)


def some_files(worktree: Path, seed: int) -> set[str]:
    chance = random.Random(seed)
    names: set[str] = set()
    while len(names) < 60:
        name = random_name(chance)
        if chance.random() < 0.2:
            name = b"folder " + random_name(chance) + b"/" + name
        text = os.fsdecode(name)
        if text.lower().startswith(".git") or text in (".", "..") or "/." in text:
            continue
        (worktree / text).parent.mkdir(exist_ok=True)
        (worktree / text).write_bytes(name)
        names.add(text)
    return names


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are not bytes")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_names(session_git: Git, seed: int) -> None:
    worktree = session_git.cwd
    names = some_files(worktree, seed)
    before = files_of(worktree)
    assert set(changed_paths(session_git, context_dir=CONTEXT)) == names
    with diffs.against_base(session_git, "main", context_dir=CONTEXT) as sides:
        listed = diffs.change_list(sides, "base").files
        assert {each.path for each in listed if not each.old_path} == names
        for name in sorted(names)[:8]:
            assert file_diff(sides, name).change == "added"
    point = backups.take(session_git, session_id="s1", operation="x", context_dir=CONTEXT)
    state = read_status(session_git, context_dir=CONTEXT, renames=False)
    assert {each.path for each in staging.stage_all(session_git, state, context_dir=CONTEXT).changes} == names
    git(worktree, "commit", "-q", "-m", "all")
    for name in names:
        (worktree / name).unlink()
    restore(session_git, point.ref, context_dir=CONTEXT)
    assert files_of(worktree) == before


def test_many_sessions_back_up_and_expire_at_once(repository: Repository) -> None:
    def session(number: int) -> None:
        path = place_for(repository.root, f"s{number}")
        add(repository.git, path, f"amp/s/{number}", "main")
        worktree = git_in(repository, path)
        for turn in range(3):
            (path / "work").write_text(f"{number} {turn}\n")
            point = backups.take(worktree, session_id=f"s{number}", operation="x", context_dir=CONTEXT)
            staging.stage_all(worktree, read_status(worktree, context_dir=CONTEXT), context_dir=CONTEXT)
            backups.expire(worktree, older_than=point.created_at, session_id=f"s{number}")
            restore(worktree, point.ref, context_dir=CONTEXT, before=None)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(session, range(6)))
    assert len(backups.listed(repository.git)) == 6
    assert git(repository.root, "fsck", "--no-dangling", "--connectivity-only") == ""
