"""The timeline of a session: its turns, commits by hand, checks, merges and restore points, in order."""

from collections.abc import Collection

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Iteration, Session
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from ampsm_app.backend.git import commit_facts
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.timeline_commits import Branch, commit_steps, read_branch
from ampsm_app.backend.services.timeline_steps import TYPES, Steps, in_order, point_step, steps_of
from ampsm_app.backend.store import backups, eventlog, iterations, sessions


class Timeline:
    """Reads what happened. Nothing changes, and sessions whose worktree is gone have a timeline, too."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def entries(self, query: TimelineQuery) -> list[TimelineEntry]:
        """The steps of a session, oldest first. Raises `NotFound`."""
        with self._resources.database.read() as connection:
            session = sessions.get(connection, query.id)
            turns = iterations.of_session(connection, session.id)
            points = backups.of_session(connection, session.id)[::-1]
            events = eventlog.of_types(connection, session.id, TYPES)
        steps = steps_of(events, {turn.id: turn.number for turn in turns})
        found = self._with_commits(session, turns, points, steps)
        return found[-query.limit :]

    def _with_commits(
        self, session: Session, turns: list[Iteration], points: list[RestorePoint], steps: Steps
    ) -> list[TimelineEntry]:
        git = self._resources.main_git(session)
        beside = [*map(point_step, points), *steps.entries]
        try:
            branch = read_branch(git, session, points)
            of_turns, by_hand = commit_steps(git, turns, steps, branch)
            entries = in_order(of_turns, beside, by_hand)
            return _standing(git, entries, branch, can_go_back=session.merged_at is None)
        except AmpsmError:
            # The repository is gone; what is known without it stays.
            of_turns, _ = commit_steps(None, turns, steps, Branch())
            return [_without_state(each) for each in in_order(of_turns, beside)]


def _standing(
    git: Git, entries: list[TimelineEntry], branch: Branch, *, can_go_back: bool
) -> list[TimelineEntry]:
    """The entries with the states that still exist, and whether the session can go back to each."""
    named = {sha for each in entries for sha in (each.before, each.after) if sha}
    there = commit_facts.existing(git, named)
    return [_stood(each, there, branch.own if can_go_back else frozenset()) for each in entries]


def _stood(entry: TimelineEntry, there: Collection[str], own: Collection[str]) -> TimelineEntry:
    if entry.point is not None:
        return entry
    if any(sha not in there for sha in (entry.before, entry.after) if sha):
        return _without_state(entry)
    return entry.model_copy(update={"restorable": entry.state in own})


def _without_state(entry: TimelineEntry) -> TimelineEntry:
    return entry.model_copy(update={"against": None, "state": None, "restorable": False})
