"""One merge, from its record to base's new commit. Nothing of the user's moves before the last step."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ampsm_app.backend.domain.errors import AmpsmError, Conflict
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.git import landing, refs, resolution, shaping, three_way
from ampsm_app.backend.git.commits import commit_tree
from ampsm_app.backend.git.landing_plan import Landing, plan_landing
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.runner import Git, was_killed
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.conflicts import Conflicts
from ampsm_app.backend.services.merge_checks import MergeChecks
from ampsm_app.backend.services.merge_records import record_landed
from ampsm_app.backend.services.merge_shapes import by_agent, shape, suggested
from ampsm_app.backend.services.merge_targets import Target, find_target
from ampsm_app.backend.services.operations import Operation
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.publishing import PUBLISHING, Publishing
from ampsm_app.backend.services.pull_requests import PullRequests, request_words
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.stopping import Stopping, stoppable
from ampsm_app.backend.store import merges, sessions
from ampsm_app.backend.store.database import Database

_TRIES = 3
STOPPED = "stopped"
# The step in which the branch goes out and its request is opened.
PUSHING = "pushing"


@dataclass(frozen=True)
class MergeParts:
    """The use cases that a merge is made of."""

    resources: Resources
    points: Points
    checks: MergeChecks
    conflicts: Conflicts
    publishing: Publishing
    pull_requests: PullRequests
    stopping: Stopping


class MergeRefused(Conflict):
    """The merge cannot be made now; nothing has moved. Becomes the answer `refused`."""

    default_code = "refused"


@dataclass
class MergeJob:
    """A claimed merge. `run` blocks until it has landed, stands in conflict, or is refused.

    `resolved` gives the tree where conflicts were settled; without it the merge is computed. `base` is the
    commit that the tree stands on now; the merge keeps the one that its conflicts belong to until it lands.
    """

    parts: MergeParts
    session: Session
    merge: Merge
    operation: Operation | None
    resolved: Callable[[], str] | None = None
    cancelled: Cancel = field(default_factory=Cancel)
    base: str = field(init=False)

    def __post_init__(self) -> None:
        self.base = self.merge.base_sha

    def run(self) -> Merge:
        """Take all steps; the merge as it then stands."""
        if self.operation is None:
            return self.merge
        try:
            with stoppable(self._database, self.session.id, self.cancelled):
                self._take_steps(self.operation)
        except AmpsmError as error:
            if was_killed(error):
                self._follow_up(self.operation, error)
            else:
                self._end_refused(error)
        except BaseException:
            if not self.operation.finished:
                self.operation.abandon()
            raise
        finally:
            if not self.operation.finished:
                with self._database.write() as connection:
                    self.operation.finish(connection, self.merge.status.value)
        return self.merge

    def _take_steps(self, operation: Operation) -> None:
        if self.merge.options.pull_request:
            self._open_pull_request(operation)
            return
        tree = self.resolved() if self.resolved is not None else self._compute(operation)
        if tree is None:
            return
        for _ in range(_TRIES):
            target = find_target(self._git, self.session, self.merge.options.onto)
            tree = self._on_present_base(target, tree)
            commit = self._shaped(tree)
            self._check(commit, tree)
            self._require_going_on()
            if self._land(operation, target, commit):
                return
        raise MergeRefused(
            "Base moved each time the merge was about to land.", hint="try again", code="base_moved"
        )

    def _compute(self, operation: Operation) -> str | None:
        """The merged tree, or None where there are conflicts, which are then recorded."""
        merged = three_way.merge(self._git, self.merge.base_sha, self.merge.session_sha)
        if merged.is_clean:
            return merged.tree
        self.merge = self.parts.conflicts.begin(self.session, self.merge, merged, operation.step)
        return None

    def _on_present_base(self, target: Target, tree: str) -> str:
        """The tree, merged once more where base has moved since it was computed."""
        if target.tip == self.base:
            return tree
        if refs.is_ancestor(self._git, self.base, target.tip):
            merged = three_way.merge_as(self._git, target.tip, tree, self.base)
        elif self.resolved is None:
            # Base lost commits: the result, which was computed with them, would bring them back.
            merged = three_way.merge(self._git, target.tip, self.merge.session_sha)
        else:
            raise MergeRefused(
                f"{target.name} lost commits meanwhile that the conflicts were settled on.",
                hint="abort this merge and merge again",
                code="base_moved",
            )
        if not merged.is_clean:
            raise MergeRefused(
                f"{target.name} moved meanwhile, and what moved it conflicts with the result.",
                hint="abort this merge and merge again",
                code="base_moved",
            )
        self.base = target.tip
        return merged.tree

    def _shaped(self, tree: str) -> str:
        manual = self.merge.options.manual_commits or self.parts.resources.settings().git.manual_commits
        on_base = self.merge.model_copy(update={"base_sha": self.base})
        shaped = shape(self._git, self.session, on_base, tree, manual)
        message = self._git.text("log", "-1", "--format=%B", shaped.tip).strip()
        self._save(tree=tree, commit_sha=shaped.tip, message=message)
        return shaped.tip

    def _check(self, commit: str, tree: str) -> None:
        if not self.session.script or self.merge.options.skip_check:
            return
        check = self.parts.checks.known(self.session, tree)
        # A failure is looked at again: what was missing then may be there now.
        if check is None or not check.passed:
            self._save(status=MergeStatus.CHECKING)
            check = self.parts.checks.run(self.session, commit, tree, self.cancelled)
        self._save(check=check)
        self._require_going_on()
        if check.passed is None:
            raise MergeRefused(
                f"The check could not be run on the merged result: {check.output[-500:].strip()}",
                hint="repair the set-up, or merge with --skip-check",
                code="check_environment",
            )
        if not check.passed:
            raise MergeRefused(
                "The check fails on the merged result; nothing has moved.",
                hint=f"let the agent repair it: amp-sessions iterate {self.session.id}",
                code="check_failed",
            )

    def _land(self, operation: Operation, target: Target, commit: str) -> bool:
        """Move base. False where it moved meanwhile; refused for any other reason is raised."""
        point = self.parts.points.take(self.session, "merge")
        wanted = Landing(
            ref=target.ref,
            old=target.old,
            new=commit,
            message=f"ampsm: merge {self.session.branch}",
            also=(refs.RefUpdate(resolution.ref_of(self.merge.id), None),),
            tracking=target.tracking,
        )
        planned = plan_landing(self._git, wanted)
        if isinstance(planned, Refused):
            return _again_or_raise(planned)
        operation.step("landing", landing=planned.model_dump(mode="json"), merge_id=self.merge.id)
        self._save(status=MergeStatus.LANDING, backup_ref=self.merge.backup_ref or point.ref)
        outcome = landing.land(self._git, planned)
        if isinstance(outcome, Refused):
            return _again_or_raise(outcome)
        self.parts.conflicts.leave_worktree(self.session, self.merge, commit)
        told = self.parts.publishing.is_wanted(self.merge)
        with self._database.write() as connection:
            self.merge = record_landed(connection, self.merge, self.session, self.base)
            if told:
                operation.step_within(connection, PUBLISHING)
            else:
                operation.finish(connection)
        if told:
            self.merge = self.parts.publishing.after_merge(self._git, self.merge)
            with self._database.write() as connection:
                merges.save(connection, self.merge)
                operation.finish(connection)
        return True

    def _open_pull_request(self, operation: Operation) -> None:
        """Check what the merge would be, where it can be one, then push the branch as it is."""
        git = self._git
        merged = three_way.merge(git, self.merge.base_sha, self.merge.session_sha)
        history = shaping.session_history(
            git, self.merge.base_sha, self.merge.session_sha, by_agent(self.session)
        )
        message = self.merge.options.message or suggested(git, self.session, history, "include")
        self._save(tree=merged.tree if merged.is_clean else None, message=message)
        if merged.is_clean:
            parents = [self.merge.base_sha]
            commit = commit_tree(git, merged.tree, parents, "what the merge would be", sign=False)
            self._check(commit, merged.tree)
        self._require_going_on()

        def about_to_push() -> None:
            operation.step(PUSHING)
            self._save(pushed_sha=self.merge.session_sha)

        request = self.parts.pull_requests.push(git, self.session, self.merge, about_to_push)
        told = request_words(self.merge, merged, request)
        done = {"status": MergeStatus.PULL_REQUEST, "url": request.url, "commit_sha": self.merge.session_sha}
        self.merge = self.merge.model_copy(update={**done, **told, "ended_at": utc_now()})
        with self._database.write() as connection:
            merges.save(connection, self.merge)
            sessions.change(connection, self.session.id, status=SessionStatus.DONE)
            operation.finish(connection)

    def _require_going_on(self) -> None:
        if self.cancelled.is_set():
            raise MergeRefused("The merge was stopped; nothing has moved.", code=STOPPED)

    def _follow_up(self, operation: Operation, error: AmpsmError) -> None:
        """A git was killed, wherever it was: the merge has landed as a whole, or nothing has moved."""
        if not operation.finished:
            operation.abandon()
        with self._database.read() as connection:
            settled = merges.get(connection, self.merge.id)
        if settled.status in (MergeStatus.CHECKING, MergeStatus.LANDING, MergeStatus.PREPARING):
            raise error
        self.merge = settled

    def _end_refused(self, error: AmpsmError) -> None:
        """Refused; a merge whose conflicts were settled stays open, so that nothing settled is lost."""
        if self.cancelled.is_set() and error.code != STOPPED:
            error = MergeRefused("The merge was stopped; nothing has moved.", code=STOPPED)
        reason = f"{error.message} ({error.hint})" if error.hint else error.message
        keep_open = self.resolved is not None
        ended = MergeStatus.ABORTED if error.code == STOPPED else MergeStatus.REFUSED
        self._save(
            status=MergeStatus.CONFLICT if keep_open else ended,
            code=error.code,
            reason=self.parts.resources.redactor().redact(reason),
            commit_sha=None,
            ended_at=None if keep_open else utc_now(),
        )

    def _save(self, **fields: object) -> None:
        self.merge = self.merge.model_copy(update=fields)
        with self._database.write() as connection:
            merges.save(connection, self.merge)

    @property
    def _git(self) -> Git:
        return self.parts.resources.worktree_git(self.session)

    @property
    def _database(self) -> Database:
        return self.parts.resources.database


def _again_or_raise(refused: Refused) -> bool:
    if refused.code == "base_moved":
        return False
    raise MergeRefused(refused.reason, hint=refused.hint, code=refused.code)
