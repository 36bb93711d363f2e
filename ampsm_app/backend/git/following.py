"""Where a session's branch goes on after a merge: on what base became, without leaving a commit behind."""

from dataclasses import dataclass

from ampsm_app.backend.git import replay
from ampsm_app.backend.git.refs import is_ancestor, resolve
from ampsm_app.backend.git.runner import Git


@dataclass(frozen=True, slots=True)
class MergedOnce:
    """The commit of the session that was merged, and the one that base became by it."""

    session: str
    landed: str


def next_start(git: Git, head: str, base: str, merged: MergedOnce) -> str | None:
    """The commit to go on from: base, with the commits that were made since the merge on top of it.

    None where the branch must stay as it is: base does not have the merge (it went into another branch, or
    was taken off again), or what was made since does not fit base. Makes objects only.
    """
    if is_ancestor(git, head, base):
        return base
    if not is_ancestor(git, merged.landed, base):
        return None
    if resolve(git, head, kind="tree") == resolve(git, merged.session, kind="tree"):
        return base
    if not is_ancestor(git, merged.session, head):
        return None
    since = replay.rebase(git, merged.session, head, base)
    return since.tip if isinstance(since, replay.Replayed) else None
