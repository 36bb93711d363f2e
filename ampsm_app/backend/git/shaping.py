"""The history that a merged tree lands with. The tree is computed first and is never in question here.

Every function makes objects only and leaves all refs alone; the tip's tree is always exactly the one given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.domain.merges import ManualCommits
from ampsm_app.backend.git.commits import CommitInfo, commit_tree, log, signs_commits
from ampsm_app.backend.git.peeling import BaseGuard, Layer, Peeled, peel
from ampsm_app.backend.git.refs import is_ancestor, merge_base
from ampsm_app.backend.git.runner import Git

# Given the commits that are squashed together, oldest first: the message of the one that replaces them.
Wording = Callable[[Sequence[CommitInfo]], str]


@dataclass(frozen=True, slots=True)
class History:
    """A session's commits (oldest first, none of them in `base`), and which of them are the agent's."""

    base: str
    tip: str
    commits: tuple[CommitInfo, ...]
    by_agent: Callable[[CommitInfo], bool]

    def manual(self, commits: Sequence[CommitInfo]) -> list[CommitInfo]:
        """The user's own among some commits; what a merge brought in is nobody's."""
        return [each for each in commits if not each.is_merge and not self.by_agent(each)]


@dataclass(frozen=True, slots=True)
class Shape:
    """What becomes of the user's own commits, and how squashed commits are worded."""

    manual: ManualCommits
    wording: Wording


@dataclass(frozen=True, slots=True)
class Shaped:
    """New commits, oldest first, and their tip.

    `folded` are manual commits that went into a squashed one because later commits build on them, `cut`
    those that stay between two squashed ones for that reason, `already` those whose change base has too.
    A caller whose user did not agree to folding must not land a result with `folded`.
    """

    tip: str
    commits: tuple[str, ...]
    folded: tuple[CommitInfo, ...] = ()
    cut: tuple[CommitInfo, ...] = ()
    already: tuple[CommitInfo, ...] = ()


def session_history(
    git: Git, base_rev: str, session_rev: str, by_agent: Callable[[CommitInfo], bool]
) -> History:
    """The commits of a session that base does not have, parents before their children."""
    base, tip = git.text("rev-parse", f"{base_rev}^{{commit}}", f"{session_rev}^{{commit}}").split("\n")
    commits = log(git, "--topo-order", f"{base}..{tip}")
    return History(base, tip, tuple(reversed(commits)), by_agent)


def squash_onto_base(
    git: Git, history: History, tree: str, shape: Shape, *, sign: bool | None = None
) -> Shaped:
    """The squashed commit on base with the merged `tree`; with `exclude` the user's own commits above it.

    Raises `GitError` with code `signing` or `identity` where the user's set-up does not let us commit.
    """
    squasher = _Squasher(git, history, shape, sign)
    apart = history.manual(history.commits) if shape.manual == "exclude" else []
    guard = BaseGuard(git, history.base, history.tip, tree) if apart else None
    peeled = peel(git, tree, apart, guard)
    shaped = squasher.stack(history.base, history.commits, peeled)
    return _checked(git, tree, shaped)


def squash_in_place(git: Git, history: History, shape: Shape, *, sign: bool | None = None) -> Shaped:
    """The session's own branch squashed, standing on the merge base as before; landing it is a ref move.

    A manual commit that later commits build on stays where it is, between two squashed ones (`cut`).
    """
    squasher = _Squasher(git, history, shape, sign)
    start = merge_base(git, history.base, history.tip)
    if start is None:
        raise GitError(f"{history.tip} shares no history with {history.base}", code="unrelated_histories")
    tree = git.text("rev-parse", f"{history.tip}^{{tree}}")
    return _checked(git, tree, squasher.run(start, tree, history.commits))


def merge_commit(
    git: Git, parents: tuple[str, str], tree: str, message: str, *, sign: bool | None = None
) -> Shaped:
    """A merge commit (`--no-ff`) whose content is `tree`; its `parents` are base and what is merged."""
    merged = commit_tree(git, tree, parents, message, sign=sign)
    return _checked(git, tree, Shaped(merged, (merged,)))


