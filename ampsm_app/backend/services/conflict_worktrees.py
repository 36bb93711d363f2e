"""A conflict that stands in the session's worktree: what is settled is shown there, and read back from it."""

from collections.abc import Iterable

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.git import worktree_conflict
from ampsm_app.backend.git.resolution import Resolution
from ampsm_app.backend.git.runner import Git


def show(git: Git, before: Resolution, after: Resolution, paths: Iterable[str]) -> None:
    """Make what was just settled visible in the worktree; `paths` also where they were settled so before."""
    wanted = set(paths)
    wanted |= {other for each in after.conflicts if each.path in wanted for other in each.related}
    known = set(before.settlements)
    for each in after.settlements:
        if each not in known or each.path in wanted:
            worktree_conflict.put(git, each.path, each.changes)


def show_all(git: Git, state: Resolution) -> None:
    """Make all that was settled before visible in a worktree that the conflict was just put into.

    What was written but not finished stays in conflict there, with its text.
    """
    open_paths = set(state.remaining)
    for each in state.settlements:
        if each.path in open_paths:
            worktree_conflict.write(git, each.changes)
        else:
            worktree_conflict.put(git, each.path, each.changes)


def left_in_worktree(git: Git, merge: Merge, state: Resolution) -> tuple[str, ...] | None:
    """The conflicted paths that nobody has settled there yet; None where the merge is over there."""
    found = worktree_conflict.remaining(git, merge.base_sha, merge.session_sha)
    if found is None:
        return None
    # Git gave some sides names of their own: `a~HEAD`.
    return tuple(
        each.path
        for each in state.conflicts
        if any(path == each.path or path.startswith(f"{each.path}~") for path in found)
    )


def tree_of_worktree(git: Git, merge: Merge) -> str | None:
    """The result as it stands in the worktree; None where somebody has ended the merge there.

    Raises `Conflict` where something is left to do there.
    """
    found = worktree_conflict.read_back(git, merge.base_sha, merge.session_sha)
    if found.state == "gone":
        return None
    if found.state == "elsewhere":
        raise Conflict(
            "The session's worktree has left the merge for another commit.",
            hint=f"amp-sessions abort-merge {merge.session_id} puts it back",
            code="worktree_displaced",
        )
    if found.unmerged or found.marked:
        left = found.marked or found.unmerged
        what = "Conflict markers are left in" if found.marked else "Not resolved:"
        raise Conflict(
            f"{what} {', '.join(left[:5])}.",
            hint="resolve them in the worktree, or take a side: --take base|session|both PATH",
            code="markers_left" if found.marked else "unresolved",
        )
    if found.unstaged:
        raise Conflict(
            f"Changed besides the conflict, and not part of the result: {', '.join(found.unstaged[:5])}.",
            hint="git add them in the worktree if they belong to the merge, else take them away",
            code="unstaged",
        )
    return found.tree
