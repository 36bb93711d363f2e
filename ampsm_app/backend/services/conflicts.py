"""Settling the conflicts of a merge, in the window or in the session's worktree."""

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.requests import Resolve
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import (
    backup_restore,
    conflict_texts,
    refs,
    resolution,
    resolving,
    worktree_conflict,
)
from ampsm_app.backend.git.conflict_texts import ConflictTexts
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.moving import Move
from ampsm_app.backend.git.resolution import Resolution
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.three_way import ThreeWay
from ampsm_app.backend.services.moving import Step
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges, sessions


class Conflicts:
    """Conflicts of waiting merges. Base and the user's checkout know nothing of them."""

    def __init__(
        self, resources: Resources, operations: Operations, points: Points, recovery: Recovery
    ) -> None:
        self._resources = resources
        self._operations = operations
        self._points = points
        self._recovery = recovery

    def begin(self, session: Session, merge: Merge, merged: ThreeWay, step: Step) -> Merge:
        """Record the conflicts of a merge, so that any face can settle them, now or after a restart.

        Where the merge asks for it, its worktree shows them too; `step` records that before it happens.
        """
        git = self._resources.worktree_git(session)
        commits = (merge.base_sha, merge.session_sha)
        state = resolution.load(git, merge.id) or resolving.start(git, merge.id, commits, merged)
        waiting = merge.model_copy(
            update={"status": MergeStatus.CONFLICT, "tree": state.tree, "conflicts": state.conflicts}
        )
        self._save(waiting)
        return self._enter(session, waiting, step) if merge.options.in_worktree else waiting

    def into_worktree(self, session_id: str) -> Merge:
        """Put the conflict into the session's worktree, as an unfinished merge that every editor knows."""
        self._recovery.recover(session_id)
        session, merge = self._waiting(session_id)
        if merge.in_worktree:
            return merge
        with self._operations.claim("merge", session.id, session.repo_root) as operation:
            entered = self._enter(session, merge, operation.step)
            with self._resources.database.write() as connection:
                operation.finish(connection)
        return entered

    def texts(self, session_id: str, path: str) -> ConflictTexts:
        """A conflicted path as texts: its ancestor, both sides, and what is there now."""
        session, merge = self._waiting(session_id)
        git = self._resources.worktree_git(session)
        return conflict_texts.texts(git, self._state(git, merge), path)

    def resolve(self, wanted: Resolve) -> Merge:
        """Settle one path by a side, by its text, or by removing it."""
        self._recovery.recover(wanted.session_id)
        session, merge = self._waiting(wanted.session_id)
        git = self._resources.worktree_git(session)
        claim = self._operations.claim("resolve", session.id, session.repo_root, path=wanted.path)
        with claim as operation:
            before = self._state(git, merge)
            state = self._settled(git, before, wanted)
            if merge.in_worktree:
                _show(git, before, state, wanted.path)
            settled = _with_state(merge, state)
            with self._resources.database.write() as connection:
                merges.save(connection, settled)
                operation.finish(connection)
        return settled

    def finish_settling(self, session: Session, merge: Merge, path: str) -> Merge:
        """Follow up a settlement of `path` whose process was killed: what was settled is shown as it is."""
        git = self._resources.worktree_git(session)
        state = resolution.load(git, merge.id)
        if state is None:
            return merge
        if merge.in_worktree:
            self._points.take(session, "resolve")
            _show(git, state, state, path)
        return _with_state(merge, state)

    def result_tree(self, session: Session, merge: Merge) -> str:
        """The merged tree with everything settled. Raises `Conflict` where something is left."""
        git = self._resources.worktree_git(session)
        if merge.in_worktree and (tree := _tree_of_worktree(git, merge)) is not None:
            return tree
        state = self._state(git, merge)
        if not state.is_settled:
            raise Conflict(
                f"Still to resolve: {count(len(state.remaining), 'file')}: {', '.join(state.remaining[:5])}.",
                hint="resolve them, or take a side: --take base|session|both PATH",
                code="unresolved",
            )
        return state.tree

    def undo(self, session: Session, merge: Merge) -> None:
        """Take back what a waiting merge made, index and files exactly; can be repeated."""
        if merge.in_worktree:
            self._points.take(session, "abort-merge")
            self.restore_worktree(session, merge)
        resolution.forget(self._resources.worktree_git(session), merge.id)

    def leave_half_entered(self, session: Session, merge: Merge) -> Merge:
        """Follow up a conflict whose process was killed while it was put into the worktree; it waits there
        no more."""
        if merge.in_worktree:
            self._points.take(session, "abort-merge")
            self.restore_worktree(session, merge)
        return merge.model_copy(update={"in_worktree": False})

    def restore_worktree(self, session: Session, merge: Merge) -> None:
        """Make the session's worktree what it was before the conflict was put there; can be repeated."""
        if merge.backup_ref is not None:
            git = self._resources.worktree_git(session)
            backup_restore.restore(git, merge.backup_ref, context_dir=session.context_dir, before=None)

    def leave_worktree(self, session: Session, merge: Merge, landed: str) -> None:
        """After a landing: nothing of the conflict stays in the session's worktree."""
        if not merge.in_worktree:
            return
        git = self._resources.worktree_git(session)
        wanted = Move(
            worktree=session.worktree_path,
            ref=refs.HEADS + session.branch,
            old=merge.session_sha,
            new=landed,
            message="ampsm: merge",
        )
        if not worktree_conflict.leave(git, wanted):
            self._points.take(session, "leave-conflict")
            self.restore_worktree(session, merge)

    def _enter(self, session: Session, merge: Merge, step: Step) -> Merge:
        git = self._resources.worktree_git(session)
        point = self._points.take(session, "conflict")
        shown = merge.model_copy(update={"in_worktree": True, "backup_ref": point.ref})
        # The step first: a merge said to be in the worktree that is not there could not be followed up.
        step("entering")
        self._save(shown)
        message = f"Merge {merge.base_branch} into {session.branch}"
        entered = worktree_conflict.enter(git, merge.base_sha, merge.session_sha, message)
        if isinstance(entered, Refused):
            if entered.code == "checkout_refused":
                # Git may have been killed halfway.
                self.restore_worktree(session, shown)
            self._save(merge)
            raise Conflict(entered.reason, hint=entered.hint, code=entered.code)
        step("waiting")
        return shown

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


def _with_state(merge: Merge, state: Resolution) -> Merge:
    update = {"tree": state.tree, "conflicts": state.conflicts, "code": None, "reason": None}
    return merge.model_copy(update=update)


def _show(git: Git, before: Resolution, after: Resolution, path: str) -> None:
    """Make what was just settled visible in the worktree; `path` also where it was settled so before."""
    known = set(before.settlements)
    for each in after.settlements:
        if each not in known or each.path == path:
            worktree_conflict.put(git, each.path, each.changes)


def _tree_of_worktree(git: Git, merge: Merge) -> str | None:
    """The result as it stands in the worktree; None where somebody has ended the merge there."""
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
