"""Where git keeps what belongs to a worktree, read from its files without a process."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ampsm_app.backend.domain.errors import NotFound

# What stands in a worktree's git folder while an operation waits for its user, most telling first.
_UNFINISHED = (
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_START", "bisect"),
)


def git_dir(worktree: Path) -> Path:
    """The git folder of a worktree: `.git` itself, or what the file `.git` points to."""
    link = worktree / ".git"
    if link.is_dir():
        return link
    try:
        text = link.read_text("utf-8", "surrogateescape")
    except OSError as error:
        raise NotFound(
            f"{worktree} is no git worktree any more: {error.strerror or error}.",
            hint="The session's worktree can be made again from its branch.",
            code="worktree_missing",
        ) from error
    return _joined(worktree, text.removeprefix("gitdir: "))


def common_dir(folder: Path) -> Path:
    """The folder that all worktrees of a repository share, from the git folder of one of them."""
    try:
        text = (folder / "commondir").read_text("utf-8", "surrogateescape")
    except OSError:
        return folder
    return _joined(folder, text)


def unfinished(folder: Path) -> str | None:
    """The operation that waits for its user in a worktree's git folder.

    `rebase`, `merge`, `cherry-pick`, `revert`, `bisect` or None.
    """
    return next((name for mark, name in _UNFINISHED if (folder / mark).exists()), None)


def unfinished_among(names: Iterable[str]) -> str | None:
    """The same, told from the names of the files that were in that folder."""
    roots = {name.partition("/")[0] for name in names}
    return next((operation for mark, operation in _UNFINISHED if mark in roots), None)


def repository_dir(root: Path) -> Path:
    """The folder that all worktrees share, from a repository's main worktree or from a bare repository."""
    return common_dir(git_dir(root)) if (root / ".git").exists() else root


def linked_git_dir(common: Path, worktree: Path) -> Path | None:
    """The entry of a linked worktree in its repository, also when the worktree itself is gone.

    Or what is left of one that git was killed in making, before it said for which worktree it is.
    """
    wanted = _same(worktree)
    found = next((entry for entry, place in _entries(common) if _same(place) == wanted), None)
    if found is not None:
        return found
    begun, link = common / "worktrees" / worktree.name, common / "worktrees" / worktree.name / "gitdir"
    return begun if begun.is_dir() and not (link.exists() and link.stat().st_size) else None


def links_into(common: Path, worktree: Path) -> bool:
    """Whether a folder's `.git` file says that it is a linked worktree of this repository."""
    link = worktree / ".git"
    return link.is_file() and _same(git_dir(worktree).parent) == _same(common / "worktrees")


def linked_worktrees(common: Path) -> list[Path]:
    """Where the linked worktrees of a repository are, or were."""
    return [place for _, place in _entries(common)]


def _entries(common: Path) -> Iterator[tuple[Path, Path]]:
    for link in sorted((common / "worktrees").glob("*/gitdir")):
        try:
            text = link.read_text("utf-8", "surrogateescape")
        except OSError:
            continue
        if text:
            # Git 2.48 and later may write it relative to the entry.
            yield link.parent, _joined(link.parent, text).parent


def _same(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _joined(folder: Path, text: str) -> Path:
    # By words only: what it leads through may be gone, and links must not be followed.
    return Path(os.path.normpath(folder / text.removesuffix("\n")))
