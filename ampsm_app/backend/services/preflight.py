"""What stands in the way of a merge, each with its fix, and what the merge would do. Nothing moves."""

from collections.abc import Iterator
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.merges import (
    Issue,
    ManualCommits,
    Merge,
    MergeOptions,
    PredictedConflict,
    Preflight,
)
from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.domain.sessions import Check, Session, SessionStatus
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import diffs, refs, remotes, shaping, three_way
from ampsm_app.backend.git.commits import commit_tree
from ampsm_app.backend.git.landing_plan import Landing, plan_landing
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.repository import identity
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.status import Status, read_status
from ampsm_app.backend.services.merge_checks import MergeChecks
from ampsm_app.backend.services.merge_shapes import by_agent, suggested, wording
from ampsm_app.backend.services.merge_targets import Target, find_target
from ampsm_app.backend.services.pull_requests import PullRequests
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.reviews import commit_lines
from ampsm_app.backend.services.standing import displacement


@dataclass(frozen=True)
class _Seen:
    """What was looked at: the target, the worktree, the commits, the merge computed apart."""

    target: Target
    state: Status
    tip: str
    history: shaping.History
    merged: three_way.ThreeWay


class Preflights:
    """Looks before a merge, without leaving an object behind."""

    def __init__(self, resources: Resources, checks: MergeChecks, pull_requests: PullRequests) -> None:
        self._resources = resources
        self._checks = checks
        self._pull_requests = pull_requests

    def look(
        self, session: Session, options: MergeOptions, *, fetch: bool, open_merge: Merge | None
    ) -> Preflight:
        """The report. Raises where there is no such base; `fetch` asks base's remote first."""
        plain = self._resources.worktree_git(session)
        if fetch:
            remotes.fetch(plain, options.remote)
        with scratch(plain) as git:
            seen = self._see(git, session, options)
            notes = self._notes(git, session, options, seen)
            check = self._checks.known(session, seen.merged.tree) if seen.merged.is_clean else None
            issues = (
                *self._issues(plain, session, seen, open_merge),
                *self._ways_out(plain, git, options, seen),
                *(() if options.skip_check else _check_issues(check, session)),
            )
            branch_point = refs.merge_base(git, seen.target.tip, seen.tip)
            files = _changes(git, seen, branch_point)
            message = suggested(git, session, seen.history, self._manual(options))
        manual = len(seen.history.manual(seen.history.commits))
        merges = sum(each.is_merge for each in seen.history.commits)
        ahead, behind = refs.ahead_behind(plain, seen.tip, seen.target.tip)
        return Preflight(
            ready=not any(each.blocking for each in issues),
            issues=issues,
            base_branch=seen.target.name,
            base_sha=seen.target.tip,
            session_sha=seen.tip,
            branch_point=branch_point,
            ahead_by=ahead,
            behind_by=behind,
            behind_remote_by=remotes.behind_remote(plain, seen.target.name),
            fetched_at=remotes.last_fetched(plain),
            amp_commits=len(seen.history.commits) - manual - merges,
            manual_commits=manual,
            manual_as=options.manual_commits or self._resources.settings().git.manual_commits,
            commits=commit_lines(list(seen.history.commits), session.id),
            check=check,
            predicted_conflicts=tuple(
                PredictedConflict(path=each.path, kind=each.kind) for each in seen.merged.conflicts
            ),
            files_changed=len(files),
            lines_added=sum(each.added or 0 for each in files),
            lines_deleted=sum(each.deleted or 0 for each in files),
            suggested_message=message,
            notes=notes,
        )

    def _see(self, git: Git, session: Session, options: MergeOptions) -> _Seen:
        target = find_target(git, session, options.onto)
        state = read_status(git, context_dir=session.context_dir)
        tip = refs.resolve(git, refs.HEADS + session.branch) or state.head or ""
        history = shaping.session_history(git, target.tip, tip, by_agent(session))
        return _Seen(target, state, tip, history, three_way.merge(git, target.tip, tip))

    def _issues(self, git: Git, session: Session, seen: _Seen, open_merge: Merge | None) -> Iterator[Issue]:
        if session.status is SessionStatus.RUNNING:
            yield Issue(code="busy", message="A turn is running.", hint="wait for it, or stop it")
        if open_merge is not None:
            hint = "continue-merge or abort-merge"
            yield Issue(code="merge_in_progress", message="A merge waits for its conflicts.", hint=hint)
        elif why := displacement(seen.state, session):
            hint = f"finish or undo it in {session.worktree_path}"
            yield Issue(code="worktree_displaced", message=f"Not where it was left: {why}.", hint=hint)
        if seen.state.entries and open_merge is None:
            message = f"The worktree holds {count(len(seen.state.entries), 'uncommitted file')}."
            yield Issue(code="uncommitted", message=message, hint="commit them; the next turn does")
        if not seen.history.commits or _adds_nothing(git, seen):
            message = f"The session has nothing that {seen.target.name} does not have."
            yield Issue(code="nothing_to_merge", message=message)
        if identity(git) is None:
            hint = "git config --global user.name … and user.email …"
            yield Issue(code="identity", message="Git does not know who you are.", hint=hint)
        if seen.merged.conflicts:
            message = f"{count(len(seen.merged.conflicts), 'file')} would conflict with {seen.target.name}."
            hint = "merge all the same: nothing of yours moves, and you are asked once for each"
            yield Issue(code="conflicts", message=message, hint=hint, blocking=False)
        behind = remotes.behind_remote(git, seen.target.name)
        if behind:
            message = f"{seen.target.name} is {count(behind, 'commit')} behind its remote, as last fetched."
            yield Issue(code="behind_remote", message=message, hint="pull it first", blocking=False)

    def _ways_out(self, plain: Git, git: Git, options: MergeOptions, seen: _Seen) -> Iterator[Issue]:
        """What stands in the way of the landing, or of the pull request that is opened instead."""
        missing = self._pull_requests.missing(plain, options.remote) if options.pull_request else None
        if missing is not None:
            yield Issue(code=missing.code, message=missing.message, hint=missing.hint)
        if not options.pull_request:
            yield from _landing_issues(git, seen)
        if options.push and not options.pull_request and not remotes.is_known(plain, options.remote):
            message = f"There is no remote {options.remote!r}: base will land, and not be pushed."
            hint = f"git remote add {options.remote} ADDRESS"
            yield Issue(code="no_remote", message=message, hint=hint, blocking=False)

    def _notes(self, git: Git, session: Session, options: MergeOptions, seen: _Seen) -> tuple[str, ...]:
        """What the merge would do with commits made by hand, where it is not what one would expect."""
        manual = self._manual(options)
        if not seen.merged.is_clean or options.skip_squash or options.pull_request or manual == "include":
            return ()
        shape = shaping.Shape(manual, wording(git, session, options.message))
        try:
            shaped = shaping.squash_onto_base(git, seen.history, seen.merged.tree, shape, sign=False)
        except AmpsmError:
            return ()
        return tuple(
            f"Your commit {each.subject!r} builds on later commits of the agent: it can only be squashed "
            "with them (--allow-folding)."
            for each in shaped.folded
        )

    def _manual(self, options: MergeOptions) -> ManualCommits:
        # A pull request takes the branch as it is.
        if options.pull_request or options.skip_squash:
            return "include"
        return options.manual_commits or self._resources.settings().git.manual_commits


