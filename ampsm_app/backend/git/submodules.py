"""Submodules of a session's worktree: each worktree has its own copies of their repositories."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.git.layout import git_dir
from ampsm_app.backend.git.runner import Git


def init(worktree: Git, *, timeout_s: float = 600) -> None:
    """Fetch and check out the submodules that the worktree's commit names."""
    worktree.write("submodule", "update", "--init", "--recursive", "-q", timeout_s=timeout_s)


def unpushed(worktree: Git) -> int | None:
    """Commits in the worktree's submodules that no remote of theirs has; None where it cannot be told.

    They exist in this worktree only: whoever deletes it deletes them.
    """
    return unpushed_in(worktree, git_dir(worktree.cwd))


def unpushed_in(git: Git, entry: Path) -> int | None:
    """The same for a worktree that is gone, from what git kept for it."""
    counts = [_count(git, repository) for repository in _repositories(entry / "modules")]
    return None if None in counts else sum(count for count in counts if count is not None)


def _count(git: Git, repository: Path) -> int | None:
    # Its own setting of a worktree may lead to a folder that is gone.
    env = {"GIT_DIR": str(repository), "GIT_WORK_TREE": str(repository)}
    done = git.attempt(
        *("rev-list", "--count", "--ignore-missing", "HEAD", "--branches", "--not", "--remotes"), env=env
    )
    return int(done.stdout) if done.exit_code == 0 else None


def _repositories(folder: Path) -> Iterator[Path]:
    """Git folders below `modules`; names of submodules may have slashes, and have submodules themselves."""
    if not folder.is_dir():
        return
    for place in sorted(folder.iterdir()):
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            yield place
            yield from _repositories(place / "modules")
        elif place.is_dir():
            yield from _repositories(place)
