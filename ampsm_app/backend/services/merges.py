"""Landing a session's work: looked at first, computed before anything moves, undone exactly."""

import secrets
from collections.abc import Callable

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Merge, MergeChoices, MergeOptions, MergeStatus, Preflight
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Check, Session
from ampsm_app.backend.git import refs, three_way
from ampsm_app.backend.git.commits import commit_tree
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.merge_job import MergeJob, MergeParts
from ampsm_app.backend.services.merge_targets import Target, find_target
from ampsm_app.backend.services.operations import Operation, Operations
from ampsm_app.backend.services.preflight import Preflights
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.standing import require_clean
from ampsm_app.backend.services.stopping import stoppable
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store import merges, sessions


class Merges:
    """Merges of sessions, one at a time for each."""

    def __init__(
        self,
        parts: MergeParts,
        operations: Operations,
        worktrees: Worktrees,
        preflights: Preflights,
        recovery: Recovery,
    ) -> None:
        self._parts = parts
        self._resources = parts.resources
        self._operations = operations
        self._worktrees = worktrees
        self._preflights = preflights
        self._recovery = recovery

    def preflight(self, session_id: str, options: MergeOptions, *, fetch: bool = False) -> Preflight:
        """Whether the session can be merged now, and what the merge would do; nothing moves."""
        session = self._session(session_id)
        return self._preflights.look(session, options, fetch=fetch, open_merge=self.open(session_id))

    def begin(self, session_id: str, options: MergeOptions) -> MergeJob:
        """Claim the session for a merge, which goes on with `MergeJob.run`.

        What can be refused at once is: the job's merge is then `refused` and there is nothing to run.
        Raises `SessionBusy` while a turn or another merge holds the session.
        """
        self._recovery.recover(session_id)
        session = self._session(session_id)
        if (open_merge := self.open(session_id)) is not None:
            update = {
                "status": MergeStatus.REFUSED,
                "code": "merge_in_progress",
                "reason": "A merge of this session waits for its conflicts (continue-merge or abort-merge).",
            }
            return MergeJob(self._parts, session, open_merge.model_copy(update=update), None)
        operation = self._claim("merge", session)
        merge = self._draft(session, options)
        try:
            merge = self._ready_to_merge(session, merge)
            with self._resources.database.write() as connection:
                merges.save(connection, merge)
        except AmpsmError as error:
            with self._resources.database.write() as connection:
                operation.finish(connection, "refused")
            reason = f"{error.message} ({error.hint})" if error.hint else error.message
            refused = {"status": MergeStatus.REFUSED, "code": error.code, "reason": reason}
            return MergeJob(self._parts, session, merge.model_copy(update=refused), None)
        return MergeJob(self._parts, session, merge, operation)

    def run(self, session_id: str, options: MergeOptions) -> Merge:
        """Merge, to the end."""
        return self.begin(session_id, options).run()

    def resume(self, session_id: str, choices: MergeChoices | None = None) -> MergeJob:
        """Go on with a merge whose conflicts are settled, in whichever face or in the worktree.

        `choices` replace those that it began with. Raises `NotFound` where no merge waits.
        """
        self._recovery.recover(session_id)
        session, merge = self._session(session_id), self._waiting(session_id)
        chosen = choices.model_dump(exclude_none=True) if choices is not None else {}
        options = merge.options.model_copy(update=chosen)
        going = merge.model_copy(update={"code": None, "reason": None, "options": options})
        with self._resources.database.write() as connection:
            operation = self._operations.begin(connection, "merge", session.id, session.repo_root)
            if options != merge.options:
                merges.save(connection, merge.model_copy(update={"options": options}))
        return MergeJob(
            self._parts,
            session,
            going,
            operation,
            resolved=lambda: self._parts.conflicts.result_tree(session, merge),
        )

    def begin_check(self, session_id: str, options: MergeOptions) -> Callable[[], Check]:
        """Claim the session for its check on the merged result, again where it ran before; nothing moves.

        What is given runs it; what it says counts for the merge. Raises `Conflict` where there is no merged
        result yet (`conflicts`, `unresolved`, …), `InvalidInput` without a script.
        """
        self._recovery.recover(session_id)
        session = self._session(session_id)
        if not session.script:
            raise InvalidInput(f"Session {session.name!r} has no check script.", hint="merge without one")
        operation = self._claim("check", session)
        try:
            git = self._resources.worktree_git(session)
            target = find_target(git, session, options.onto)
            tree = self._merged_tree(session, target)
            commit = commit_tree(git, tree, [target.tip], "what the merge would be", sign=False)
        except BaseException:
            operation.abandon()
            raise
        return lambda: self._run_check(operation, session, commit, tree)

    def check(self, session_id: str, options: MergeOptions) -> Check:
        """Check the merged result, to the end."""
        return self.begin_check(session_id, options)()

    def _run_check(self, operation: Operation, session: Session, commit: str, tree: str) -> Check:
        cancelled = Cancel()
        try:
            with stoppable(self._resources.database, session.id, cancelled):
                check = self._parts.checks.run(session, commit, tree, cancelled)
            with self._resources.database.write() as connection:
                waiting = merges.open_merge(connection, session.id)
                if waiting is not None and not cancelled.is_set():
                    merges.save(connection, waiting.model_copy(update={"check": check}))
                operation.finish(connection)
        except BaseException:
            operation.abandon()
            raise
        return check

    def abort(self, session_id: str) -> Merge:
        """End a merge and undo it: refs, index and files are as they were before it.

        What works for it, the check or an agent that was asked, is ended first. What has landed meanwhile
        is told as it is. Raises `NotFound` (`no_merge`) where there is none.
        """
        self._recovery.recover(session_id)
        begun = self.open(session_id)
        if begun is None:
            raise _nothing_waits(session_id)
        self._parts.stopping.stop(session_id)
        with self._resources.database.read() as connection:
            merge = merges.get(connection, begun.id)
        if merge.ended_at is not None:
            return merge
        session, merge = self._session(session_id), self._waiting(session_id)
        with self._operations.claim(
            "abort-merge", session.id, session.repo_root, merge_id=merge.id
        ) as claimed:
            self._parts.conflicts.undo(session, merge)
            update = {"status": MergeStatus.ABORTED, "code": None, "reason": None, "ended_at": utc_now()}
            aborted = merge.model_copy(update=update)
            with self._resources.database.write() as connection:
                merges.save(connection, aborted)
                claimed.finish(connection)
        return aborted

    def current(self, session_id: str) -> Merge | None:
        """The session's open merge, else its newest."""
        with self._resources.database.read() as connection:
            return merges.current(connection, session_id)

    def open(self, session_id: str) -> Merge | None:
        """The session's merge that has not ended."""
        with self._resources.database.read() as connection:
            return merges.open_merge(connection, session_id)

    def _claim(self, kind: str, session: Session) -> Operation:
        with self._resources.database.write() as connection:
            return self._operations.begin(connection, kind, session.id, session.repo_root)

    def _session(self, session_id: str) -> Session:
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        self._worktrees.ensure_present(session)
        return session

    def _waiting(self, session_id: str) -> Merge:
        merge = self.open(session_id)
        if merge is None or merge.status is not MergeStatus.CONFLICT:
            raise _nothing_waits(session_id)
        return merge

    def _merged_tree(self, session: Session, target: Target) -> str:
        """What base would become, conflicts settled so far included."""
        git, waiting = self._resources.worktree_git(session), self.open(session.id)
        if waiting is not None:
            tree = self._parts.conflicts.result_tree(session, waiting)
            merged = three_way.merge_as(git, target.tip, tree, waiting.base_sha)
        else:
            tip = refs.resolve(git, refs.HEADS + session.branch) or session.base_commit
            merged = three_way.merge(git, target.tip, tip)
        if not merged.is_clean:
            raise Conflict("There is no merged result to check: it conflicts.", code="conflicts")
        return merged.tree

    def _draft(self, session: Session, options: MergeOptions) -> Merge:
        return Merge(
            id=secrets.token_hex(5),
            session_id=session.id,
            status=MergeStatus.PREPARING,
            base_branch=options.onto or session.base_branch,
            base_sha="",
            session_sha="",
            options=options,
            created_at=utc_now(),
        )

    def _ready_to_merge(self, session: Session, merge: Merge) -> Merge:
        """The draft with its commits; raises the reason why there is nothing to merge or it cannot be."""
        git = self._resources.worktree_git(session)
        target = find_target(git, session, merge.options.onto)
        tip = require_clean(git, session)
        if refs.is_ancestor(git, tip, target.tip) or self._adds_nothing(session, target.tip, tip):
            raise AmpsmError(
                f"The session has nothing that {target.name} does not have.", code="nothing_to_merge"
            )
        return merge.model_copy(
            update={"base_branch": target.name, "base_sha": target.tip, "session_sha": tip}
        )

    def _adds_nothing(self, session: Session, base: str, tip: str) -> bool:
        git = self._resources.worktree_git(session)
        merged = three_way.merge(git, base, tip)
        return merged.is_clean and merged.tree == refs.resolve(git, base, kind="tree")


def _nothing_waits(session_id: str) -> NotFound:
    return NotFound(
        "No merge of this session waits for anything.",
        hint=f"start one: amp-sessions merge {session_id}",
        code="no_merge",
    )
