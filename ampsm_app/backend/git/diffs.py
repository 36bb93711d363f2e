"""What differs between two states of a worktree: the list of files, and patches of all of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ampsm_app.backend.domain.review import ChangedFile, ChangeList
from ampsm_app.backend.git.commits import log
from ampsm_app.backend.git.raw_diff import LIST_ARGS, STABLE_ARGS, parse_list
from ampsm_app.backend.git.refs import merge_base
from ampsm_app.backend.git.runner import Git, decode, nul_list
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.snapshots import index_tree, worktree_tree_for
from ampsm_app.backend.git.snapshots import worktree_tree as worktree_tree  # noqa: PLC0414 - part of this door

_EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


@dataclass(frozen=True, slots=True)
class Sides:
    """Two trees to compare and the names for them; `git` is the one that can read both."""

    git: Git
    old: str
    new: str
    from_label: str
    to_label: str


def between(git: Git, old: str, new: str, *, from_label: str = "", to_label: str = "") -> Sides:
    """Two commits or trees of the repository."""
    return Sides(git, old, new, from_label or old, to_label or new)


def of_commit(git: Git, rev: str) -> Sides:
    """A commit against its first parent, the first one against nothing."""
    info = log(git, "-1", rev)[0]
    parent = info.parents[0] if info.parents else empty_tree(info.sha)
    return Sides(git, parent, info.sha, f"{info.sha[:10]}^", info.sha[:10])


@contextmanager
def against_base(git: Git, base: str, *, context_dir: str, only: str | None = None) -> Iterator[Sides]:
    """All that the session changed: from where it left `base` to its worktree, untracked files included.

    The repository stays untouched, so this may be polled. The sides last as long as the block. With `only`
    they are right for this path alone, which is much faster where many have changed.
    """
    start = merge_base(git, base, "HEAD") or base
    with scratch(git) as apart:
        yield Sides(apart, start, _worktree(apart, context_dir, only), base, "worktree")


def committed(git: Git, base: str) -> Sides:
    """What the session's commits changed since it left `base`."""
    return Sides(git, merge_base(git, base, "HEAD") or base, "HEAD", base, "HEAD")


@contextmanager
def staged(git: Git) -> Iterator[Sides]:
    """HEAD against the index."""
    with scratch(git) as apart:
        yield Sides(apart, "HEAD", index_tree(apart), "HEAD", "index")


@contextmanager
def unstaged(git: Git, *, context_dir: str, only: str | None = None) -> Iterator[Sides]:
    """The index against the worktree, untracked files included; `only` as for `against_base`."""
    with scratch(git) as apart:
        yield Sides(apart, index_tree(apart), _worktree(apart, context_dir, only), "index", "worktree")


def _worktree(git: Git, context_dir: str, only: str | None) -> str:
    if only is None:
        return worktree_tree(git, context_dir=context_dir)
    return worktree_tree_for(git, only, context_dir=context_dir)


def change_list(sides: Sides, against: str, *, ignore_whitespace: bool = False) -> ChangeList:
    """The changed files of two sides with their totals; binary files count no lines."""
    files = changed_files(sides.git, sides.old, sides.new, ignore_whitespace=ignore_whitespace)
    return ChangeList(
        against=against,
        from_label=sides.from_label,
        to_label=sides.to_label,
        files=files,
        lines_added=sum(each.added or 0 for each in files),
        lines_deleted=sum(each.deleted or 0 for each in files),
    )


def changed_files(
    git: Git, old: str, new: str, *, paths: Sequence[str] = (), ignore_whitespace: bool = False
) -> tuple[ChangedFile, ...]:
    """The files that differ between two commits or trees, renames found, with the lines of each."""
    space = ("-w",) if ignore_whitespace else ()
    raw = git.read("diff-tree", *LIST_ARGS, *space, old, new, "--", *literal(paths))
    return parse_list(raw).files()


def names_by_commit(git: Git, revisions: str) -> dict[str, list[str]]:
    """The paths that each commit changed against its first parent; a rename counts as both of its names."""
    asked = ("-z", "--name-only", "--no-renames", "--format=%x01%H", "-m", "--first-parent")
    found: dict[str, list[str]] = {}
    for record in decode(git.read("log", *asked, revisions, "--")).split("\x01")[1:]:
        sha, _, listed = record.partition("\0")
        found[sha] = [name for name in listed.removeprefix("\n").split("\0") if name]
    return found


def names(git: Git, old: str, new: str) -> list[str]:
    """The paths that differ between two commits or trees; a rename counts as both of its names."""
    return nul_list(git.read("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, "--"))


def patch(
    sides: Sides, *, paths: Sequence[str] = (), context: int = 3, ignore_whitespace: bool = False
) -> bytes:
    """The unified diff of all files, or of `paths`; binary files are only named."""
    options = [f"-U{context}", *(["-w"] if ignore_whitespace else [])]
    readable = ("-c", "core.quotePath=false", "diff-tree", "-r", "-p", "--find-renames")
    return sides.git.read(*readable, *STABLE_ARGS, *options, sides.old, sides.new, "--", *literal(paths))


def empty_tree(like: str) -> str:
    """The id of a tree without files in the hash that the object id `like` uses."""
    return _EMPTY_TREES[len(like)]


def literal(paths: Sequence[str]) -> list[str]:
    """Path arguments that mean exactly these names."""
    return [f":(top,literal){path}" for path in paths]
