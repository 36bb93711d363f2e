"""Taking the user's own commits off a merged tree, one by one, so that they can stand on their own.

The tree is given and never changes: each commit is reverted from it in memory, last to first, and the trees
noted on the way become the commits again, first to last. Whatever is taken off, the top stays the tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.refs import is_ancestor, merge_base
from ampsm_app.backend.git.runner import Git


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the user's commits and the tree that it leads to."""

    commit: CommitInfo
    tree: str


@dataclass(frozen=True, slots=True)
class Peeled:
    """What lies below the user's commits, they themselves oldest first, and those that did not come off.

    `stuck` are commits that others build on, last first. `already` are commits whose change base has too.
    """

    bottom: str
    layers: tuple[Layer, ...]
    stuck: tuple[CommitInfo, ...]
    already: tuple[CommitInfo, ...]


class BaseGuard:
    """Knows what base has, so that a commit is not taken off together with the same change of somebody else.

    Without it the squashed commit would undo what others merged, and the commit above it would redo it.
    """

    def __init__(self, git: Git, base: str, session_tip: str, tree: str) -> None:
        self._git = git
        self._base = base
        self._tip = session_tip
        self._base_tree = git.text("rev-parse", "--verify", f"{base}^{{tree}}")
        start = merge_base(git, base, session_tip)
        self._start_tree = git.text("rev-parse", "--verify", f"{start}^{{tree}}") if start else None
        moved = not is_ancestor(git, base, session_tip)
        # A result that somebody resolved may differ from base on purpose: nothing to hold it to then.
        self._compares = moved and self.is_in(tree)
        self._moved = moved

    def has(self, commit: CommitInfo) -> bool:
        """Whether base got everything that a commit changes from somewhere else.

        Not where it never needed it: taking back what the agent did changes nothing where that never was.
        """
        if not self._moved or commit.tree == three_way.parent_tree(self._git, commit):
            return False
        if not self._changes_nothing(commit, self._base_tree):
            return False
        return self._start_tree is None or not self._changes_nothing(commit, self._start_tree)

    def allows(self, tree: str) -> bool:
        """Whether a tree still holds all of base's changes."""
        return not self._compares or self.is_in(tree)

    def is_in(self, tree: str) -> bool:
        """Whether merging base into a tree of the session would add nothing."""
        merged = three_way.merge_as(self._git, self._base, tree, self._tip)
        return merged.is_clean and merged.tree == tree

    def _changes_nothing(self, commit: CommitInfo, tree: str) -> bool:
        picked = three_way.pick(self._git, commit, tree)
        return picked.is_clean and picked.tree == tree


def peel(git: Git, tree: str, manual: Sequence[CommitInfo], guard: BaseGuard | None = None) -> Peeled:
    """Take the `manual` commits (oldest first) off `tree`; those that others build on stay in it."""
    layers: list[Layer] = []
    stuck: list[CommitInfo] = []
    already: list[CommitInfo] = []
    below = tree
    for commit in reversed(manual):
        if guard is not None and guard.has(commit):
            already.append(commit)
            continue
        without = three_way.revert(git, commit, below)
        if not without.is_clean or (guard is not None and not guard.allows(without.tree)):
            stuck.append(commit)
            continue
        layers.append(Layer(commit, below))
        below = without.tree
    return Peeled(below, tuple(reversed(layers)), tuple(stuck), tuple(already))
