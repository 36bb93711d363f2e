"""Rebasing on objects: a session's commits made again on another commit. No ref, index or file moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.commits import CommitInfo, commit_tree, log, signs_commits
from ampsm_app.backend.git.runner import Git


@dataclass(frozen=True, slots=True)
class Replayed:
    """The new commits, oldest first, and their tip; `dropped` are those whose change was there already."""

    tip: str
    commits: tuple[str, ...]
    dropped: tuple[CommitInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayConflict:
    """The commit that does not apply, and where. In `conflicts` the base side is the history it goes onto."""

    commit: CommitInfo
    conflicts: tuple[Conflicted, ...]


def rebase(
    git: Git, upstream: str, tip: str, onto: str, *, sign: bool | None = None
) -> Replayed | ReplayConflict:
    """The commits of `upstream..tip` on `onto`, one by one, with their authors, dates and messages.

    Only the commits that the branch itself went through are made again; a merge among them becomes one commit
    with all that it brought in (nothing where `onto` has that already): what was settled in it is kept.
    """
    chain = log(git, "--topo-order", "--first-parent", f"{upstream}..{tip}")
    return replay(git, list(reversed(chain)), onto, sign=sign)


def replay(
    git: Git, commits: Sequence[CommitInfo], onto: str, *, sign: bool | None = None
) -> Replayed | ReplayConflict:
    """Each of the commits (oldest first), as a change against its first parent, on top of `onto`."""
    signed = signs_commits(git) if sign is None else sign
    tip, tree = git.text("rev-parse", f"{onto}^{{commit}}", f"{onto}^{{tree}}").split("\n")
    made: list[str] = []
    dropped: list[CommitInfo] = []
    for commit in commits:
        if commit.parents == (tip,):
            tip, tree = commit.sha, commit.tree
            made.append(tip)
            continue
        picked = three_way.pick(git, commit, tree)
        if not picked.is_clean:
            return ReplayConflict(commit, picked.conflicts)
        if picked.tree == tree and commit.tree != three_way.parent_tree(git, commit):
            dropped.append(commit)
            continue
        tree = picked.tree
        tip = commit_tree(git, tree, [tip], commit.message, like=commit, sign=signed)
        made.append(tip)
    return Replayed(tip, tuple(made), tuple(dropped))
