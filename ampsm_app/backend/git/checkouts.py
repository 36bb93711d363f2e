"""Where a branch is checked out, and where somebody is in the middle of rebasing or bisecting it.

Git itself calls a branch that is being rebased "not checked out", and would let us move it.
"""

from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.git import layout, worktrees
from ampsm_app.backend.git.refs import HEADS
from ampsm_app.backend.git.repository import discover
from ampsm_app.backend.git.runner import Git


@dataclass(frozen=True, slots=True)
class Checkout:
    """A worktree of the repository.

    `ref` is the branch checked out (full name; None when detached), `operation` what waits for its user
    (`rebase`, `merge`, `cherry-pick`, `revert`, `bisect`), `holds` the branches that this operation will
    come back to. `missing` means that its folder is gone, or on a disk that is not plugged in.
    """

    path: Path
    git_dir: Path
    head: str | None
    ref: str | None
    operation: str | None
    holds: frozenset[str]
    missing: bool


def checkouts(git: Git) -> list[Checkout]:
    """Every worktree that has files, the main one first; a bare repository itself is none."""
    common = layout.repository_dir(git.cwd)
    found: list[Checkout] = []
    for number, entry in enumerate(worktrees.listed(git)):
        if entry.bare:
            continue
        path = _main_path(git, entry.path, common) if number == 0 else entry.path
        folder = common if number == 0 else layout.linked_git_dir(common, entry.path)
        if folder is not None:
            found.append(_checkout(path, folder, entry))
    return found


def holding(git: Git, ref: str) -> list[Checkout]:
    """The worktrees that have a branch checked out, or will come back to it."""
    return [each for each in checkouts(git) if each.ref == ref or ref in each.holds]


def _checkout(path: Path, folder: Path, entry: worktrees.Worktree) -> Checkout:
    return Checkout(
        path=path,
        git_dir=folder,
        head=entry.head,
        ref=HEADS + entry.branch if entry.branch else None,
        operation=layout.unfinished(folder),
        holds=_held(folder),
        missing=not path.is_dir(),
    )


def _main_path(git: Git, listed: Path, common: Path) -> Path:
    # For a submodule git lists its git folder instead of its files.
    return discover(git.executor, git.cwd).root if listed == common else listed


def _held(folder: Path) -> frozenset[str]:
    rebased = (_line(folder / name / "head-name") for name in ("rebase-merge", "rebase-apply"))
    # Triples of a ref, its old and its new value: what `rebase --update-refs` will move too.
    stacked = _text(folder / "rebase-merge" / "update-refs").splitlines()[::3]
    bisected = _line(folder / "BISECT_START")
    names = {*rebased, *stacked, HEADS + bisected if bisected else ""}
    return frozenset(name for name in names if name.startswith(HEADS))


def _line(path: Path) -> str:
    return _text(path).strip("\n")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
