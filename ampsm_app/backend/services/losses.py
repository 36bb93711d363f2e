"""What would exist nowhere else after a session's worktree and branch are removed. Unknown is not zero."""

from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.review import Loss
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import refs, submodules, three_way
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.reviews import base_of


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
        tip = refs.resolve(git, refs.HEADS + session.branch)
        if tip is None:
            return 0
        try:
            base = base_of(git, session)
            merged = three_way.merge(git, base, tip)
            if merged.is_clean and merged.tree == refs.resolve(git, base, kind="tree"):
                return 0
            return refs.ahead_behind(git, tip, base)[0]
        except AmpsmError:
            return None

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
