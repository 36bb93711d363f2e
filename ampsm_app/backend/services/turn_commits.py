"""Turns what changed in a worktree into commits: the user's own before a turn, the agent's after it."""

import time
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.domain.sessions import Iteration, IterationError, Outcome, Session, WithheldFile
from ampsm_app.backend.git import commits, diffs, refs, staging
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Status, read_status
from ampsm_app.backend.services.authorship import Authorship
from ampsm_app.backend.services.messages import iteration_trailers, subject_of
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.standing import displacement, require_in_place
from ampsm_app.backend.services.withholding import find_secrets
from ampsm_app.backend.store import eventlog

_REFUSALS = {
    "hook": ("A git hook refused the commit", "fix what it says; the changes are staged in the worktree"),
    "signing": ("The commit could not be signed", "check commit.gpgsign and your signing key"),
    "identity": ("Git does not know who you are", "git config --global user.name … and user.email …"),
}


@dataclass(frozen=True)
class TurnCommit:
    """What became of a turn's changes. `tree` is the content after it, `problem` why there is no commit.

    `remains` says that the worktree is left with uncommitted changes, `elsewhere` that it is left on another
    branch or history.
    """

    commit_sha: str | None
    tree: str
    files: tuple[ChangedFile, ...] = ()
    withheld: tuple[WithheldFile, ...] = ()
    problem: IterationError | None = None
    remains: bool = False
    elsewhere: bool = False