def _check_issues(check: Check | None, session: Session) -> Iterator[Issue]:
    if check is not None and check.passed is False:
        message = f"The check failed on what the merge would make (exit {check.exit_code})."
        hint = f"let the agent repair it: amp-sessions iterate {session.id}; or merge with --skip-check"
        yield Issue(code="check_failed", message=message, hint=hint)


def _changes(git: Git, seen: _Seen, branch_point: str | None) -> tuple[ChangedFile, ...]:
    """What base would gain; where that cannot be told yet, what the session changed."""
    if seen.merged.is_clean:
        return diffs.changed_files(git, seen.target.tip, seen.merged.tree)
    return diffs.changed_files(git, branch_point or seen.target.tip, seen.tip)


def _adds_nothing(git: Git, seen: _Seen) -> bool:
    return seen.merged.is_clean and seen.merged.tree == refs.resolve(git, seen.target.tip, kind="tree")


def _landing_issues(git: Git, seen: _Seen) -> Iterator[Issue]:
    """What in the user's checkout of base would refuse the landing."""
    if not seen.merged.is_clean or not seen.history.commits:
        return
    try:
        trial = commit_tree(git, seen.merged.tree, [seen.target.tip], "trial", sign=False)
    except AmpsmError:
        return
    wanted = Landing(ref=seen.target.ref, old=seen.target.old, new=trial, message="trial")
    planned = plan_landing(git, wanted)
    if isinstance(planned, Refused):
        yield Issue(code=planned.code, message=planned.reason, hint=planned.hint)
