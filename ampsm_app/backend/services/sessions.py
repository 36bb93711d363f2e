"""Creating sessions, finding them, and changing what is known of them."""

import builtins
from contextlib import ExitStack, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput
from ampsm_app.backend.domain.events import ErrorHappened
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.requests import NewSession, SessionFilter
from ampsm_app.backend.domain.sessions import Iteration, Session, SessionStatus, SessionSummary
from ampsm_app.backend.git import bases, branch_names, excludes, repository, worktrees
from ampsm_app.backend.git.locks import repository_lock
from ampsm_app.backend.services.agents import Agents
from ampsm_app.backend.services.creation import claim_branch, fill_worktree, take_back
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.services.session_ids import new_id
from ampsm_app.backend.services.setup import Setup, SetupFailed
from ampsm_app.backend.store import eventlog, iterations, sessions

_NAME_LENGTH = 60
_MOST_RECENT = 10
# What waits for the user comes first, then what works.
_ORDER = MappingProxyType({SessionStatus.AWAITING_INPUT: 0, SessionStatus.ERROR: 0, SessionStatus.RUNNING: 1})


class FirstSessions(NamedTuple):
    """The first rows of a list as JSON, how many there are in all, and the repositories used last."""

    rows: builtins.list[dict[str, Any]]
    total: int
    repositories: tuple[str, ...]