class TurnCommits:
    """Commits in a session's worktree, always through `git commit` with the user's hooks and signing."""

    def __init__(self, resources: Resources, points: Points) -> None:
        self._resources = resources
        self._points = points
        self._authorship = Authorship(resources)

    def keep_manual_edits(self, session: Session, number: int, *, allow_secrets: bool) -> str:
        """Commit what was changed by hand, and what an interrupted turn left, each as what it is.

        Returns the commit the turn starts from. Raises `Displaced`, or the reason why a commit was refused.
        """
        git = self._resources.worktree_git(session)
        state = require_in_place(git, session, refresh=True)
        head = state.head or ""
        if not state.entries or not session.auto_commit:
            self._authorship.note_start(session, remains=bool(state.entries))
            return head
        held = self._commit_edits(git, session, state, number, allow_secrets=allow_secrets)
        self._authorship.note_start(session, remains=held)
        return git.text("rev-parse", "HEAD")

    def commit_turn(
        self, session: Session, iteration: Iteration, outcome: Outcome, *, allow_secrets: bool
    ) -> TurnCommit:
        """Make the turn's one commit of all that changed since it started; a refusal is data, not raised."""
        done = self._commit_changes(session, iteration, outcome, allow_secrets=allow_secrets)
        if not done.elsewhere:
            self._authorship.note_end(session, remains=done.remains)
        return done

    def _commit_changes(
        self, session: Session, iteration: Iteration, outcome: Outcome, *, allow_secrets: bool
    ) -> TurnCommit:
        git, start = self._resources.worktree_git(session), iteration.start_sha
        began = time.monotonic()
        state = read_status(git, context_dir=session.context_dir, renames=False)
        head = state.head or start
        if why := displacement(state, session) or _rewritten(git, session, head, start):
            return self._left_elsewhere(git, session, why)
        said = self._fold_agent_commits(git, session, head, start)
        if said:
            state = read_status(git, context_dir=session.context_dir, renames=False)
        held = () if allow_secrets else find_secrets(self._resources.redactor(), git, state, start)
        if not state.entries and not said:
            return TurnCommit(None, git.text("rev-parse", f"{head}^{{tree}}"))
        staged = staging.stage_all(
            git, state, context_dir=session.context_dir, withheld=[each.path for each in held]
        )
        if not session.auto_commit:
            tree = git.write("write-tree").decode().strip()
            return TurnCommit(None, tree, staged.changes, held, remains=True)
        message = subject_of(self._prefix, iteration.prompt) + (f"\n\n{said}" if said else "")
        trailers = iteration_trailers(session, iteration, outcome)
        done = commits.commit(git, self._resources.redactor().redact(message), trailers=trailers)
        if done.sha is None:
            tree = git.write("write-tree").decode().strip()
            problem = None if done.code == "nothing" else refused_commit(done, session)
            return TurnCommit(None, tree, withheld=held, problem=problem, remains=True)
        event = GitOperated(
            operation="commit",
            sha_before=start,
            sha_after=done.sha,
            files_changed=len(staged.changes),
            insertions=sum(each.added or 0 for each in staged.changes),
            deletions=sum(each.deleted or 0 for each in staged.changes),
            duration_ms=round((time.monotonic() - began) * 1000),
        )
        with self._resources.database.write() as connection:
            eventlog.append(connection, event, session_id=session.id, iteration_id=iteration.id)
        remains = bool(held or staged.nested)
        return TurnCommit(done.sha, done.tree or "", staged.changes, held, remains=remains)

    def note_interrupted(self, session: Session) -> None:
        """Remember the worktree's present content as the work of a turn that was cut off."""
        git = self._resources.worktree_git(session)
        tree = diffs.worktree_tree(git, context_dir=session.context_dir)
        update = refs.RefUpdate(interrupted_ref(session.id), tree)
        refs.update_refs(git, [update], message="interrupted turn", hooks=False)
        self._authorship.note_end(session, remains=True)

    def _commit_edits(
        self, git: Git, session: Session, state: Status, number: int, *, allow_secrets: bool
    ) -> bool:
        """Commit them; whether something was withheld and remains."""
        held = () if allow_secrets else find_secrets(self._resources.redactor(), git, state, "HEAD")
        # Another repository has a slash at its end, and cannot be part of a commit.
        named = {each.path for each in state.entries if not each.path.endswith("/")}
        changed = named - {each.path for each in held}
        interrupted = _left_by_interrupted(git, session) & changed
        if interrupted:
            trailers = {"Ampsm-Session": session.id, "Ampsm-Iteration": f"{session.id}-{number - 1}"}
            trailers["Ampsm-Outcome"] = Outcome.INTERRUPTED.value
            subject = subject_of(self._prefix, f"interrupted turn {number - 1}")
            self._commit_paths(git, session, interrupted, subject, trailers)
        refs.drop(git, interrupted_ref(session.id))
        if mine := changed - interrupted:
            self._commit_paths(git, session, mine, f"Manual edits before iteration {number}", {})
        return bool(held)

    def _left_elsewhere(self, git: Git, session: Session, why: str) -> TurnCommit:
        point = self._points.take(session, "displaced")
        problem = IterationError(
            code="worktree_displaced",
            message=f"The agent left the worktree elsewhere: {why}. All of it is kept in {point.ref}.",
            hint=f"look into {session.worktree_path}, or go back: amp-sessions history {session.id}",
        )
        return TurnCommit(None, git.text("rev-parse", "HEAD^{tree}"), problem=problem, elsewhere=True)

    def _fold_agent_commits(self, git: Git, session: Session, head: str, start: str) -> str:
        """Put the commits that the agent made itself back into the index; their messages are returned."""
        if head == start:
            return ""
        made = commits.log(git, "--reverse", f"{start}..{head}")
        self._points.take(session, "agent-commits")
        git.write("reset", "-q", "--soft", start)
        return "\n\n".join(each.message.strip() for each in made)

    def _commit_paths(
        self, git: Git, session: Session, paths: set[str], message: str, trailers: dict[str, str]
    ) -> None:
        staging.stage_paths(git, sorted(paths))
        done = commits.commit(git, message, trailers=trailers)
        if done.sha is None and done.code != "nothing":
            problem = refused_commit(done, session)
            raise AmpsmError(problem.message, hint=problem.hint, code=problem.code)

    @property
    def _prefix(self) -> str:
        return self._resources.settings().git.commit_prefix


def interrupted_ref(session_id: str) -> str:
    """The ref that keeps the tree an interrupted turn left, until the next turn has committed it."""
    return f"{refs.OURS}interrupted/{session_id}"


def _rewritten(git: Git, session: Session, head: str, start: str) -> str | None:
    if head == start or refs.is_ancestor(git, start, head):
        return None
    return f"the history of {session.branch} before the turn was rewritten"


def _left_by_interrupted(git: Git, session: Session) -> set[str]:
    """Paths that still are as the interrupted turn left them."""
    tree = refs.resolve(git, interrupted_ref(session.id))
    if tree is None:
        return set()
    now = diffs.worktree_tree(git, context_dir=session.context_dir)
    return set(diffs.names(git, "HEAD", tree)) - set(diffs.names(git, tree, now))


def refused_commit(done: commits.CommitResult, session: Session) -> IterationError:
    """Why `git commit` made none, with what it said and the next step."""
    fallback = ("git commit failed", f"look into {session.worktree_path}")
    what, hint = _REFUSALS.get(done.code or "", fallback)
    said = done.output[-2000:].strip()
    return IterationError(code=f"commit_{done.code}", message=f"{what}: {said}", hint=hint)
