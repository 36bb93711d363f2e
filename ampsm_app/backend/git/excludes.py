"""Keeps our folders out of the user's status and commits, whatever the repository's ignore rules say.

The innermost `.gitignore` wins over a repository's own whitelist, so each of our folders has one that
ignores everything, itself included; `info/exclude`, which all worktrees share, is the second belt.
"""

import os
import tempfile
from pathlib import Path

from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.git.runner import Git, nul_list

CONTEXT_DIR = "AGENT_CONTEXT"
WORKTREES_DIR = ".worktrees"

_OTHER_CONTEXT_DIR = ".ampsm-context"
_EVERYTHING = "*\n"


def context_dir_name(git: Git, commit: str) -> str:
    """The name that our context folder can have in worktrees of `commit`: one that it does not track."""
    tracked = {name.casefold() for name in nul_list(git.read("ls-tree", "-z", "--name-only", commit))}
    if CONTEXT_DIR.casefold() not in tracked:
        return CONTEXT_DIR
    name, number = _OTHER_CONTEXT_DIR, 1
    while name in tracked:
        number += 1
        name = f"{_OTHER_CONTEXT_DIR}-{number}"
    return name


def hide(root: Path, common: Path, worktree: Path, context_dir: str) -> None:
    """Make the context folder of a session's worktree, and hide it and the folder the worktree stands in.

    `root` is the main worktree. A folder of worktrees outside of it shows in no status and is left alone.
    """
    _make_context_dir(worktree / context_dir)
    lines = [f"/{context_dir}/"]
    if root in worktree.parent.parents:
        _ignore_all(worktree.parent / ".gitignore")
        lines.append(f"/{worktree.parent.relative_to(root).as_posix()}/")
    exclude(common, *lines)


def exclude(common: Path, *lines: str) -> None:
    """Add the missing lines to the repository's `info/exclude`; what stands there stays as it is."""
    path = Path(os.path.realpath(common / "info" / "exclude"))
    if not _missing(path, lines):
        return
    with repository_lock(common, "exclude"):
        if not (missing := _missing(path, lines)):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        _replace(path, before + "".join(f"{line}\n" for line in missing).encode())


def _make_context_dir(folder: Path) -> None:
    # An agent may have put a link here that leads out of the worktree.
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        folder.unlink()
    folder.mkdir(exist_ok=True)
    inner = folder / ".gitignore"
    if inner.is_symlink():
        inner.unlink()
    if not inner.is_file() or inner.read_text("utf-8", "replace") != _EVERYTHING:
        inner.write_text(_EVERYTHING, "utf-8")


def _ignore_all(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_EVERYTHING)
    except FileExistsError:
        return


def _missing(path: Path, lines: tuple[str, ...]) -> list[str]:
    present = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
    return [line for line in lines if line not in present]


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix="exclude-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    temporary = Path(name)
    temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
    temporary.replace(path)
