"""Makes a session's worktree whole again, losing nothing of what is left of it."""

from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.git.files import delete_tree, move
from ampsm_app.backend.git.layout import linked_git_dir, links_into, repository_dir
from ampsm_app.backend.git.repository import ceiling
from ampsm_app.backend.git.runner import Git, encode
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.git.worktrees import add_existing, populate, refresh, require_branch

Revival = Literal["present", "relinked", "recreated"]

_MARK_OF_GIT = "initializing"


def revive(git: Git, path: Path, branch: str) -> Revival:
    """Bring a session's worktree back from whatever is left; `git` stands in the main worktree.

    `present`: nothing was missing. `relinked`: its entry was still there, so the index (what was staged) and
    the branch checked out are as they were. `recreated`: made anew from its branch, around the files that
    were found. Files on disk are never overwritten. Raises `NotFound` with code `branch_missing`, `Conflict`
    with code `branch_checked_out`.
    """
    common = repository_dir(git.cwd)
    entry = linked_git_dir(common, path)
    if entry is not None and not _usable(git, entry):
        delete_tree(entry)
        entry = None
    if entry is None or _found(path).exists():
        return _recreate(git, path, branch)
    _unlock(entry)
    if links_into(common, path) and (entry / "index").exists():
        return "present"
    return _relink(git, path, entry)


def _usable(git: Git, entry: Path) -> bool:
    where = ("--git-dir", str(entry), "rev-parse", "-q", "--verify", "HEAD^{commit}")
    return git.attempt(*where).exit_code == 0


def _unlock(entry: Path) -> None:
    # Git locks an entry while it makes it; a killed one stays locked.
    locked = entry / "locked"
    if locked.exists() and locked.read_text("utf-8", "replace").strip() == _MARK_OF_GIT:
        locked.unlink()


def _relink(git: Git, path: Path, entry: Path) -> Revival:
    bare = not path.is_dir() or not any(each.name != ".git" for each in path.iterdir())
    path.mkdir(parents=True, exist_ok=True)
    _clear_link(entry.parents[1], path)
    (path / ".git").write_bytes(b"gitdir: " + encode(entry.as_posix()) + b"\n")
    worktree = git.at(path, ceiling=ceiling(path))
    indexed = (entry / "index").exists()
    if not indexed:
        worktree.write("reset", "-q")
    if bare or not indexed:
        # Without -f it makes what is missing and leaves what is there.
        worktree.write("checkout-index", "-q", "-a", ok=(0, 1, 128))
    refresh(worktree)
    return "relinked"


def _recreate(git: Git, path: Path, branch: str) -> Revival:
    """Each step looks at what an earlier, killed attempt has done already."""
    require_branch(git, branch)
    common, found = repository_dir(git.cwd), _found(path)
    if not found.exists() and path.is_dir() and any(path.iterdir()):
        path.rename(found)
    if not linked_git_dir(common, path):
        add_existing(git, path, branch)
    if not found.exists():
        populate(git.at(path, ceiling=ceiling(path)))
        return "recreated"
    if (path / ".git").exists():
        _clear_link(common, found)
        (path / ".git").rename(found / ".git")
    path.rmdir()
    found.rename(path)
    git.at(path, ceiling=ceiling(path)).write("reset", "-q")
    return "recreated"


def _found(path: Path) -> Path:
    # Where a worktree's files wait while git makes an empty one in their place.
    return path.with_name(path.name + ".found")


def _clear_link(common: Path, folder: Path) -> None:
    link = folder / ".git"
    if link.is_dir():
        # Somebody made a repository of its own here, maybe with commits in it.
        move(link, trash_place(common, f"{folder.name}-repository", utc_now()) / "repository")
    else:
        link.unlink(missing_ok=True)
