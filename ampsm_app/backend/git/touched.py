"""The files that some commits changed."""

from collections.abc import Sequence

from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.runner import Git, encode, nul_list

_NAMES = ("diff-tree", "--stdin", "--no-commit-id", "--root", "-r", "-z", "--name-only", "--no-renames")


def touched(git: Git, commits: Sequence[CommitInfo]) -> list[str]:
    """The paths that any of these commits changed against its parent, by name; merge commits are left out."""
    plain = [each.sha for each in commits if not each.is_merge]
    if not plain:
        return []
    return sorted(set(nul_list(git.read(*_NAMES, stdin=encode("".join(f"{sha}\n" for sha in plain))))))
