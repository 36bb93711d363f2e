"""Applying commits of other sessions to a session's branch."""

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.merges import CommitLine
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import CherryPick, Pick
from ampsm_app.backend.git import commits, picking, refs
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.edits import Edits, listing, moved_event
from ampsm_app.backend.services.moving import STEP, move_session
from ampsm_app.backend.services.reviews import base_of, commit_lines
from ampsm_app.backend.store import sessions
from ampsm_app.backend.store.operations import Operation


class Picking:
    """Picks commits. What would conflict is refused before anything has moved."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        edits.recovery.handle("cherry-pick", self.resume)

    def pick(self, request: CherryPick) -> Pick:
        """Apply the commits, oldest first; uncommitted changes stay where the picked paths do not meet them.

        Raises `Conflict`: `pick_conflict` (with the paths), `nothing_to_pick` (all is there already),
        `merge_in_progress`, or the code of what stands in the way in the worktree; `NotFound`
        (`no_such_commit`), `InvalidInput` (`other_repository`).
        """
        session = self._edits.session(request.id)
        with self._edits.operations.claim("cherry-pick", session.id, session.repo_root) as operation:
            if session.merged_at is not None:
                session = self._edits.worktrees.follow_base(session, operation.step)
            git = self._edits.resources.worktree_git(session)
            head = self._edits.require_settled(git, session).head or ""
            picked = self._picked(git, session, request, head)
            point = self._edits.points.take(session, "cherry-pick")
            move_session(git, session, head, picked.tip, message="ampsm: cherry-pick", step=operation.step)
            message = ", ".join(each[:12] for each in picked.commits)
            self._edits.record(operation, session, moved_event(git, "cherry-pick", head, picked.tip, message))
        made = commits.log(git, "--topo-order", "--reverse", f"{head}..{picked.tip}")
        lines: tuple[CommitLine, ...] = commit_lines(made, session.id)
        return Pick(commits=lines, point=point, dropped=tuple(each.sha for each in picked.dropped))

    def resume(self, operation: Operation, session: Session) -> None:
        """Tell a pick that was done when its process was killed; the move itself is settled already."""
        git = self._edits.resources.worktree_git(session)
        wanted = operation.payload.get("move") or {}
        done = operation.step == STEP and refs.branch_tip(git, session.branch) == wanted.get("new")
        is_pick = "cherry-pick" in str(wanted.get("message"))
        event = moved_event(git, "cherry-pick", wanted["old"], wanted["new"]) if done and is_pick else None
        self._edits.settle(operation, session, event)

    def _picked(self, git: Git, session: Session, request: CherryPick, head: str) -> picking.Picked:
        found = self._commits(git, session, request)
        picked = picking.pick_all(git, found, head)
        if isinstance(picked, picking.PickConflict):
            paths = list(dict.fromkeys(each.path for each in picked.conflicts))
            raise Conflict(
                f"{picked.commit.sha[:12]} ({picked.commit.subject}) does not apply here: {listing(paths)}.",
                hint="nothing was changed; pick what it builds on too, or ask the agent for the same change",
                code="pick_conflict",
                commit=picked.commit.sha,
                conflicts=[{"path": each.path, "kind": each.kind} for each in picked.conflicts],
            )
        if not picked.commits:
            raise Conflict("All of that is in the session already.", code="nothing_to_pick")
        return picked

    def _commits(self, git: Git, session: Session, request: CherryPick) -> list[CommitInfo]:
        """The commits that are meant, each once; those of a session in the order of its history."""
        other = self._other(session, request.from_session) if request.from_session else None
        shas = dict.fromkeys(_commit(git, each) for each in request.commits)
        if other is None:
            return [commits.log(git, "-1", sha)[0] for sha in shas]
        tip = refs.branch_tip(git, other.branch)
        history = (
            commits.log(git, "--topo-order", "--reverse", f"{base_of(git, other)}..{tip}") if tip else []
        )
        known = {each.sha for each in history}
        if missing := [sha for sha in shas if sha not in known]:
            raise NotFound(
                f"{missing[0][:12]} is no commit of session {other.name!r}.", code="no_such_commit"
            )
        return [each for each in history if each.sha in shas]

    def _other(self, session: Session, session_id: str) -> Session:
        with self._edits.resources.database.read() as connection:
            other = sessions.get(connection, session_id)
        if other.repo_root != session.repo_root:
            raise InvalidInput(
                f"Session {other.name!r} is of another repository.",
                hint="fetch its branch into this one first",
                code="other_repository",
            )
        return other


def _commit(git: Git, asked: str) -> str:
    found = refs.resolve(git, asked, kind="commit")
    if found is None:
        raise NotFound(f"There is no commit {asked} in this repository.", code="no_such_commit")
    return found