def whole_history(
    git: Git, history: History, tree: str, message: str, *, no_ff: bool, sign: bool | None = None
) -> Shaped:
    """The session's commits as they are: a fast-forward where that is all it takes, else a merge commit."""
    straight = not no_ff and is_ancestor(git, history.base, history.tip)
    if straight and _tree_of(git, history.tip) == tree:
        return Shaped(history.tip, tuple(each.sha for each in history.commits))
    return merge_commit(git, (history.base, history.tip), tree, message, sign=sign)


class _Squasher:
    """Squashes runs of a history's commits, each run from a parent to a tree."""

    def __init__(self, git: Git, history: History, shape: Shape, sign: bool | None) -> None:
        self._git = git
        self._history = history
        self._shape = shape
        self._sign = signs_commits(git) if sign is None else sign
        self._parents = {each.sha: each.parents for each in history.commits}
        self._chain = self._first_parents()

    def run(self, parent: str, tree: str, commits: Sequence[CommitInfo]) -> Shaped:
        """Squash commits that lead from `parent` to `tree`; split where a manual one cannot be moved up."""
        apart = self._history.manual(commits) if self._shape.manual == "exclude" else []
        peeled = peel(self._git, tree, apart)
        kept = next((each for each in peeled.stuck if each.sha in self._chain), None)
        if kept is None:
            return self.stack(parent, commits, peeled)
        earlier = self._ancestors(kept)
        before = self.run(
            parent,
            _tree_of(self._git, f"{kept.sha}~1"),
            [each for each in commits if each.sha in earlier],
        )
        middle = self._again(Layer(kept, kept.tree), before.tip)
        later = [each for each in commits if each.sha not in earlier and each is not kept]
        after = self.run(middle, tree, later)
        return Shaped(
            tip=after.tip,
            commits=(*before.commits, middle, *after.commits),
            folded=(*before.folded, *after.folded),
            cut=(*before.cut, kept, *after.cut),
        )

    def stack(self, parent: str, commits: Sequence[CommitInfo], peeled: Peeled) -> Shaped:
        """The squashed commit, unless it would be empty, and the user's commits above it."""
        made: list[str] = []
        if peeled.bottom != _tree_of(self._git, parent):
            made.append(self._squashed(peeled, parent, commits))
        for layer in peeled.layers:
            made.append(self._again(layer, made[-1] if made else parent))
        return Shaped(
            tip=made[-1] if made else parent,
            commits=tuple(made),
            folded=tuple(reversed(peeled.stuck)),
            already=tuple(reversed(peeled.already)),
        )

    def _squashed(self, peeled: Peeled, parent: str, commits: Sequence[CommitInfo]) -> str:
        elsewhere = {layer.commit.sha for layer in peeled.layers} | {each.sha for each in peeled.already}
        message = self._shape.wording([each for each in commits if each.sha not in elsewhere])
        return commit_tree(self._git, peeled.bottom, [parent], message, sign=self._sign)

    def _again(self, layer: Layer, parent: str) -> str:
        commit = layer.commit
        if commit.parents == (parent,) and commit.tree == layer.tree:
            return commit.sha
        return commit_tree(self._git, layer.tree, [parent], commit.message, like=commit, sign=self._sign)

    def _first_parents(self) -> set[str]:
        """The commits that the branch pointed to one after the other; only there a history can be cut."""
        chain: set[str] = set()
        at: str | None = self._history.tip
        while at in self._parents:
            chain.add(at)
            at = next(iter(self._parents[at]), None)
        return chain

    def _ancestors(self, commit: CommitInfo) -> set[str]:
        found: set[str] = set()
        ahead = list(commit.parents)
        while ahead:
            at = ahead.pop()
            if at in self._parents and at not in found:
                found.add(at)
                ahead += self._parents[at]
        return found


def _tree_of(git: Git, rev: str) -> str:
    return git.text("rev-parse", "--verify", f"{rev}^{{tree}}")


def _checked(git: Git, tree: str, shaped: Shaped) -> Shaped:
    """The promise of this module, held to before anything can land."""
    found = _tree_of(git, shaped.tip)
    if found != tree:
        raise GitError(f"The shaped history ends in tree {found}, not in the merged {tree}", tip=shaped.tip)
    return shaped
