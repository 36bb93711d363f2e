"""Settling the conflicts of a merge, in the window or in the session's worktree."""

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.requests import Resolve
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import conflict_texts, resolution, resolving
from ampsm_app.backend.git.conflict_texts import ConflictTexts
from ampsm_app.backend.git.resolution import Resolution
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.three_way import ThreeWay
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges, sessions


class Conflicts:
    """Conflicts of waiting merges. Base and the user's checkout know nothing of them."""

    def __init__(self, resources: Resources, operations: Operations, points: Points) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points

    def begin(self, session: Session, merge: Merge, merged: ThreeWay) -> Merge:
        """Record the conflicts of a merge, so that any face can settle them, now or after a restart."""
        git = self._resources.worktree_git(session)
        commits = (merge.base_sha, merge.session_sha)
        state = resolution.load(git, merge.id) or resolving.start(git, merge.id, commits, merged)
        waiting = merge.model_copy(
            update={"status": MergeStatus.CONFLICT, "tree": state.tree, "conflicts": state.conflicts}
        )
        self._save(waiting)
        return waiting

    def texts(self, session_id: str, path: str) -> ConflictTexts:
        """A conflicted path as texts: its ancestor, both sides, and what is there now."""
        session, merge = self._waiting(session_id)
        git = self._resources.worktree_git(session)
        return conflict_texts.texts(git, self._state(git, merge), path)

    def resolve(self, wanted: Resolve) -> Merge:
        """Settle one path by a side, by its text, or by removing it."""
        session, merge = self._waiting(wanted.session_id)
        git = self._resources.worktree_git(session)
        with self._operations.claim("resolve", session.id, session.repo_root) as operation:
            state = self._settled(git, self._state(git, merge), wanted)
            update = {"tree": state.tree, "conflicts": state.conflicts, "code": None, "reason": None}
            settled = merge.model_copy(update=update)
            with self._resources.database.write() as connection:
                merges.save(connection, settled)
                operation.finish(connection)
        return settled

    def result_tree(self, session: Session, merge: Merge) -> str:
        """The merged tree with everything settled. Raises `Conflict` (`unresolved`) where something is left."""
        git = self._resources.worktree_git(session)
        state = self._state(git, merge)
        if not state.is_settled:
            raise Conflict(
                f"{len(state.remaining)} files are not resolved: {', '.join(state.remaining[:5])}.",
                hint="resolve them, or take a side: --take base|session|both PATH",
                code="unresolved",
            )
        return state.tree

    def undo(self, session: Session, merge: Merge) -> None:
        """Take back what a waiting merge made; can be repeated."""
        resolution.forget(self._resources.worktree_git(session), merge.id)

    def leave_worktree(self, session: Session, merge: Merge) -> None:
        """After a landing: nothing of the conflict stays in the session's worktree."""

    def _settled(self, git: Git, state: Resolution, wanted: Resolve) -> Resolution:
        if wanted.take is not None:
            return resolving.take(git, state, wanted.path, wanted.take)
        if wanted.delete:
            return resolving.delete(git, state, wanted.path)
        if wanted.text is None:
            raise InvalidInput("Neither a side nor a text was given.", hint="take base, session or both")
        return resolving.set_text(git, state, wanted.path, wanted.text)

    def _state(self, git: Git, merge: Merge) -> Resolution:
        state = resolution.load(git, merge.id)
        if state is None:
            raise NotFound(
                "What was settled of this merge is not in the repository any more.",
                hint=f"amp-sessions abort-merge {merge.session_id}, then merge again",
                code="merge_lost",
            )
        return state

    def _waiting(self, session_id: str) -> tuple[Session, Merge]:
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
            merge = merges.open_merge(connection, session_id)
        if merge is None or merge.status is not MergeStatus.CONFLICT:
            raise NotFound("No merge of this session waits for anything.", code="no_merge")
        return session, merge

    def _save(self, merge: Merge) -> None:
        with self._resources.database.write() as connection:
            merges.save(connection, merge)
