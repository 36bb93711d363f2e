"""Settling the conflicts of a merge, in the window or in the session's worktree."""

from collections.abc import Iterable, Mapping

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
    snapshots,
    worktree_conflict,
)
from ampsm_app.backend.git.conflict_texts import ConflictTexts
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.moving import Move
from ampsm_app.backend.git.resolution import Resolution
from ampsm_app.backend.git.resolving import Answer
from ampsm_app.backend.git.runner import encode
from ampsm_app.backend.git.three_way import ThreeWay
from ampsm_app.backend.services.conflict_worktrees import left_in_worktree, show, show_all, tree_of_worktree
from ampsm_app.backend.services.moving import Step
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges, sessions

# The step in which a conflict is put into the worktree; its payload has the backup to go back to.
ENTERING = "entering"


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
        session, merge = self.waiting(session_id)
        if merge.in_worktree:
            return merge
        with self._operations.claim("merge", session.id, session.repo_root) as operation:
            entered = self._enter(session, merge, operation.step)
            with self._resources.database.write() as connection:
                operation.finish(connection)
        return entered

    def texts(self, session_id: str, path: str) -> ConflictTexts:
        """A conflicted path as texts: its ancestor, both sides, and what is there now."""
        session, merge = self.waiting(session_id)
        git = self._resources.worktree_git(session)
        return conflict_texts.texts(git, self.state(session, merge), path)

    def resolve(self, wanted: Resolve) -> Merge:
        """Settle one path by a side, by its text, or by removing it."""
        self._recovery.recover(wanted.session_id)
        session, merge = self.waiting(wanted.session_id)
        answer = _answer(wanted)
        claim = self._operations.claim("resolve", session.id, session.repo_root, paths=[wanted.path])
        with claim as operation:
            if merge.in_worktree:
                # What was edited there by hand is about to be written over.
                self._points.take(session, "resolve")
            merge = self.settled(session, merge, {wanted.path: answer})
            with self._resources.database.write() as connection:
                merges.save(connection, merge)
                operation.finish(connection)
        return merge

    def settled(self, session: Session, merge: Merge, answers: Mapping[str, Answer]) -> Merge:
        """Settle paths, all or none, and show them where the conflict is; the merge as it has to be saved.

        The caller holds the session and has recorded the paths: see `follow_up_settling`.
        """
        git = self._resources.worktree_git(session)
        before = self.state(session, merge)
        after = resolving.settle(git, before, answers)
        if merge.in_worktree:
            show(git, before, after, answers)
        return _with_state(merge, after)

    def follow_up_settling(self, session: Session, merge: Merge, paths: Iterable[str]) -> Merge:
        """Follow up a settlement of `paths` whose process was killed: what was settled is shown as it is."""
        git = self._resources.worktree_git(session)
        state = resolution.load(git, merge.id)
        if state is None:
            return merge
        if merge.in_worktree:
            self._points.take(session, "resolve")
            show(git, state, state, paths)
        return _with_state(merge, state)

    def left(self, session_id: str) -> tuple[str, ...]:
        """The paths of a waiting merge that are still to be settled."""
        return self.left_of(*self.waiting(session_id))

    def left_of(self, session: Session, merge: Merge) -> tuple[str, ...]:
        """The paths that are still to be settled, in the worktree where the conflict is there."""
        git, state = self._resources.worktree_git(session), self.state(session, merge)
        found = left_in_worktree(git, merge, state) if merge.in_worktree else None
        return state.remaining if found is None else found

    def present_tree(self, session: Session, merge: Merge) -> str:
        """What there is now, markers and all: the worktree's content where the conflict is there."""
        git, state = self._resources.worktree_git(session), self.state(session, merge)
        if merge.in_worktree and left_in_worktree(git, merge, state) is not None:
            return snapshots.worktree_tree(git, context_dir=session.context_dir)
        return state.tree

    def state(self, session: Session, merge: Merge) -> Resolution:
        """What was settled so far. Raises `NotFound` (`merge_lost`) where the repository has it no more."""
        state = resolution.load(self._resources.worktree_git(session), merge.id)
        if state is None:
            raise NotFound(
                "What was settled of this merge is not in the repository any more.",
                hint=f"amp-sessions abort-merge {merge.session_id}, then merge again",
                code="merge_lost",
            )
        return state

    def waiting(self, session_id: str) -> tuple[Session, Merge]:
        """A session and its merge that waits for conflicts. Raises `NotFound` (`no_merge`)."""
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
            merge = merges.open_merge(connection, session_id)
        if merge is None or merge.status is not MergeStatus.CONFLICT:
            raise NotFound("No merge of this session waits for anything.", code="no_merge")
        return session, merge

    def result_tree(self, session: Session, merge: Merge) -> str:
        """The merged tree with everything settled. Raises `Conflict` where something is left."""
        git = self._resources.worktree_git(session)
        if merge.in_worktree and (tree := tree_of_worktree(git, merge)) is not None:
            return tree
        state = self.state(session, merge)
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

    def leave_half_entered(self, session: Session, merge: Merge, backup_ref: str) -> Merge:
        """Follow up a conflict whose process was killed while it was put into the worktree; it waits there
        no more."""
        self._points.take(session, "abort-merge")
        self._restore(session, backup_ref)
        return merge.model_copy(update={"in_worktree": False})

    def restore_worktree(self, session: Session, merge: Merge) -> None:
        """Make the session's worktree what it was before the conflict was put there; can be repeated."""
        if merge.backup_ref is not None:
            self._restore(session, merge.backup_ref)

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
        written = worktree_conflict.written(git, merge.base_sha, merge.session_sha)
        point = self._points.take(session, "conflict", also=written)
        # Recorded before it begins, told when it is there: until then the merge waits without a worktree.
        step(ENTERING, backup_ref=point.ref)
        message = f"Merge {merge.base_branch} into {session.branch}"
        entered = worktree_conflict.enter(git, merge.base_sha, merge.session_sha, message)
        if isinstance(entered, Refused):
            if entered.code == "checkout_refused":
                # Git may have been killed halfway.
                self._restore(session, point.ref)
            step("waiting")
            raise Conflict(entered.reason, hint=entered.hint, code=entered.code)
        show_all(git, self.state(session, merge))
        shown = merge.model_copy(update={"in_worktree": True, "backup_ref": point.ref})
        self._save(shown)
        step("waiting")
        return shown

    def _restore(self, session: Session, backup_ref: str) -> None:
        git = self._resources.worktree_git(session)
        backup_restore.restore(git, backup_ref, context_dir=session.context_dir, before=None)

    def _save(self, merge: Merge) -> None:
        with self._resources.database.write() as connection:
            merges.save(connection, merge)


def _answer(wanted: Resolve) -> Answer:
    if wanted.take is not None:
        return Answer(side=wanted.take)
    if wanted.delete:
        return Answer()
    if wanted.text is None:
        raise InvalidInput("Neither a side nor a text was given.", hint="take base, session or both")
    return Answer(content=encode(wanted.text))


def _with_state(merge: Merge, state: Resolution) -> Merge:
    update = {"tree": state.tree, "conflicts": state.conflicts, "code": None, "reason": None}
    return merge.model_copy(update=update)
