"""Trees of what is not committed: the worktree with its untracked files, and the index.

Worktree, index and refs stay byte for byte as they are. With a `scratch` git the new objects go with it, and
the repository is untouched; with a plain one they stay, and a ref can keep them.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.layout import git_dir
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.staging import add_path, add_worktree


def worktree_tree(git: Git, *, context_dir: str) -> str:
    """The tree that a commit of everything in the worktree would have, without `context_dir`."""
    with _index_copy(git) as env:
        add_worktree(git, (context_dir, WORKTREES_DIR), env)
        return _write_tree(git, env)


def worktree_tree_for(git: Git, path: str, *, context_dir: str) -> str:
    """A tree that stands for `worktree_tree` where only `path` is asked about, and what it was renamed from.

    Of the worktree it has this path, and lacks what is deleted; all else is as staged.
    """
    place = git.cwd / path
    if (place.is_dir() and not place.is_symlink()) or path.startswith((f"{context_dir}/", WORKTREES_DIR)):
        return worktree_tree(git, context_dir=context_dir)
    with _index_copy(git) as env:
        _settle(git, env)
        deleted = git.read("ls-files", "-z", "--deleted", env=env)
        git.write("update-index", "--force-remove", "-z", "--stdin", stdin=deleted, env=env)
        add_path(git, path, env)
        return _write_tree(git, env)


def index_tree(git: Git) -> str:
    """The tree of what is staged; a path with a conflict counts as the side that was checked out."""
    with _index_copy(git) as env:
        _settle(git, env)
        return _write_tree(git, env)


def _settle(git: Git, env: Mapping[str, str]) -> None:
    unmerged = git.read("ls-files", "-z", "--unmerged", env=env)
    if unmerged:
        git.write("update-index", "-z", "--index-info", stdin=_settled(unmerged), env=env)


def _write_tree(git: Git, env: Mapping[str, str]) -> str:
    # A partial clone lacks objects that nobody looked at yet; asking for them all would fetch them all.
    return decode(git.write("write-tree", "--missing-ok", env=env)).strip()


@contextmanager
def _index_copy(git: Git) -> Iterator[dict[str, str]]:
    """Environment for a throw-away copy of the index."""
    with temporary_folder("index") as folder:
        copy, index = Path(folder) / "index", git_dir(git.cwd) / "index"
        if index.exists():
            # With its time: git trusts entries only if their files are older than the index.
            shutil.copy2(index, copy)
        yield {"GIT_INDEX_FILE": os.fspath(copy), **_unsplit()}


def _unsplit() -> dict[str, str]:
    """Configuration by environment, after the user's own: a shared index would land beside the real one."""
    number = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": "core.splitIndex",
        f"GIT_CONFIG_VALUE_{number}": "false",
    }


def _settled(unmerged: bytes) -> bytes:
    lines: dict[str, bytes] = {}
    for entry in unmerged.split(b"\0")[:-1]:
        head, path = entry.split(b"\t", 1)
        mode, oid, stage = head.split(b" ")
        gone = b"0 " + b"0" * len(oid) + b"\t" + path + b"\0"
        lines.setdefault(decode(path), gone)
        if stage == b"2":
            lines[decode(path)] = gone + mode + b" " + oid + b"\t" + path + b"\0"
    return b"".join(lines.values())
