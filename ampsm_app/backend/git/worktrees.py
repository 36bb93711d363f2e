"""Worktrees of sessions: made in steps that can be repeated, made again when lost, removed."""

from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, GitError, NotFound
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.files import delete_tree
from ampsm_app.backend.git.layout import git_dir, linked_git_dir, links_into, repository_dir
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.git.refs import HEADS, resolve
from ampsm_app.backend.git.runner import Git, decode, git_failed

# `-f -f` removes what a killed `worktree add` left locked.
_REMOVE = ("worktree", "remove", "-f", "-f")
# Bytes of an index, about a thousand files, below which looking again costs less than a process.
_SMALL_INDEX = 100_000
# Branches of sessions follow nothing: a bare `git push` in one must not go to the base branch.
_ADD = ("worktree", "add", "-q", "--no-checkout", "--no-track")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A worktree that the repository knows; `prunable` says why git thinks that it is gone."""

    path: Path
    head: str | None
    branch: str | None
    bare: bool
    locked: str | None
    prunable: str | None


def place_for(root: Path, session_id: str, folder: Path | None = None) -> Path:
    """Where a session's worktree goes: below the main worktree, or in the folder from the settings."""
    return (folder or root / WORKTREES_DIR) / session_id


def add(git: Git, path: Path, branch: str, commit: str) -> None:
    """Make `branch` at `commit` and its worktree at `path`; `git` stands in the main worktree.

    Both steps can be repeated after a kill: `remove`, then this again, or only `populate`. Raises `Conflict`
    with code `branch_exists` or `path_exists`.
    """
    create(git, path, branch, commit)
    populate(git.at(path, ceiling=path.parent.resolve()))


def create(git: Git, path: Path, branch: str, commit: str) -> None:
    """The first step: the branch and an empty worktree on it; about 10 ms, whatever the repository's size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        # Git notices only after it has made the branch.
        raise _path_exists(path)
    args = (*_ADD, "-b", branch, str(path), commit)
    # Git reads the entries of all worktrees, and fails where another one is just being written.
    with repository_lock(repository_dir(git.cwd), "worktrees"):
        done = git.attempt(*args)
    if done.exit_code != 0 or done.timed_out:
        raise _not_added(git, args, done, path, branch)


def populate(worktree: Git) -> None:
    """The second step, in the worktree: its files. It overwrites: only for a worktree nobody worked in."""
    # With a worker a core, git writes a large worktree in about half the time.
    worktree.write("-c", "checkout.workers=0", "reset", "-q", "--hard")
    if (git_dir(worktree.cwd) / "index").stat().st_size > _SMALL_INDEX:
        refresh(worktree)


def refresh(worktree: Git) -> None:
    """Let the index know the files' times, so that looking at them later is fast."""
    worktree.attempt("update-index", "-q", "--refresh")


def listed(git: Git) -> list[Worktree]:
    """All worktrees of the repository, the main one first."""
    records = decode(git.read("worktree", "list", "--porcelain", "-z")).split("\0\0")
    return [_parsed(record) for record in records if record]


def remove(git: Git, path: Path) -> None:
    """Remove a worktree of ours with its files and its entry, whatever state it is in; never the branch.

    For rolling back what was not finished: nothing is backed up. A folder that is no worktree of this
    repository stays.
    """
    common = repository_dir(git.cwd)
    entry = linked_git_dir(common, path)
    ours = entry is not None or links_into(common, path)
    if entry is not None:
        # Git refuses where the worktree's own `.git` is broken; then both go by hand.
        git.attempt(*_REMOVE, str(path))
        delete_tree(entry)
    if ours:
        delete_tree(path)


def require_branch(git: Git, branch: str) -> str:
    """The commit of a session's branch; raises `NotFound` with code `branch_missing`."""
    commit = resolve(git, HEADS + branch, kind="commit")
    if commit is None:
        raise NotFound(
            f"The branch {branch} does not exist any more in {git.cwd}.",
            hint="amp-sessions history and restore bring it back from a backup.",
            code="branch_missing",
        )
    return commit


def add_existing(git: Git, path: Path, branch: str) -> None:
    """An empty worktree at `path` on a branch that exists; raises `Conflict` where it is checked out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    args = ("worktree", "add", "-q", "--no-checkout", str(path), branch)
    with repository_lock(repository_dir(git.cwd), "worktrees"):
        done = git.attempt(*args)
    if done.exit_code != 0 or done.timed_out:
        raise _not_added(git, args, done, path, branch)


def _parsed(record: str) -> Worktree:
    fields: dict[str, str] = {}
    for line in record.split("\0"):
        key, _, value = line.partition(" ")
        fields[key] = value
    branch = fields.get("branch")
    return Worktree(
        path=Path(fields["worktree"]),
        head=fields.get("HEAD"),
        branch=branch.removeprefix(HEADS) if branch else None,
        bare="bare" in fields,
        locked=fields.get("locked"),
        prunable=fields.get("prunable"),
    )


def _not_added(
    git: Git, args: tuple[str, ...], done: Completed, path: Path, branch: str
) -> Conflict | GitError:
    failed = git_failed(args, git.cwd, done)
    said = str(failed.details["stderr"])
    if "already checked out" in said or "already used by worktree" in said:
        return Conflict(
            f"The branch {branch} is checked out elsewhere: {said}",
            hint="Check out another branch there first.",
            code="branch_checked_out",
        )
    if f"'{path}' already exists" in said:
        return _path_exists(path)
    if "a branch named" in said or "cannot lock ref" in said:
        return Conflict(f"The branch {branch} cannot be made: {said}", code="branch_exists")
    return failed


def _path_exists(path: Path) -> Conflict:
    return Conflict(
        f"{path} exists already and is not empty.",
        hint="Move it away, or set another folder for worktrees.",
        code="path_exists",
    )
