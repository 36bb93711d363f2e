"""What would exist nowhere else after a session's worktree and branch are removed. Unknown is not zero."""

from collections.abc import Sequence
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.review import Loss
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import layout, recognise, refs, submodules
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges

_ORIGIN = refs.REMOTES + "origin/"


class Losses:
    """Counts what is not merged, not committed, not pushed."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def of(self, session: Session) -> Loss:
        """The loss that removing the session would be now."""
        present = (Path(session.worktree_path) / ".git").exists()
        unmerged = self._unmerged(session)
        return Loss(
            unmerged_commits=unmerged,
            uncommitted_files=self._uncommitted(session) if present else 0,
            submodule_commits=self._in_submodules(session),
            merged=unmerged == 0,
        )

    def unmerged(self, session: Session, commit: str) -> int | None:
        """How many commits up to this one are nowhere else: in no branch, remote branch or tag, as no change
        of its base, in no merge of the session. For a session whose branch is gone.
        """
        return self._only_in(session, commit, commit) if commit else 0

    def _unmerged(self, session: Session) -> int | None:
        ref = refs.HEADS + session.branch
        tip = refs.resolve(self._resources.main_git(session), ref)
        return 0 if tip is None else self._only_in(session, ref, tip)

    def _only_in(self, session: Session, ref: str, tip: str) -> int | None:
        git = self._resources.main_git(session)
        with self._resources.database.read() as connection:
            merge = merges.current(connection, session.id)
        names = dict.fromkeys((session.base_branch, merge.base_branch if merge else session.base_branch))
        places = [f"{prefix}{name}" for name in names for prefix in (refs.HEADS, refs.REMOTES, _ORIGIN)]
        if merge is not None and _holds(git, places, merge, tip):
            return 0
        return recognise.recognise(git, ref, places).only_here

    def _uncommitted(self, session: Session) -> int | None:
        git = self._resources.worktree_git(session)
        try:
            return len(read_status(git, context_dir=session.context_dir).entries)
        except AmpsmError:
            return None

    def _in_submodules(self, session: Session) -> int | None:
        """Also of a worktree that is gone: git may still keep the repositories of its submodules."""
        try:
            git = self._resources.main_git(session)
            entry = layout.linked_git_dir(layout.repository_dir(git.cwd), Path(session.worktree_path))
            return submodules.unpushed_in(git, entry) if entry is not None else 0
        except AmpsmError:
            return None


def _holds(git: Git, places: Sequence[str], merge: Merge, tip: str) -> bool:
    """Whether one of the places has what the merge made of this very tip.

    A merge whose conflicts were settled by hand made something that resembles none of the session's commits.
    """
    landed = merge.commit_sha
    if merge.status is not MergeStatus.MERGED or landed is None or merge.session_sha != tip:
        return False
    return any(refs.resolve(git, place) and refs.is_ancestor(git, landed, place) for place in places)
