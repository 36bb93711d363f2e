"""Everything that can be seen of a worktree, to compare before and after."""

import os
import stat
import subprocess
from pathlib import Path

STATE_PATTERNS = (
    "MERGE_*",
    "AUTO_MERGE",
    "*_HEAD",
    "rebase-*/**/*",
    "sequencer/*",
    "BISECT_*",
    "refs/bisect/*",
)

# What git must quote, and what is not ASCII.
ODD_NAMES = (
    'quote"d',
    "new\nline",
    '"starts',
    "ünï çødé",
    "日本",
    " spaces ",
    "-dash",
    "tab\tbed",
    "back\\slash",
)


def worktree_state(worktree: Path) -> dict[str, object]:
    """Files with their bytes and permissions, the index, HEAD and branch, and an unfinished merge."""
    return {
        "files": files_of(worktree),
        "index": _git(worktree, "ls-files", "-z", "-s", "-v"),
        "intent to add": _git(worktree, "diff", "--name-only", "--diff-filter=A", "-z"),
        "status": _git(worktree, "status", "--porcelain=v2", "-z", "-uall", "--no-renames"),
        "head": _git(worktree, "rev-parse", "HEAD"),
        "branch": _git(worktree, "rev-parse", "--symbolic-full-name", "HEAD"),
        "state": _merge_state(worktree),
    }


def files_of(worktree: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file, links as their targets; `.git` is left out."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, names in os.walk(worktree):
        if ".git" in folders and folder == os.fspath(worktree):
            folders.remove(".git")
        links = [each for each in folders if (Path(folder) / each).is_symlink()]
        for name in (*names, *links):
            path = Path(folder) / name
            if path == worktree / ".git":
                continue
            mode = path.lstat().st_mode
            content = os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes()
            found[os.fspath(path.relative_to(worktree))] = (mode, content)
    return found


def repository_bytes(git_dir: Path) -> dict[str, bytes]:
    """Every file of a git folder with its bytes."""
    return {os.fspath(path.relative_to(git_dir)): path.read_bytes() for path in _all_files(git_dir)}


def _all_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _merge_state(worktree: Path) -> dict[str, str]:
    folder = Path(_git(worktree, "rev-parse", "--absolute-git-dir").decode().strip())
    found = {path for pattern in STATE_PATTERNS for path in folder.glob(pattern) if path.is_file()}
    moving = {"ORIG_HEAD", "FETCH_HEAD"}
    return {str(path.relative_to(folder)): path.read_text() for path in found if path.name not in moving}


def _git(worktree: Path, *args: str) -> bytes:
    command = ["git", "--no-optional-locks", *args]
    return subprocess.run(command, cwd=worktree, capture_output=True, check=True).stdout
