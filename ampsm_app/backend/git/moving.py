"""Moving a session's branch, with the worktree it stands in, to another commit."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.model import Model, utc_now
from ampsm_app.backend.git import layout
from ampsm_app.backend.git.landing_refusals import Refused, by_obstacles, by_operation, git_locked
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.obstacles import changes_between, obstacles
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.refs import NO_HOOKS, RefUpdate, resolve, update_refs
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.undoing import undo

# Of all commands that move a worktree with local changes, this one alone spares ignored files.
_CHECKOUT = (
    *("-c", "submodule.recurse=false"),
    *NO_HOOKS,
    *("checkout", "-q", "--no-overwrite-ignore", "--no-recurse-submodules", "--detach"),
)


class Move(Model):
    """The branch `ref` (full name) checked out in `worktree` goes from `old` to `new`, whatever these are."""

    worktree: str
    ref: str
    old: str
    new: str
    message: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The branch and its worktree are at the new commit.

    `stale_submodules` are initialised submodules that still stand at the commit of before.
    """

    sha: str
    stale_submodules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveredMove:
    """How a killed move ended: done, undone, or left alone because somebody went elsewhere since."""

    outcome: Literal["moved", "not_moved", "elsewhere"]
    restored: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def move(worktree: Git, wanted: Move) -> Moved | Refused:
    """Move the branch with its worktree, in which `worktree` stands; changes that do not overlap stay.

    Refused, with nothing touched: `branch_moved`, `not_on_branch`, `mid_…`, the codes of `obstacles`,
    `checkout_refused`. The caller has recorded `wanted` and taken a backup.
    """
    refused = _refused(worktree, wanted)
    if refused is not None:
        return refused
    changes = changes_between(worktree, wanted.old, wanted.new)
    if not changes:
        # The same content: index and files need not even be looked at.
        _move_ref(worktree, wanted)
        return Moved(wanted.new)
    found = obstacles(worktree, layout.git_dir(worktree.cwd), changes)
    if found:
        return by_obstacles(worktree.cwd, found)
    began = utc_now()
    done = worktree.attempt(*_CHECKOUT, wanted.new)
    if _detached_at(worktree) != wanted.new:
        _clear_locks(worktree, wanted, began)
        undo(worktree, wanted.old, wanted.new)
        said = done.stderr.decode("utf-8", "replace").strip()
        return Refused("checkout_refused", f"{worktree.cwd} could not be moved: {said}")
    _attach(worktree, wanted)
    stale = [each.path for each in changes if each.new_mode == GITLINK]
    return Moved(wanted.new, tuple(p for p in stale if (worktree.cwd / p / ".git").exists()))


def recover_move(worktree: Git, wanted: Move, *, since: datetime) -> RecoveredMove:
    """Finish or undo a move that was recorded at `since` and whose processes are all dead.

    Raises `Conflict` with code `git_locked` while a git of somebody's is at work there.
    """
    left = _clear_locks(worktree, wanted, since)
    if left:
        raise git_locked(worktree.cwd, left)
    branch = resolve(worktree, wanted.ref)
    head = worktree.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    if head == wanted.ref and branch == wanted.new:
        return RecoveredMove("moved")
    if head == wanted.ref and branch == wanted.old:
        undone = undo(worktree, wanted.old, wanted.new)
        return RecoveredMove("not_moved", undone.restored, undone.kept)
    if not head and _detached_at(worktree) == wanted.new and branch in (wanted.old, wanted.new):
        _attach(worktree, wanted)
        return RecoveredMove("moved")
    return RecoveredMove("elsewhere")


def _refused(worktree: Git, wanted: Move) -> Refused | None:
    branch = resolve(worktree, wanted.ref)
    if branch != wanted.old:
        return Refused("branch_moved", f"{wanted.ref} is no longer at {wanted.old[:12]}.", "Try again.")
    operation = layout.unfinished(layout.git_dir(worktree.cwd))
    if operation is not None:
        return by_operation(worktree.cwd, operation)
    if worktree.text("symbolic-ref", "-q", "HEAD", ok=(0, 1)) != wanted.ref:
        return Refused("not_on_branch", f"{worktree.cwd} is not on {wanted.ref}.", "Check it out there.")
    return None


def _attach(worktree: Git, wanted: Move) -> None:
    """The worktree's files are new already; now the branch, and HEAD on it again. Can be repeated."""
    _move_ref(worktree, wanted)
    worktree.write("symbolic-ref", "-m", wanted.message, "HEAD", wanted.ref)


def _move_ref(worktree: Git, wanted: Move) -> None:
    if resolve(worktree, wanted.ref) != wanted.new:
        update = RefUpdate(wanted.ref, wanted.new, wanted.old)
        update_refs(worktree, [update], message=wanted.message, hooks=False)


def _detached_at(worktree: Git) -> str | None:
    if worktree.text("symbolic-ref", "-q", "HEAD", ok=(0, 1)):
        return None
    return resolve(worktree, "HEAD")


def _clear_locks(worktree: Git, wanted: Move, since: datetime) -> tuple[Path, ...]:
    common = layout.repository_dir(worktree.cwd)
    return clear_stale_locks(common, worktree.cwd, refs=[wanted.ref], since=since).left
