"""A turn in which the agent settles conflicts, in a scratch worktree: only their files are taken from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, Conflict
from ampsm_app.backend.domain.merges import Asked, Merge, RefusedAnswer
from ampsm_app.backend.domain.requests import AskAgent
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.git import excludes, questions, worktrees
from ampsm_app.backend.git.detached_worktrees import ask_place, stand_on
from ampsm_app.backend.git.markers import is_binary
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.questions import Question, Reply
from ampsm_app.backend.git.runner import Git, was_killed
from ampsm_app.backend.git.three_way import helper_commit
from ampsm_app.backend.services.agent_turn import AgentParts, AgentTurn, Made
from ampsm_app.backend.services.conflict_prompt import CHOICES, choices_file, read_choices
from ampsm_app.backend.services.conflicts import Conflicts
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.withholding import new_secrets
from ampsm_app.backend.store import merges

# The step in which an answer is taken over; its payload names the paths.
SETTLING = "settling"
_ANSWERED = (Outcome.COMPLETED, Outcome.AWAITING_INPUT)


@dataclass(frozen=True)
class ConflictParts(AgentParts):
    """The use cases that settling conflicts by an agent is made of."""

    conflicts: Conflicts
    points: Points


@dataclass
class ConflictTurn(AgentTurn):
    """Shows the conflicts to the agent, and takes over what it settled. What it did not is said on the merge.

    Until the answer is taken over, in one step, the conflict is exactly what it was. `asked` and `tree` are
    what there was to settle in the state that was `seen`, before the session was claimed.
    """

    parts: ConflictParts
    request: AskAgent
    merge: Merge
    asked: tuple[Question, ...]
    tree: str
    seen: str
    settled: int = field(default=0, init=False)

    def _take_steps(self) -> None:
        parts, request = self.parts, self.request
        if parts.conflicts.state(self.session, self.merge).kept_by != self.seen:
            raise Conflict("The conflicts were being settled just now.", hint="ask again", code="ref_moved")
        resolved = parts.agents.resolve(
            request.choice, self.session, model=request.model or self.session.model
        )
        self._prompted(resolved, self.merge.session_sha)
        with self._place() as git:
            choices = git.cwd / self.session.context_dir / CHOICES
            choices.write_text(choices_file(self.asked), "utf-8", errors="surrogateescape")
            parts.ledger.step(self.operation, "agent")
            self.result = self._run_agent(resolved, git.cwd, request.timeout_s)
            if self.result.outcome in _ANSWERED:
                self._take_over(git, choices)
        if self.result.outcome not in _ANSWERED:
            self._tell(Asked(iteration=self.iteration.number, outcome=self.result.outcome))

    def _take_over(self, git: Git, choices: Path) -> None:
        text = choices.read_text("utf-8", errors="surrogateescape") if choices.is_file() else ""
        reply = questions.read_reply(
            git,
            self.tree,
            self.asked,
            read_choices(text, self.asked),
            context_dir=self.session.context_dir,
        )
        reply = self._without_secrets(git, reply)
        told = Asked(
            iteration=self.iteration.number,
            outcome=self.result.outcome if self.result else Outcome.COMPLETED,
            settled=tuple(reply.answers),
            refused=reply.refused,
            dropped=reply.dropped,
        )
        if reply.answers:
            if self.merge.in_worktree:
                self.parts.points.take(self.session, "ask-agent")
            self.parts.ledger.step(self.operation, SETTLING, paths=list(reply.answers))
            self.merge = self._settled(reply)
            self.settled = len(reply.answers)
        self._tell(told)

    def _settled(self, reply: Reply) -> Merge:
        conflicts = self.parts.conflicts
        try:
            return conflicts.settled(self.session, self.merge, reply.answers)
        except AmpsmError as error:
            if not was_killed(error):
                raise
            # A git was killed: as after a kill of all, what was settled is shown as it is.
            return conflicts.follow_up_settling(self.session, self.merge, reply.answers)

    def _without_secrets(self, git: Git, reply: Reply) -> Reply:
        """What the agent settled, but for files that bring in a secret which neither side has."""
        redactor, refused = self.parts.resources.redactor(), list(reply.refused)
        for question in self.asked:
            answer = reply.answers.get(question.path)
            if answer is None or answer.content is None or is_binary(answer.content):
                continue
            conflict = question.conflict
            sides = read_objects(git, [conflict.base_oid or "-", conflict.session_oid or "-"])
            before = b"\n".join(side for side in sides if side is not None)
            text = answer.content.decode("utf-8", "replace")
            for found in new_secrets(redactor, question.path, text, before):
                reason = f"It brings in a secret in line {found.line} ({found.kind})."
                refused.append(RefusedAnswer(path=question.path, code="secret", reason=reason))
        kept = set(reply.answers) - {each.path for each in refused}
        answers = {path: answer for path, answer in reply.answers.items() if path in kept}
        return Reply(answers, tuple(refused), reply.dropped)

    def _tell(self, asked: Asked) -> None:
        self.merge = self.merge.model_copy(update={"asked": asked})
        with self.parts.resources.database.write() as connection:
            merges.save(connection, self.merge)

    def _made(self) -> Made:
        return Made({"changed_files": self.settled})

    @contextmanager
    def _place(self) -> Iterator[Git]:
        """The scratch worktree for the block, with the merged result and the context files in it."""
        resources, session = self.parts.resources, self.session
        repository = resources.repository(session)
        place = ask_place(repository.root, session.id)
        commit = helper_commit(
            repository.git, self.tree, self.merge.base_sha, self.merge.session_sha, message="in conflict"
        )
        try:
            git = stand_on(repository.git, place, commit)
            excludes.hide(repository.root, repository.common_dir, place, session.context_dir)
            self.parts.ledger.write_context(session.id, place=place)
            yield git
        finally:
            worktrees.remove(repository.git, place)
