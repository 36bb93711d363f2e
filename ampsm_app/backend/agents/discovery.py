"""Finds the agent's binary, and remembers each place where it looked."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from ampsm_app.backend.agents.demo import demo_argv, demo_path
from ampsm_app.backend.domain.errors import AgentError
from ampsm_app.backend.domain.sessions import Mode
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor

_LOGIN_SHELL_S = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the binary could be: what named it, where that is, and what was there."""

    source: str
    path: str | None
    found: bool
    note: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, and every place looked at in order. `argv` is empty where there is no binary.

    `search_path` is a PATH for the agent where ours is not the user's own.
    """

    argv: tuple[str, ...]
    path: Path | None
    source: str
    search_path: str | None
    places: tuple[Place, ...]

    def required(self) -> "Discovery":
        """The same, or `AgentError` (code `agent_not_found`) where there is no binary."""
        if self.argv:
            return self
        looked = "; ".join(f"{place.source}: {place.note}" for place in self.places)
        raise AgentError(
            f"No agent was found. Looked at {looked}.",
            hint="Install Amp (npm install -g @ampcode/cli), or name its path in amp.cli_path or AMP_BIN.",
            code="agent_not_found",
            places=[f"{place.source}: {place.path or '-'}: {place.note}" for place in self.places],
        )


class Finder:
    """Looks for binaries; what the login shell says of PATH is asked once in its life.

    The defaults are this machine's; `environment` may hold the user's own variables for the agent too.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        environment: Callable[[], Mapping[str, str]] = lambda: os.environ,
        home: Callable[[], Path] = Path.home,
        platform: str = sys.platform,
    ) -> None:
        self._executor = executor
        self._environment = environment
        self._home = home
        self._platform = platform
        self._lock = Lock()  # the login shell runs once, however many ask at the same time
        self._asked_shell = False
        self._shell_path: str | None = None

    def find(
        self,
        *,
        mode: Mode = "production",
        cli_path: str | None = None,
        origin: str = "amp.cli_path",
        own_environment: Mapping[str, str] | None = None,
    ) -> Discovery:
        """The binary of a mode. `cli_path` is the path that the effective mode names, by `origin`.

        A path that somebody named is used or nothing is: another binary in its place would be a surprise.
        """
        if mode == "demo":
            place = Place("demo", str(demo_path()), True, "built in")
            return Discovery(demo_argv(), demo_path(), "demo", None, (place,))
        environment = {**self._environment(), **(own_environment or {})}
        places: list[Place] = []
        for source, path, search_path in self._candidates(cli_path, origin, environment):
            found = self._look(source, path, search_path)
            places.append(found.places[0])
            if found.argv or source in {origin, "AMP_BIN"}:
                return replace(found, places=tuple(places))
        return Discovery((), None, "none", None, tuple(places))

    def _candidates(
        self, cli_path: str | None, origin: str, environment: Mapping[str, str]
    ) -> Iterator[tuple[str, str | None, str | None]]:
        name = "amp.exe" if self._platform == "win32" else "amp"
        if cli_path:
            yield origin, cli_path, None
        if environment.get("AMP_BIN"):
            yield "AMP_BIN", environment["AMP_BIN"], None
        yield "~/.amp/bin", str(self._home() / ".amp" / "bin" / name), None
        yield "~/.local/bin", str(self._home() / ".local" / "bin" / name), None
        yield "PATH", shutil.which("amp", path=environment.get("PATH", "")), None
        if self._platform == "darwin":
            search_path = self._login_shell_path(environment)
            yield "PATH of the login shell", shutil.which("amp", path=search_path or ""), search_path

    def _look(self, source: str, path: str | None, search_path: str | None) -> Discovery:
        if path is None:
            return _missing(source, None, "no amp in it")
        full = Path(path).expanduser()
        if not full.is_absolute():
            # A bare name is a command; anything else is relative to where the user stands.
            named = shutil.which(path, path=search_path or self._environment().get("PATH", ""))
            full = (Path(named) if named else full).absolute()
        if not full.is_file():
            return _missing(source, full, "no such file")
        if full.suffix == ".js":
            return self._script(source, full, search_path)
        if not os.access(full, os.X_OK):
            return _missing(source, full, "not executable")
        return Discovery((str(full),), full, source, search_path, (Place(source, str(full), True, "found"),))

    def _script(self, source: str, path: Path, search_path: str | None) -> Discovery:
        node = shutil.which("node", path=search_path or self._environment().get("PATH", ""))
        if node is None and self._platform == "darwin" and search_path is None:
            search_path = self._login_shell_path(self._environment())
            node = shutil.which("node", path=search_path or "")
        if node is None:
            return _missing(source, path, "needs node, which is not in PATH")
        place = Place(source, str(path), True, f"found, runs under {node}")
        return Discovery((node, str(path)), path, source, search_path, (place,))

    def _login_shell_path(self, environment: Mapping[str, str]) -> str | None:
        with self._lock:
            if not self._asked_shell:
                self._asked_shell = True
                self._shell_path = self._ask_shell(environment.get("SHELL") or "/bin/zsh")
            return self._shell_path

    def _ask_shell(self, shell: str) -> str | None:
        # `env` prints the same in every shell; what profiles print around it is passed over.
        argv = (shell, "-l", "-i", "-c", "/usr/bin/env")
        command = Command(argv, Path(tempfile.gettempdir()), stdin=b"", timeout_s=_LOGIN_SHELL_S)
        try:
            said = self._executor.run(command).stdout.decode("utf-8", "replace")
        except CannotStart:
            return None
        paths = [line[5:] for line in said.splitlines() if line.startswith("PATH=")]
        return paths[-1] if paths else None


def _missing(source: str, path: Path | None, note: str) -> Discovery:
    place = Place(source, str(path) if path else None, False, note)
    return Discovery((), None, source, None, (place,))
