"""The core: every use case of the product as an attribute, and the only place that picks concrete parts."""

import os
from collections.abc import Mapping
from pathlib import Path

from ampsm_app.backend.config import paths
from ampsm_app.backend.config.current import Current
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.identity import ProcessIdentity
from ampsm_app.backend.export.wire import is_exported, wire_event, wire_line
from ampsm_app.backend.services.agents import Agents
from ampsm_app.backend.services.asking import Asking
from ampsm_app.backend.services.checks import Checks
from ampsm_app.backend.services.cleanup import Cleanup
from ampsm_app.backend.services.committing import Committing
from ampsm_app.backend.services.conflict_turn import ConflictParts
from ampsm_app.backend.services.conflicts import Conflicts
from ampsm_app.backend.services.demo import Demo
from ampsm_app.backend.services.discarding import Discarding
from ampsm_app.backend.services.doctor import Doctor
from ampsm_app.backend.services.edits import Edits
from ampsm_app.backend.services.events import Events
from ampsm_app.backend.services.expiry import Expiry
from ampsm_app.backend.services.history import History
from ampsm_app.backend.services.iterations import Iterations
from ampsm_app.backend.services.ledger import Ledger
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.merge_checks import MergeChecks
from ampsm_app.backend.services.merge_job import MergeParts
from ampsm_app.backend.services.merge_settling import MergeSettling
from ampsm_app.backend.services.merges import Merges
from ampsm_app.backend.services.opening import Opening
from ampsm_app.backend.services.operations import Operations
from ampsm_app.backend.services.picking import Picking
from ampsm_app.backend.services.points import Points
from ampsm_app.backend.services.preferences import Preferences
from ampsm_app.backend.services.preflight import Preflights
from ampsm_app.backend.services.publishing import Publishing
from ampsm_app.backend.services.pull_requests import PullRequests
from ampsm_app.backend.services.rebase import Rebase
from ampsm_app.backend.services.recovery import Recovery
from ampsm_app.backend.services.repositories import Repositories
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.retention import Retention
from ampsm_app.backend.services.reviews import Reviews
from ampsm_app.backend.services.rolling_back import RollingBack
from ampsm_app.backend.services.sessions import Sessions
from ampsm_app.backend.services.settling import Settling
from ampsm_app.backend.services.setup import Setup
from ampsm_app.backend.services.space import Space
from ampsm_app.backend.services.space_kept import KeptSpace
from ampsm_app.backend.services.space_machine import LockSpace, MachineSpace
from ampsm_app.backend.services.space_orphans import OrphanSpace
from ampsm_app.backend.services.space_worktrees import WorktreeSpace
from ampsm_app.backend.services.squash import Squash
from ampsm_app.backend.services.staging import Staging
from ampsm_app.backend.services.stopping import Stopping
from ampsm_app.backend.services.timeline import Timeline
from ampsm_app.backend.services.trash import Trash
from ampsm_app.backend.services.turn import TurnParts
from ampsm_app.backend.services.turn_commits import TurnCommits
from ampsm_app.backend.services.unmerging import Unmerging
from ampsm_app.backend.services.verification import Verification
from ampsm_app.backend.services.views import Views
from ampsm_app.backend.services.watching import Watching
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store.database import open_database

__all__ = ["Core", "Preferences", "is_exported", "open_core", "wire_event", "wire_line"]


