"""The reusable worktree in which check scripts run on merged results."""

from pathlib import Path

from ampsm_app.backend.git import layout, worktrees
from ampsm_app.backend.git.repository import ceiling
from ampsm_app.backend.git.runner import Git

_NAME = ".check"


def place_in(root: Path) -> Path:
    """Where the check worktree of the repository at `root` is, or will be."""
    return worktrees.place_for(root, _NAME)


def stand_on(git: Git, path: Path, commit: str) -> Git:
    """Make the check worktree at `path` hold exactly `commit`, and git in it; `git` stands in the main one.

    Ignored files (dependencies that were installed there) survive, everything else goes. It is ours alone.
    """
    common = layout.repository_dir(git.cwd)
    inside = git.at(path, ceiling=ceiling(path))
    if layout.linked_git_dir(common, path) is None or not (path / ".git").exists():
        worktrees.remove(git, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        git.write("worktree", "add", "-q", "--no-checkout", "--detach", str(path), commit)
        inside.write("reset", "-q", "--hard")
        return inside
    for lock in layout.git_dir(path).glob("*.lock"):
        lock.unlink(missing_ok=True)
    inside.write("checkout", "--no-overwrite-ignore", "-q", "--detach", "--force", commit)
    inside.write("clean", "-f", "-d", "-q")
    return inside
