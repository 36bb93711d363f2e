"""How much of a repository's object store only some of its refs hold."""

from collections.abc import Sequence

from ampsm_app.backend.git import worktrees
from ampsm_app.backend.git.refs import OURS
from ampsm_app.backend.git.runner import Git


def only_in(git: Git, refs: Sequence[str]) -> int:
    """Bytes on disk of the objects that these refs hold, and no other ref and no worktree's HEAD.

    So much git frees, when it next collects garbage, after they are gone.
    """
    if not refs:
        return 0
    wanted = set(refs)
    listed = (
        line.split(" ", 1)
        for line in git.text("for-each-ref", "--format=%(objectname) %(refname)").split("\n")
    )
    others = [oid for oid, name in (each for each in listed if len(each) == 2) if name not in wanted]
    others += [each.head for each in worktrees.listed(git) if each.head and each.head.strip("0")]
    asked = "".join([*(f"{name}\n" for name in refs), *(f"^{oid}\n" for oid in dict.fromkeys(others))])
    said = git.read(
        "rev-list", "--objects", "--disk-usage", "--ignore-missing", "--stdin", stdin=asked.encode()
    )
    return int(said.strip() or 0)


def only_ours(git: Git) -> int:
    """Bytes on disk of what only our own refs hold: restore points, waiting merges, interrupted turns."""
    return only_in(git, git.text("for-each-ref", "--format=%(refname)", OURS).split())