class Core:
    """The use cases. Close it: turns of this process end, and nothing of it is left running."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.points = Points(resources)
        self.agents = Agents(resources)
        self.events, self.watching = Events(resources), Watching(resources)
        self.views = Views(resources)
        self.demo = Demo(resources)
        setup, checks, ledger = Setup(resources), Checks(resources), Ledger(resources)
        worktrees = Worktrees(resources, self.points, setup)
        commits = TurnCommits(resources, self.points)
        self.recovery = Recovery(resources, self.points, commits, self.agents)
        self.operations = Operations(resources, self.recovery)
        self.sessions = Sessions(resources, self.operations, setup, self.agents)
        self.repositories = Repositories(resources, setup)
        self.reviews, self.timeline = Reviews(resources, worktrees), Timeline(resources)
        self.unmerging = Unmerging(resources, self.operations, self.recovery)
        self.history = History(resources, self.operations, self.points, self.recovery, self.unmerging)
        self.opening = Opening(resources, self.sessions)
        turn_parts = TurnParts(resources, self.agents, ledger, worktrees, commits, checks)
        self.conflicts = Conflicts(resources, self.operations, self.points, self.recovery)
        shared = (resources, self.operations, self.points, worktrees, self.recovery)
        self._turn_and_merge(turn_parts, setup)
        self.squash, self.rebase = Squash(*shared), Rebase(*shared)
        edits = Edits(*shared)
        self.staging = Staging(edits)
        self.discarding = Discarding(edits)
        self.committing = Committing(edits)
        self.rolling_back = RollingBack(edits)
        self.picking = Picking(edits)
        self._keep_tidy(resources)
        self.doctor = Doctor(resources, self.agents)
        self.verification = Verification(resources, lambda path: open_core(resources.environ, database=path))
        Settling(resources, self.recovery, self.history, self.cleanup).register()

    def _keep_tidy(self, resources: Resources) -> None:
        """What removes something, by itself or when asked."""
        losses = Losses(resources)
        retention = Retention(resources, losses)
        self.cleanup = Cleanup(resources, self.operations, self.points, losses, self.recovery)
        self.expiry = Expiry(resources, retention)
        self.trash = Trash(resources, self.operations, self.history, self.recovery, losses)
        worktrees = WorktreeSpace(losses, self.cleanup)
        orphans = OrphanSpace(resources, self.operations, self.recovery)
        kept = KeptSpace(resources, retention, self.trash)
        machine = MachineSpace(resources, retention)
        self.space = Space(resources, (worktrees, orphans, kept, LockSpace()), machine)
        self.trash.register()
        orphans.register()

    def _turn_and_merge(self, parts: TurnParts, setup: Setup) -> None:
        """What runs agents, and what lands their work."""
        resources, points = self._resources, self.points
        stopping = Stopping(resources, self.operations, self.recovery)
        self.iterations = Iterations(parts, self.operations, self.recovery, stopping)
        asked = ConflictParts(resources, self.agents, parts.ledger, self.conflicts, points)
        self.asking = Asking(asked, self.iterations, self.recovery)
        checks, publishing = MergeChecks(resources, parts.checks, setup), Publishing()
        requests = PullRequests(resources)
        made_of = MergeParts(resources, points, checks, self.conflicts, publishing, requests, stopping)
        preflights = Preflights(resources, checks, requests)
        self.merges = Merges(made_of, self.operations, parts.worktrees, preflights, self.recovery)
        MergeSettling(resources, self.recovery, self.conflicts, self.asking, publishing).register()

    @property
    def data_dir(self) -> Path:
        """The folder of the database, for what belongs beside it."""
        return self._resources.data_dir

    def close(self) -> None:
        """End the turns of this process and whatever they started, then close the database."""
        self.expiry.close()
        self.iterations.close()
        self._resources.executor.close()
        self._resources.database.close()


def open_core(environ: Mapping[str, str] | None = None, *, database: Path | None = None) -> Core:
    """The core over this user's database and settings; `environ` and `database` stand in for his in tests.

    Raises `StoreError` where the database cannot be used, `ConfigError` where the settings are broken.
    """
    env = os.environ if environ is None else environ
    path = database or paths.database_path(env)
    current = Current(env)
    current.loaded()
    resources = Resources(
        database=open_database(path),
        executor=Executor(),
        owner=ProcessIdentity.current(),
        environ=env,
        data_dir=path.parent,
        loaded=current.loaded,
        redactor=current.redactor,
    )
    return Core(resources)
