"""Taking a session back to one of its commits."""

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import Rollback
from ampsm_app.backend.git import backup_restore, discarding, layout, refs
from ampsm_app.backend.git.landing_refusals import by_obstacles
from ampsm_app.backend.git.obstacles import changes_between, obstacles
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Status, read_status
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.services.edits import Edits, moved_event, subject_at
from ampsm_app.backend.services.moving import move_session
from ampsm_app.backend.services.reviews import base_of, session_commits
from ampsm_app.backend.store.operations import Operation

_STEP = "clearing"
# What git itself would overwrite without a word; changes to tracked files are what is rolled back.
_IN_THE_WAY = ("untracked_in_way", "ignored_in_way", "hidden_edit", "index_locked")


class RollingBack:
    """Moves a session's branch, index and files back. Nothing is lost: all of it is in a point."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        edits.recovery.handle("rollback", self.resume)

    def roll_back(self, request: Rollback) -> RestorePoint:
        """Go back to a commit of the session, or to where it left base; the point of before.

        As with `git reset --hard`, uncommitted changes to tracked files go, and untracked files stay where
        they are (the point has them too). Where an untracked or ignored file stands where a file comes back,
        nothing is done. Raises `Conflict` with the obstacle's code, `merge_in_progress`, `already_there` or
        `merged`; `NotFound` (`not_of_session`).
        """
        session = self._edits.session(request.id)
        with self._edits.operations.claim("rollback", session.id, session.repo_root) as operation:
            git = self._edits.resources.worktree_git(session)
            state = self._edits.require_settled(git, session)
            head = state.head or ""
            target = self._target(git, session, request.sha)
            _refuse_obstacles(git, state, head, target)
            point = self._edits.points.take(session, "rollback")
            operation.step(_STEP, before=head, point=point.id)
            self._clear(git, session)
            try:
                message = f"ampsm: roll back to {target[:12]}"
                move_session(git, session, head, target, message=message, step=operation.step)
            except Conflict:
                backup_restore.restore(git, point.ref, context_dir=session.context_dir, before=None)
                raise
            event = moved_event(git, "rollback", head, target, subject_at(git, target))
            self._edits.record(operation, session, event)
        return point

    def resume(self, operation: Operation, session: Session) -> None:
        """Finish what had moved; else put back what was there, in which later edits become a point first."""
        if "before" not in operation.payload:
            self._edits.settle(operation, session, None)
            return
        git = self._edits.resources.worktree_git(session)
        before, wanted = str(operation.payload["before"]), operation.payload.get("move") or {}
        if refs.branch_tip(git, session.branch) == wanted.get("new", before) != before:
            self._edits.settle(operation, session, moved_event(git, "rollback", before, wanted["new"]))
            return
        point = self._edits.points.get(session, str(operation.payload["point"]))
        self._edits.points.take(session, "restore")
        backup_restore.restore(git, point.ref, context_dir=session.context_dir, before=None)
        self._edits.settle(operation, session, None)

    def _target(self, git: Git, session: Session, asked: str) -> str:
        if session.merged_at is not None:
            raise Conflict(
                f"Session {session.name!r} is merged: its next turn or commit goes on from base.",
                hint="undo the merge on base instead: git revert",
                code="merged",
            )
        base = base_of(git, session)
        sha = refs.resolve(git, asked, kind="commit")
        own = {each.sha for each in session_commits(git, session)}
        if sha is None or sha not in {*own, refs.merge_base(git, base, "HEAD")}:
            raise NotFound(
                f"{asked} is no commit of session {session.name!r}.",
                hint="the Git tab and `git log` in the worktree list them",
                code="not_of_session",
            )
        return sha

    def _clear(self, git: Git, session: Session) -> None:
        common = self._edits.resources.repository(session).common_dir
        aside = trash_place(common, f"{session.id}-aside", utc_now())
        state = read_status(git, context_dir=session.context_dir, renames=False)
        discarding.reset_tracked(git, state.entries, aside, context_dir=session.context_dir)


def _refuse_obstacles(git: Git, state: Status, head: str, target: str) -> None:
    changed = any(not each.untracked for each in state.entries)
    if head == target and not changed:
        raise Conflict("The session is at that commit already.", code="already_there")
    found = obstacles(git, layout.git_dir(git.cwd), changes_between(git, head, target))
    blocking = [each for each in found if each.code in _IN_THE_WAY]
    if blocking:
        refused = by_obstacles(git.cwd, blocking)
        raise Conflict(
            refused.reason, hint=refused.hint, code=refused.code, paths=[each.path for each in blocking]
        )
