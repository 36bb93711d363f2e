"""Looks for what does not work on this machine, and says what to do about it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.health import Finding, HealthReport
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.sessions import AgentChoice
from ampsm_app.backend.git.repository import identity, require_git
from ampsm_app.backend.services.agents import Agents
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.store import integrity, operations, sessions

_LITTLE_DISK = 2 * 1024**3
_STATES = {"ready": "ok", "demo": "ok", "no-login": "error", "offline": "error", "not-found": "error"}


class Doctor:
    """Examines git, identity, agent, server, window, disk, database, locks and orphans."""

    def __init__(self, resources: Resources, agents: Agents) -> None:
        self._resources = resources
        self._agents = agents

    def examine(self) -> HealthReport:
        """Every finding; `ok` where none of them is an error."""
        looks: tuple[Callable[[], Iterator[Finding]], ...] = (
            self._git,
            self._agent,
            self._settings,
            self._database,
            self._disk,
            self._window,
            self._left_behind,
        )
        findings: list[Finding] = []
        for look in looks:
            try:
                findings += look()
            except AmpsmError as error:
                name = look.__name__.strip("_")
                findings.append(Finding(name=name, status="error", message=error.message, hint=error.hint))
        return HealthReport(ok=all(each.status != "error" for each in findings), findings=tuple(findings))

    def _git(self) -> Iterator[Finding]:
        git = self._resources.git(Path.home())
        yield Finding(name="git", status="ok", message=require_git(git))
        who = identity(git)
        if who:
            yield Finding(name="identity", status="ok", message=who)
        else:
            hint = "git config --global user.name '…' and git config --global user.email '…'"
            yield Finding(
                name="identity", status="error", message="Git does not know who you are.", hint=hint
            )

    def _agent(self) -> Iterator[Finding]:
        mode = self._agents.effective(AgentChoice())
        for place in self._agents.discover(mode).places:
            status = "ok" if place.found else "skipped"
            yield Finding.model_validate(
                {"name": "agent binary", "status": status, "message": f"{place.source}: {place.note}"}
            )
        health = self._agents.health(refresh=True)
        yield Finding.model_validate(
            {
                "name": "agent",
                "status": _STATES.get(health.state, "error"),
                "message": f"{health.mode} {health.version or ''}: {health.message}",
                "hint": health.hint,
            }
        )

    def _settings(self) -> Iterator[Finding]:
        path = self._resources.loaded().path
        there = "read" if path.is_file() else "not there: defaults"
        yield Finding(name="settings", status="ok", message=f"{path} ({there})")

    def _database(self) -> Iterator[Finding]:
        report = integrity.check(self._resources.database)
        if report.problems:
            hint = "copy the file away first; backups of it lie beside it"
            yield Finding(name="database", status="error", message="; ".join(report.problems[:5]), hint=hint)
        else:
            said = f"{self._resources.database.path}, {_size(report.size)}, {report.events} events, intact"
            yield Finding(name="database", status="ok", message=said)

    def _disk(self) -> Iterator[Finding]:
        free = shutil.disk_usage(self._resources.data_dir).free
        hint = "amp-sessions clean-environment shows what can go" if free < _LITTLE_DISK else None
        status = "warning" if hint else "ok"
        yield Finding.model_validate(
            {"name": "disk", "status": status, "message": f"{_size(free)} free", "hint": hint}
        )

    def _window(self) -> Iterator[Finding]:
        if find_spec("webview") is None:
            hint = "pip install 'pywebview[pyside6]'; until then: amp-sessions serve"
            yield Finding(name="window", status="warning", message="pywebview is not installed.", hint=hint)
            return
        environ = self._resources.environ
        if sys.platform == "linux" and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
            message = "There is no display here."
            yield Finding(name="window", status="warning", message=message, hint="amp-sessions serve")
        else:
            yield Finding(name="window", status="ok", message="pywebview is installed")

    def _left_behind(self) -> Iterator[Finding]:
        with self._resources.database.read() as connection:
            left = operations.abandoned(connection, alive=alive)
            known = sessions.summaries(connection, SessionFilter(include_archived=True), alive=alive)
        if left:
            kinds = ", ".join(f"{each.kind} of {each.session_id}" for each in left[:5])
            hint = "the next writing command finishes or rolls them back"
            yield Finding(name="operations", status="warning", message=f"interrupted: {kinds}", hint=hint)
        else:
            yield Finding(name="operations", status="ok", message="none was interrupted")
        missing = [each for each in known if not each.archived_at and not Path(each.worktree_path).exists()]
        if missing:
            message = (
                f"{len(missing)} sessions have no worktree: {', '.join(each.id for each in missing[:5])}"
            )
            hint = "their next turn makes it again from the branch"
            yield Finding(name="worktrees", status="warning", message=message, hint=hint)
        else:
            yield Finding(
                name="worktrees", status="ok", message=f"{len(known)} sessions, none is missing its own"
            )


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
