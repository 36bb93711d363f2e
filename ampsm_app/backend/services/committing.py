"""Commits by hand of what is staged in a session's worktree, and amending the last one."""

import re
import time

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import CommitRequest, NewCommit
from ampsm_app.backend.git import commits, staging
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.edits import Edits, listing, moved_event, subject_at
from ampsm_app.backend.services.messages import TRAILERS, is_ours
from ampsm_app.backend.services.reviews import session_commits
from ampsm_app.backend.services.turn_commits import refused_commit
from ampsm_app.backend.services.withholding import find_staged_secrets
from ampsm_app.backend.store.operations import Operation

_STEP = "committing"
_OUR_LINES = re.compile(rf"^(?:{'|'.join(TRAILERS)}): .*\n?", re.MULTILINE)


class Committing:
    """Commits through `git commit`: the user's own hooks, identity and signing."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        edits.recovery.handle("commit", self.resume)

    def commit(self, request: CommitRequest) -> NewCommit:
        """Commit what is staged as the user's own; `amend` makes it part of the session's last commit.

        Raises `InvalidInput` (`empty_message`), `Conflict` (`nothing_staged`, `secret`, `unmerged`,
        `merge_in_progress`, `not_amendable`), or the reason why git refused (`commit_hook`, `commit_signing`,
        `commit_identity`); what is staged stays staged then.
        """
        message = request.message.strip()
        if not message and not request.amend:
            raise InvalidInput("A commit needs a message.", hint="say what it changes", code="empty_message")
        session = self._edits.session(request.id)
        with self._edits.operations.claim("commit", session.id, session.repo_root) as operation:
            if session.merged_at is not None and not request.amend:
                session = self._edits.worktrees.follow_base(session, operation.step)
            git = self._edits.resources.worktree_git(session)
            head = self._edits.require_settled(git, session).head or ""
            amended = self._amendable(git, session, head) if request.amend else None
            if amended is None and not staging.staged_changes(git).changes:
                raise Conflict(
                    "Nothing is staged.", hint="stage what the commit shall hold", code="nothing_staged"
                )
            if not request.allow_secrets:
                self._refuse_secrets(git, message)
            if amended is not None:
                self._edits.points.take(session, "amend")
            operation.step(_STEP, before=head)
            event = self._committed(git, session, message, amended, head)
            self._edits.record(operation, session, event)
        sha = event.sha_after or ""
        return NewCommit(commit_sha=sha, subject=subject_at(git, sha))

    def resume(self, operation: Operation, session: Session) -> None:
        """Find out whether the commit was made by a process that was killed, and tell it then."""
        git = self._edits.resources.worktree_git(session)
        before = operation.payload.get("before")
        head = git.text("rev-parse", "HEAD")
        made = operation.step == _STEP and before is not None and head != before
        event = moved_event(git, "commit", str(before), head, subject_at(git, head)) if made else None
        self._edits.settle(operation, session, event)

    def _committed(
        self, git: Git, session: Session, message: str, amended: CommitInfo | None, head: str
    ) -> GitOperated:
        began = time.monotonic()
        trailers: dict[str, str] = {}
        if amended is not None:
            message, trailers = _amended_message(message, amended, session)
        done = commits.commit(git, message, trailers=trailers, amend=amended is not None)
        if done.sha is None:
            problem = refused_commit(done, session)
            said = self._edits.resources.redactor().redact(problem.message)
            raise AmpsmError(said, hint=problem.hint, code=problem.code)
        name = "amend" if amended is not None else "commit"
        event = moved_event(git, name, head, done.sha, subject_at(git, done.sha))
        return event.model_copy(update={"duration_ms": round((time.monotonic() - began) * 1000)})

    def _amendable(self, git: Git, session: Session, head: str) -> CommitInfo:
        last = next((each for each in session_commits(git, session) if each.sha == head), None)
        if last is None or session.merged_at is not None:
            raise Conflict(
                "There is no commit of this session to amend: its last one is on base already.",
                hint="make a new commit",
                code="not_amendable",
            )
        return last

    def _refuse_secrets(self, git: Git, message: str) -> None:
        redactor = self._edits.resources.redactor()
        held = find_staged_secrets(redactor, git)
        places = [f"{each.path}:{each.line} ({each.kind})" for each in held]
        places += [f"the message, line {hit.line} ({hit.kind})" for hit in redactor.find(message)]
        if places:
            raise Conflict(
                f"The commit would hold a secret: {listing(places)}.",
                hint="take it out, or commit it all the same: --allow-secrets",
                code="secret",
                withheld=[each.model_dump(mode="json") for each in held],
            )


def _amended_message(message: str, amended: CommitInfo, session: Session) -> tuple[str, dict[str, str]]:
    """The new message, and the trailers by which a commit of ours is known again."""
    if not message:
        return amended.message, {}
    if not is_ours(amended.trailers, session.id):
        return message, {}
    kept = {name: amended.trailers[name] for name in TRAILERS if name in amended.trailers}
    return _OUR_LINES.sub("", message).strip(), kept
