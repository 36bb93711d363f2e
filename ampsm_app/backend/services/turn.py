"""A turn of a session's own work: what the agent changes in its worktree is committed and checked."""

from dataclasses import dataclass, field
from pathlib import Path

from ampsm_app.backend.domain.requests import IterateRequest
from ampsm_app.backend.domain.sessions import Check, Outcome
from ampsm_app.backend.git import worktrees as git_worktrees
from ampsm_app.backend.services.agent_turn import AgentParts, AgentTurn, Made
from ampsm_app.backend.services.agents import Resolved
from ampsm_app.backend.services.checks import Checks
from ampsm_app.backend.services.turn_commits import TurnCommit, TurnCommits
from ampsm_app.backend.services.worktrees import Worktrees


@dataclass(frozen=True)
class TurnParts(AgentParts):
    """The use cases that a turn of a session's own work is made of."""

    worktrees: Worktrees
    commits: TurnCommits
    checks: Checks


@dataclass
class Turn(AgentTurn):
    """Prepares the worktree, runs the agent in it, commits and checks. What it changed is always kept."""

    parts: TurnParts
    request: IterateRequest
    commit: TurnCommit | None = field(default=None, init=False)
    check: Check | None = field(default=None, init=False)

    def _take_steps(self) -> None:
        resolved = self._prepare()
        worktree = Path(self.session.worktree_path)
        self.result = self._run_agent(resolved, worktree, self.request.timeout_s)
        if self.result.outcome is Outcome.CANCELLED:
            self.parts.commits.note_interrupted(self.session)
            return
        self.parts.ledger.step(self.operation, "commit")
        self.commit = self.parts.commits.commit_turn(
            self.session, self.iteration, self.result.outcome, allow_secrets=self.request.allow_secrets
        )
        if self.commit.commit_sha is None:
            # A commit has refreshed the index already.
            git_worktrees.refresh(self.parts.resources.worktree_git(self.session))
        self.parts.ledger.step(self.operation, "check", commit_sha=self.commit.commit_sha)
        self.check = self._run_check(self.commit)

    def _prepare(self) -> Resolved:
        """Make the worktree ready and settle what was changed by hand; nothing of the agent runs yet."""
        parts, request = self.parts, self.request
        resolved = parts.agents.resolve(
            request.choice, self.session, model=request.model or self.session.model
        )
        self.session = parts.worktrees.ready(
            self.session,
            step=lambda name, **payload: parts.ledger.step(self.operation, name, **payload),
            trust_setup=request.trust_setup,
        )
        start = parts.commits.keep_manual_edits(
            self.session, self.iteration.number, allow_secrets=request.allow_secrets
        )
        self._prompted(resolved, start)
        parts.ledger.write_context(self.session.id, head=start)
        parts.ledger.step(self.operation, "agent")
        return resolved

    def _run_check(self, commit: TurnCommit) -> Check | None:
        if not self.session.script:
            return None
        return self.parts.checks.run(
            self.session.script,
            Path(self.session.worktree_path),
            session_id=self.session.id,
            reason="iteration",
            tree=commit.tree,
            iteration_id=self.iteration.id,
            cancel=self.cancelled,
            mark=self.parts.resources.turn_mark(self.iteration.id),
        )

    def _made(self) -> Made:
        if self.commit is None:
            return Made({"check": self.check})
        files = self.commit.files
        fields: dict[str, object] = {
            "check": self.check,
            "commit_sha": self.commit.commit_sha,
            "withheld": self.commit.withheld,
            "changed_files": len(files),
            "lines_added": sum(each.added or 0 for each in files),
            "lines_deleted": sum(each.deleted or 0 for each in files),
        }
        return Made(fields, files, self.commit.problem)
