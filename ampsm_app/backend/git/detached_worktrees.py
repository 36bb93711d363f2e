"""Worktrees of ours on no branch: one for checks of merged results, and one for each agent that is asked."""

from pathlib import Path

from ampsm_app.backend.git import layout, worktrees
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.git.repository import ceiling
from ampsm_app.backend.git.runner import Git

# Names that no session has, and that nobody lists.
_CHECK = ".check"
_ASK = ".ask-"


def check_place(root: Path) -> Path:
    """Where the check worktree of the repository at `root` is, or will be; it is kept."""
    return worktrees.place_for(root, _CHECK)


def ask_place(root: Path, session_id: str) -> Path:
    """Where an agent settles conflicts of a session; it is there as long as the agent works."""
    return worktrees.place_for(root, _ASK + session_id)


def stand_on(git: Git, path: Path, commit: str) -> Git:
    """Make the worktree at `path` hold exactly `commit`, and git in it; `git` stands in the main one.

    Ignored files (dependencies that were installed there) survive, everything else goes. It is ours alone.
    """
    common = layout.repository_dir(git.cwd)
    inside = git.at(path, ceiling=ceiling(path))
    if layout.linked_git_dir(common, path) is None or not (path / ".git").exists():
        worktrees.remove(git, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Git reads the entries of all worktrees, and fails where another one is just being written.
        with repository_lock(common, "worktrees"):
            git.write("worktree", "add", "-q", "--no-checkout", "--detach", str(path), commit)
        inside.write("reset", "-q", "--hard")
        return inside
    for lock in layout.git_dir(path).glob("*.lock"):
        lock.unlink(missing_ok=True)
    inside.write("checkout", "--no-overwrite-ignore", "-q", "--detach", "--force", commit)
    inside.write("clean", "-f", "-d", "-q")
    return inside
