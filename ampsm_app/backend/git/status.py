"""What is not committed in a worktree."""

from collections.abc import Iterator
from dataclasses import dataclass

from ampsm_app.backend.domain.review import WorkingFile
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.layout import git_dir, unfinished
from ampsm_app.backend.git.raw_diff import NOTHING
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.tree_edits import TreeEntry

_ARGS = ("status", "--porcelain=v2", "-z", "--branch", "-uall", "--ignore-submodules=none")
_DETACHED = "(detached)"
_UNBORN = "(initial)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of `git status --porcelain=v2`.

    `xy` are its two letters, a dot for "unchanged"; untracked ones have `??`. `modes` and `oids` are HEAD's,
    the index's (for unmerged paths: the three stages'), None where git does not say.
    """

    path: str
    xy: str
    submodule: str = "N..."
    modes: tuple[str, ...] = ()
    oids: tuple[str, ...] = ()
    old_path: str | None = None
    worktree_mode: str | None = None

    @property
    def untracked(self) -> bool:
        """Whether git does not know the path yet."""
        return self.xy == "??"

    @property
    def nested(self) -> bool:
        """Whether it is another repository, submodule or not, whose content this one does not hold."""
        return self.path.endswith("/") or self.submodule[0] == "S"

    @property
    def in_head(self) -> TreeEntry | None:
        """What HEAD has here, None for nothing; only of entries without renames and conflicts."""
        known = self.modes and self.modes[0] != NOTHING
        return TreeEntry(self.modes[0], self.oids[0]) if known else None


@dataclass(frozen=True, slots=True)
class Status:
    """What a worktree stands on and what is not committed in it.

    `head` is None before the first commit, `branch` is None when detached, `state` is the operation that
    waits for its user (`merge`, `rebase`, `cherry-pick`, `revert`, `bisect`).
    """

    head: str | None
    branch: str | None
    state: str | None
    entries: tuple[Entry, ...]

    @property
    def files(self) -> tuple[WorkingFile, ...]:
        """The entries as the faces show them."""
        return tuple(_working_file(each) for each in self.entries)

    @property
    def unmerged(self) -> tuple[str, ...]:
        """Paths with a conflict that is not settled."""
        return tuple(each.path for each in self.entries if _unmerged(each))


def read_status(
    git: Git, *, context_dir: str | None = None, renames: bool = True, refresh: bool = False
) -> Status:
    """The status of the worktree that `git` stands in, without `context_dir` and `.worktrees`.

    `refresh` lets git keep what it found out about the files' times, so that the next look is fast: for a
    worktree that nobody else uses at this moment.
    """
    look = git.write if refresh else git.read
    raw = look(*_ARGS, "--renames" if renames else "--no-renames")
    head, branch, entries = parse_status(raw)
    ours = tuple(f"{name}/" for name in (context_dir, WORKTREES_DIR) if name)
    kept = tuple(each for each in entries if not (each.untracked and each.path.startswith(ours)))
    return Status(head, branch, unfinished(git_dir(git.cwd)), kept)


def parse_status(raw: bytes) -> tuple[str | None, str | None, list[Entry]]:
    """Head, branch and entries from what `status --porcelain=v2 -z --branch` prints."""
    head: str | None = None
    branch: str | None = None
    entries: list[Entry] = []
    parts = iter(decode(part) for part in raw.split(b"\0"))
    for part in parts:
        if part.startswith("# branch.oid "):
            head = part.removeprefix("# branch.oid ")
        elif part.startswith("# branch.head "):
            branch = part.removeprefix("# branch.head ")
        elif part and part[0] != "#":
            entries.append(_entry(part, parts))
    return None if head == _UNBORN else head, None if branch == _DETACHED else branch, entries


def _entry(part: str, parts: Iterator[str]) -> Entry:
    match part[0]:
        case "1":
            _, xy, sub, m_head, m_index, m_worktree, o_head, o_index, path = part.split(" ", 8)
            return Entry(path, xy, sub, (m_head, m_index), (o_head, o_index), None, m_worktree)
        case "2":
            _, xy, sub, m_head, m_index, m_worktree, o_head, o_index, _, path = part.split(" ", 9)
            return Entry(path, xy, sub, (m_head, m_index), (o_head, o_index), next(parts), m_worktree)
        case "u":
            _, xy, sub, m1, m2, m3, m_worktree, o1, o2, o3, path = part.split(" ", 10)
            return Entry(path, xy, sub, (m1, m2, m3), (o1, o2, o3), None, m_worktree)
        case _:
            return Entry(part[2:], "??")


def _unmerged(entry: Entry) -> bool:
    return len(entry.oids) == 3


def _working_file(entry: Entry) -> WorkingFile:
    index, worktree = (" " if letter == "." else letter for letter in entry.xy)
    unmerged = _unmerged(entry)
    return WorkingFile(
        path=entry.path,
        old_path=entry.old_path,
        index=index,
        worktree=worktree,
        staged=not unmerged and index not in " ?",
        unstaged=not unmerged and not entry.untracked and worktree != " ",
        untracked=entry.untracked,
        unmerged=unmerged,
    )
