"""What would exist nowhere else after a session's worktree and branch are removed. Unknown is not zero."""

from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.review import Loss
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import recognise, refs, submodules
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
            submodule_commits=self._in_submodules(session) if present else 0,
            merged=unmerged == 0,
        )

    def _unmerged(self, session: Session) -> int | None:
        git = self._resources.main_git(session)
        ref = refs.HEADS + session.branch
        if refs.resolve(git, ref) is None:
            return 0
        names = dict.fromkeys((session.base_branch, self._merged_into(session) or session.base_branch))
        places = [f"{prefix}{name}" for name in names for prefix in (refs.HEADS, refs.REMOTES, _ORIGIN)]
        return recognise.recognise(git, ref, places).only_here

    def _merged_into(self, session: Session) -> str | None:
        with self._resources.database.read() as connection:
            merge = merges.current(connection, session.id)
        return merge.base_branch if merge is not None else None

    def _uncommitted(self, session: Session) -> int | None:
        git = self._resources.worktree_git(session)
        try:
            return len(read_status(git, context_dir=session.context_dir).entries)
        except AmpsmError:
            return None

    def _in_submodules(self, session: Session) -> int | None:
        try:
            return submodules.unpushed(self._resources.worktree_git(session))
        except AmpsmError:
            return None
