"""Proving that an agent and git work here, in scratch repositories that are removed afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.health import Finding, HealthReport
from ampsm_app.backend.domain.merges import MergeOptions, MergeStatus
from ampsm_app.backend.domain.requests import DiffQuery, IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice, Outcome
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.services.agents import Agents
from ampsm_app.backend.services.cleanup import Cleanup
from ampsm_app.backend.services.history import History
from ampsm_app.backend.services.iterations import Iterations
from ampsm_app.backend.services.merges import Merges
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.reviews import Reviews
from ampsm_app.backend.services.scratch import make_repository
from ampsm_app.backend.services.sessions import Sessions
from ampsm_app.backend.services.squash import Squash


class ScratchCore(Protocol):
    """The use cases that are proved, over a database of their own."""

    agents: Agents
    sessions: Sessions
    iterations: Iterations
    reviews: Reviews
    squash: Squash
    merges: Merges
    history: History
    cleanup: Cleanup

    def close(self) -> None:
        """Leave nothing running."""


_PROMPT = 'Create the file hello.txt with the text "hello". Do nothing else.'


class Verification:
    """Runs the main job in a scratch repository with a database of its own."""

    def __init__(self, resources: Resources, open_scratch: Callable[[Path], ScratchCore]) -> None:
        self._resources = resources
        self._open = open_scratch

    def verify(self, choice: AgentChoice) -> HealthReport:
        """One real turn: binary, server and login first, then an edit and its commit."""
        with self._scratch() as (core, repository):
            health = core.agents.health(choice, refresh=True)
            found = f"{health.binary or 'no binary'} {health.version or ''}: {health.message}"
            if health.state not in ("ready", "demo"):
                return _report(Finding(name="agent", status="error", message=found, hint=health.hint))
            agent = Finding(name="agent", status="ok", message=found)
            request = NewSession(repo=str(repository), name="Verify", prompt=_PROMPT, choice=choice)
            session = core.sessions.create(request)
            turn = core.iterations.run(IterateRequest(session_id=session.id, choice=choice))
            return _report(agent, *_turn_findings(turn.outcome, turn.commit_sha, turn.error))

    def test_git(self) -> HealthReport:
        """Every git operation that sessions use, each as a finding."""
        with self._scratch() as (core, repository):
            return _report(*_git_findings(core, repository))

    @contextmanager
    def _scratch(self) -> Iterator[tuple[ScratchCore, Path]]:
        with temporary_folder("verify") as folder:
            repository = make_repository(self._resources, folder / "repository", {"README.md": "scratch\n"})
            core = self._open(folder / "data" / "sessions.sqlite")
            try:
                yield core, repository
            finally:
                core.close()


def _turn_findings(outcome: Outcome | None, commit: str | None, error: object) -> Iterator[Finding]:
    if outcome is not Outcome.COMPLETED:
        message, hint = getattr(error, "message", str(outcome)), getattr(error, "hint", None)
        yield Finding(name="turn", status="error", message=message, hint=hint)
    elif commit is None:
        yield Finding(name="turn", status="warning", message="The turn completed, but changed no file.")
    else:
        yield Finding(name="turn", status="ok", message=f"edited a file, committed as {commit[:12]}")


def _git_findings(core: ScratchCore, repository: Path) -> Iterator[Finding]:
    """Each step in order; the first that fails ends the list."""
    demo = AgentChoice(mode="demo")
    ids: list[str] = []

    def create() -> str:
        for number in (1, 2):
            prompt = f'Create the file file{number}.txt with the text "{number}".'
            request = NewSession(repo=str(repository), name=f"Test {number}", prompt=prompt, choice=demo)
            ids.append(core.sessions.create(request).id)
        return "worktrees and branches made"

    def turns() -> str:
        outcomes = [core.iterations.run(IterateRequest(session_id=each)).outcome for each in ids]
        _require(all(each is Outcome.COMPLETED for each in outcomes), f"turns ended with {outcomes}")
        return "changes committed"

    def diff() -> str:
        changes = core.reviews.changes(DiffQuery(session_id=ids[0]))
        _require([each.path for each in changes.files] == ["file1.txt"], "the diff is not the change")
        return "change shown"

    def squash() -> str:
        core.squash.squash(ids[0])
        return "squashed"

    def merge() -> str:
        for each in ids:
            merged = core.merges.run(each, MergeOptions())
            _require(merged.status is MergeStatus.MERGED, merged.reason or merged.status.value)
        _require(
            (repository / "file1.txt").exists() and (repository / "file2.txt").exists(), "a file is lost"
        )
        return "both merged, nothing lost"

    def restore() -> str:
        point = core.history.list(ids[0])[-1]
        core.history.restore(ids[0], point.id)
        return "restored from a point"

    def clean_up() -> str:
        core.cleanup.clean_up(ids[1])
        return "cleaned up"

    steps: tuple[Callable[[], str], ...] = (create, turns, diff, squash, merge, restore, clean_up)
    for step in steps:
        try:
            yield Finding(name=step.__name__.replace("_", " "), status="ok", message=step())
        except AmpsmError as error:
            yield Finding(name=step.__name__, status="error", message=error.message, hint=error.hint)
            return


def _require(held: bool, words: str) -> None:
    if not held:
        raise AmpsmError(words, code="verification")


def _report(*findings: Finding) -> HealthReport:
    return HealthReport(ok=all(each.status != "error" for each in findings), findings=findings)
