"""A user's machine in small: one core, one repository, the demo agent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.domain.merges import Merge, MergeOptions
from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice, Iteration, SessionSummary
from tests.conftest import git

DEMO = AgentChoice(mode="demo")


@dataclass
class World:
    """What a story in a test is told with."""

    core: Core
    repo: Path

    def new(self, prompt: str, **fields: object) -> SessionSummary:
        """A session of the demo agent."""
        request = {"repo": str(self.repo), "prompt": prompt, "choice": DEMO, **fields}
        return self.core.sessions.create(NewSession.model_validate(request))

    def iterate(self, session: SessionSummary, notes: str | None = None, **fields: object) -> Iteration:
        """One turn."""
        request = IterateRequest.model_validate({"session_id": session.id, "notes": notes, **fields})
        return self.core.iterations.run(request)

    def done(self, prompt: str, **fields: object) -> SessionSummary:
        """A session whose first turn has ended."""
        session = self.new(prompt, **fields)
        self.iterate(session)
        return self.core.sessions.get(session.id)

    def merge(self, session: SessionSummary, **options: object) -> Merge:
        """Merge a session."""
        return self.core.merges.run(session.id, MergeOptions.model_validate(options))

    def worktree(self, session: SessionSummary) -> Path:
        """Where the session's files are."""
        return Path(session.worktree_path)

    def git(self, *args: str) -> str:
        """Plain git in the user's checkout."""
        return git(self.repo, *args)

    def commit(self, files: dict[str, str], message: str = "by hand") -> str:
        """A commit of the user's in his own checkout."""
        for name, text in files.items():
            target = self.repo / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def on_base(self, path: str, base: str = "main") -> str:
        """A file's content on base."""
        return self.git("show", f"{base}:{path}")


@contextmanager
def open_world(repo: Path, database: Path) -> Iterator[World]:
    """A world over an own database; nothing of it is left running."""
    core = open_core(os.environ, database=database)
    try:
        yield World(core, repo)
    finally:
        core.close()


def picture(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, index and refs of git included."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and not _passing(name):
            found[name] = path.read_bytes()
    return found


def _passing(name: str) -> bool:
    return name.startswith((".git/objects/", ".git/ampsm/", ".git/worktrees/", ".worktrees/", ".git/logs/"))