class Sessions:
    """The sessions of this user, in every repository."""

    def __init__(self, resources: Resources, operations: Operations, setup: Setup, agents: Agents) -> None:
        self._resources = resources
        self._operations = operations
        self._setup = setup
        self._agents = agents

    def create(self, request: NewSession) -> SessionSummary:
        """Make worktree and branch for a new session; the user's checkout is not touched.

        A failing set-up leaves the session in `error`; the next turn tries it again. Raises `InvalidInput`
        for what cannot be used, `Conflict` where the repository's set-up is not trusted yet.
        """
        place = repository.discover(self._resources.executor, Path(request.repo).expanduser())
        settings = self._resources.settings()
        self._agents.effective(request.choice)
        self._agents.check_model(request.model or settings.amp.default_model, request.choice)
        base = bases.choose_base(place, request.base, settings.git.default_base_branch)
        plan = self._setup.plan(place.git, base.commit)
        self._setup.require_trust(place.root, plan, grant=request.trust_setup)
        session = self._made(request, place, base)
        return self._set_up(session) if plan else self.get(session.id)

    def _made(self, request: NewSession, place: repository.Repository, base: bases.Base) -> Session:
        """The session with its worktree and row. Its name is chosen under a lock: no other gets the same."""
        with ExitStack() as stack:
            naming = stack.enter_context(ExitStack())
            naming.enter_context(repository_lock(place.common_dir, "creation"))
            session = self._planned(request, place, base)
            planned = session.model_dump(mode="json")
            claim = self._operations.claim("create", session.id, session.repo_root, session=planned)
            operation = stack.enter_context(claim)
            try:
                claim_branch(place, session)
                naming.close()
                fill_worktree(place, session)
                with self._resources.database.write() as connection:
                    sessions.insert(connection, session)
                    operation.finish(connection)
            except BaseException:
                with suppress(AmpsmError):
                    take_back(place.git, session)
                raise
        return session

    def get(self, ref: str) -> SessionSummary:
        """The session with this id, unique prefix of an id, or unique name."""
        with self._resources.database.read() as connection:
            return sessions.summary(connection, sessions.find(connection, ref).id, alive=alive)

    def list(self, which: SessionFilter) -> list[SessionSummary]:
        """The sessions that pass the filter, last used first."""
        with self._resources.database.read() as connection:
            return sessions.summaries(connection, which, alive=alive)

    def first(self, count: int) -> FirstSessions:
        """The sessions that a page shows first: those that need or have somebody, then the last used."""
        with self._resources.database.read() as connection:
            rows = sessions.summary_rows(connection, SessionFilter(), alive=alive)
        roots = dict.fromkeys(row["repo_root"] for row in rows if row["mode"] != "demo")
        rows.sort(key=lambda row: _ORDER.get(row["status"], len(_ORDER)))
        return FirstSessions(rows[:count], len(rows), tuple(roots)[:_MOST_RECENT])

    def rows(self, which: SessionFilter) -> builtins.list[dict[str, Any]]:
        """What `list` gives, as its JSON."""
        with self._resources.database.read() as connection:
            return sessions.summary_rows(connection, which, alive=alive)

    def iterations(self, session_id: str) -> builtins.list[Iteration]:
        """The turns of a session, oldest first."""
        with self._resources.database.read() as connection:
            return iterations.of_session(connection, session_id)

    def rename(self, ref: str, name: str) -> SessionSummary:
        """Give the session another name; branch and folder keep theirs."""
        if not (name := " ".join(name.split())):
            raise InvalidInput("A session needs a name.", hint="give at least one letter")
        return self._change(ref, name=self._resources.redactor().redact(name))

    def annotate(self, ref: str, notes: str | None) -> SessionSummary:
        """Replace the notes."""
        return self._change(ref, notes=notes or None)

    def archive(self, ref: str, *, archived: bool = True) -> SessionSummary:
        """Take the session out of the list, or back in; nothing else changes."""
        if archived and self.get(ref).status is SessionStatus.RUNNING:
            raise Conflict("A running session cannot be archived.", hint="stop it first", code="busy")
        return self._change(ref, archived_at=utc_now() if archived else None)

    def uncommitted_in_checkout(self, session: Session) -> int:
        """How many uncommitted files of the user's checkout are not part of the session."""
        return repository.uncommitted_count(self._resources.repository(session))

    def _change(self, ref: str, **fields: object) -> SessionSummary:
        with self._resources.database.write() as connection:
            found = sessions.find(connection, ref)
            sessions.change(connection, found.id, **fields)
            return sessions.summary(connection, found.id, alive=alive)

    def _planned(self, request: NewSession, place: repository.Repository, base: bases.Base) -> Session:
        settings = self._resources.settings()
        # It becomes a branch's name too.
        name = self._resources.redactor().redact(
            " ".join((request.name or _name_from(request.prompt)).split())
        )
        session_id = new_id()
        folder = settings.git.worktree_root
        root = place.root / Path(folder).expanduser() if folder else None
        now = utc_now()
        return Session(
            id=session_id,
            name=name,
            status=SessionStatus.IDLE,
            prompt=request.prompt,
            follow_ups=request.follow_ups,
            repo_root=str(place.root),
            base_branch=base.name,
            base_commit=base.commit,
            branch=branch_names.free_branch(place.git, name, now),
            worktree_path=str(worktrees.place_for(place.root, session_id, root)),
            context_dir=excludes.context_dir_name(place.git, base.commit),
            script=request.script or None,
            model=request.model or settings.amp.default_model,
            mode=request.choice.mode,
            cli_path=request.choice.cli_path,
            server_url=request.choice.server_url,
            notes=request.notes,
            auto_commit=request.auto_commit,
            created_at=now,
        )

    def _set_up(self, session: Session) -> SessionSummary:
        try:
            # Claimed, so that what a killed process leaves of it is found by its mark.
            with self._operations.claim("set-up", session.id, session.repo_root) as operation:
                self._setup.ensure(session)
                with self._resources.database.write() as connection:
                    operation.finish(connection)
        except SetupFailed as error:
            failed = ErrorHappened(code=error.code, message=error.message, hint=error.hint)
            with self._resources.database.write() as connection:
                eventlog.append(connection, failed, session_id=session.id)
                sessions.change(connection, session.id, status=SessionStatus.ERROR)
        return self.get(session.id)


def _name_from(prompt: str) -> str:
    """The first line of the prompt, cut at a word."""
    line = prompt.strip().splitlines()[0].strip() if prompt.strip() else "Session"
    if len(line) <= _NAME_LENGTH:
        return line
    cut = line[:_NAME_LENGTH]
    return cut[: cut.rfind(" ")] if " " in cut else cut
