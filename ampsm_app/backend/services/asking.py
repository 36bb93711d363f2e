"""Asking the agent to settle the conflicts of a waiting merge."""

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.requests import AskAgent
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import questions, worktrees
from ampsm_app.backend.git.detached_worktrees import ask_place
from ampsm_app.backend.services.conflict_prompt import conflict_prompt
from ampsm_app.backend.services.conflict_turn import ConflictParts, ConflictTurn
from ampsm_app.backend.services.iterations import Iterations
from ampsm_app.backend.services.prompts import Prompt
from ampsm_app.backend.services.recovery import Recovery


class Asking:
    """Turns whose purpose is to settle conflicts; they are numbered, stopped and paid for like any other."""

    def __init__(self, parts: ConflictParts, iterations: Iterations, recovery: Recovery) -> None:
        self._parts = parts
        self._resources = parts.resources
        self._iterations = iterations
        self._recovery = recovery

    def start(self, request: AskAgent) -> ConflictTurn:
        """Claim the session for asking, which begins with `ConflictTurn.run`.

        Raises `SessionBusy` while anything holds it, `NotFound` (`no_merge`, `no_conflict`) where there is
        nothing of the kind, `Conflict` (`nothing_left`) where all is settled, `InvalidInput` for the model.
        """
        self._recovery.recover(request.id)
        session, merge = self._parts.conflicts.waiting(request.id)
        self._parts.agents.check_model(request.model or session.model, request.choice, session)
        paths = request.paths or self._parts.conflicts.left_of(session, merge)
        if not paths:
            raise Conflict(
                "Every conflict of this merge is settled already.",
                hint=f"amp-sessions continue-merge {session.id}",
                code="nothing_left",
            )
        git, state = self._resources.worktree_git(session), self._parts.conflicts.state(session, merge)
        tree = self._parts.conflicts.present_tree(session, merge)
        asked = questions.questions(git, state, tree, paths)
        prompt = Prompt(conflict_prompt(session, merge, asked, request.notes))
        claimed = self._iterations.claim(
            "ask",
            session,
            prompt.text,
            start_sha=merge.session_sha,
            model=request.model,
            purpose="conflicts",
        )
        turn = ConflictTurn(
            self._parts,
            claimed.session,
            claimed.iteration,
            claimed.operation,
            prompt,
            self._iterations.ended,
            request,
            merge,
            asked,
            tree,
            state.kept_by,
        )
        self._iterations.hold(turn)
        return turn

    def take_away_place(self, session: Session) -> None:
        """Remove the scratch worktree that a killed process left; can be repeated."""
        repository = self._resources.repository(session)
        worktrees.remove(repository.git, ask_place(repository.root, session.id))
