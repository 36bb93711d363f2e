"""What every use case works with: one database, one executor, one view of the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.config.loading import Loaded
from ampsm_app.backend.config.redaction import Redactor
from ampsm_app.backend.config.tree import Settings
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.identity import ProcessIdentity
from ampsm_app.backend.git.repository import Repository, ceiling, discover
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.store.database import Database


@dataclass(frozen=True)
class Resources:
    """The concrete parts that the core picked.

    `loaded` and `redactor` are asked anew for each use: a change of the settings takes effect at once.
    """

    database: Database
    executor: Executor
    owner: ProcessIdentity
    environ: Mapping[str, str]
    data_dir: Path
    loaded: Callable[[], Loaded]
    redactor: Callable[[], Redactor]

    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.loaded().settings

    def turn_mark(self, iteration_id: str) -> str:
        """The mark of what one turn starts: by it, a turn can be ended without its owner's other work."""
        return f"{self.executor.mark}.{iteration_id}"

    def git(self, path: Path) -> Git:
        """Git in a folder that is no worktree of ours."""
        return Git(self.executor, path)

    def repository(self, session: Session) -> Repository:
        """The repository that a session belongs to."""
        return discover(self.executor, Path(session.repo_root))

    def main_git(self, session: Session) -> Git:
        """Git in the main worktree of a session's repository."""
        return Git(self.executor, Path(session.repo_root))

    def worktree_git(self, session: Session) -> Git:
        """Git in a session's worktree: it fails instead of walking up into the user's checkout."""
        path = Path(session.worktree_path)
        return Git(self.executor, path, ceiling=ceiling(path))


def alive(owner: str) -> bool:
    """Whether the process that an owner's identity names still runs."""
    try:
        return ProcessIdentity.parse(owner).alive()
    except ValueError:
        return False
