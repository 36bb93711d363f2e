"""Picking commits onto another, on objects first: a conflict leaves no trace."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.commits import CommitInfo, commit_tree, signs_commits
from ampsm_app.backend.git.runner import Git

_TRAILER = re.compile(r"[A-Za-z0-9-]+: \S|\(cherry picked from commit ")


@dataclass(frozen=True, slots=True)
class Picked:
    """The new tip and the commits made, oldest first; `dropped` are those whose change was there already."""

    tip: str
    commits: tuple[str, ...]
    dropped: tuple[CommitInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class PickConflict:
    """The commit that does not apply, and where."""

    commit: CommitInfo
    conflicts: tuple[Conflicted, ...]


def pick_all(git: Git, commits: Sequence[CommitInfo], onto: str) -> Picked | PickConflict:
    """Each commit's change against its first parent, in the order given, on top of the commit `onto`.

    Author, date and message are kept; a line as of `git cherry-pick -x` names the origin. Made with the
    user's signature where he signs; no hook runs and nothing moves.
    """
    signed = signs_commits(git)
    tip, tree = git.text("rev-parse", f"{onto}^{{commit}}", f"{onto}^{{tree}}").split("\n")
    made: list[str] = []
    dropped: list[CommitInfo] = []
    for commit in commits:
        picked = three_way.pick(git, commit, tree)
        if not picked.is_clean:
            return PickConflict(commit, picked.conflicts)
        if picked.tree == tree:
            dropped.append(commit)
            continue
        tree = picked.tree
        tip = commit_tree(git, tree, [tip], naming_origin(commit), like=commit, sign=signed)
        made.append(tip)
    return Picked(tip, tuple(made), tuple(dropped))


def naming_origin(commit: CommitInfo) -> str:
    """The commit's message with a last line that says which commit it was picked from."""
    message = commit.message.rstrip("\n")
    last = message.rpartition("\n\n")[2]
    has_trailers = "\n\n" in message and all(_TRAILER.match(line) for line in last.split("\n"))
    gap = "\n" if has_trailers else "\n\n"
    return f"{message}{gap}(cherry picked from commit {commit.sha})\n"
