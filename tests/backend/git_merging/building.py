"""Repositories with diverged histories, and exact pictures of checkouts."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import git as run_git

LINES = [f"line {number}" for number in range(1, 13)]
Edit = Callable[[Path], None]


def text(**changed: str) -> str:
    """Twelve lines; `_5="X"` changes the fifth."""
    lines = list(LINES)
    for number, new in changed.items():
        lines[int(number.strip("_")) - 1] = new
    return "\n".join(lines) + "\n"


def commit(repo: Path, message: str, files: dict[str, str | bytes | None] | None = None, **env: str) -> str:
    """Write files (None deletes), commit everything, and return the commit's id."""
    for name, content in (files or {}).items():
        put(repo / name, content)
    run_git(repo, "add", "-A")
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", message],
        cwd=repo,
        check=True,
        env={**os.environ, **env},
    )
    return run_git(repo, "rev-parse", "HEAD")


def put(path: Path, content: str | bytes | None) -> None:
    """Make a file be exactly this; `-> target` makes a symlink, None removes."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    if content is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str) and content.startswith("-> "):
        path.symlink_to(content.removeprefix("-> "))
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def diverge(repo: Path, *, base: Edit, session: Edit) -> None:
    """From here: a branch `session` with one change, and `main`, which stays checked out, with another."""
    run_git(repo, "checkout", "-q", "-b", "session")
    session(repo)
    commit(repo, "amp: session's change")
    run_git(repo, "checkout", "-q", "main")
    base(repo)
    commit(repo, "base's change")


def edits(**files: str | bytes | None) -> Edit:
    """An edit that writes files; `__` in a name stands for a dot, `None` deletes."""

    def edit(repo: Path) -> None:
        for name, content in files.items():
            put(repo / name.replace("__", "."), content)

    return edit


def picture(checkout: Path) -> dict[str, tuple[str, str]]:
    """Each path's mode and content in a checkout, ignored files included, its index and the refs."""
    seen: dict[str, tuple[str, str]] = {}
    for folder, folders, files in os.walk(checkout):
        if ".git" in folders:
            folders.remove(".git")
        for name in [*files, *folders]:
            path = Path(folder) / name
            seen[str(path.relative_to(checkout))] = _seen(path)
    git_dir = Path(run_git(checkout, "rev-parse", "--absolute-git-dir"))
    for name in ("index", "HEAD", "MERGE_HEAD", "MERGE_MSG", "ORIG_HEAD", "index.lock"):
        if (git_dir / name).exists():
            seen[f"git:{name}"] = _seen(git_dir / name)
    seen["git:refs"] = ("", run_git(checkout, "for-each-ref", "--format=%(refname) %(objectname)"))
    return seen


def _seen(path: Path) -> tuple[str, str]:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "link", str(path.readlink())
    if stat.S_ISDIR(mode):
        return "folder", ""
    return oct(mode & 0o111), hashlib.sha256(path.read_bytes()).hexdigest()
