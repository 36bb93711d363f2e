"""A user's machine in small: a home, a repository, and the commands he types, as real processes."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kills.wrapper import How, install
from tests.kills.zygote import Zygote

_GITCONFIG = """[user]
    name = Ada Tester
    email = ada@example.org
[init]
    defaultBranch = main
"""


@dataclass(frozen=True)
class Ran:
    """A command that ended; `code` is negative where it was killed."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        """Its document."""
        return json.loads(self.out)


class Machine:
    """Everything below one folder; it can be kept and brought back, paths and all."""

    def __init__(self, root: Path, zygote: Zygote) -> None:
        self.root = root
        self.live = root / "live"
        self.repo = self.live / "a repo"
        self.database = self.live / "home" / "data" / "sessions.sqlite"
        self._zygote = zygote
        self._wrapper = install(root / "bin")
        self._calls = root / "calls"

    def make(self) -> None:
        """A home with nothing in it but git's identity."""
        shutil.rmtree(self.live, ignore_errors=True)
        (self.live / "home").mkdir(parents=True)
        (self.live / "tmp").mkdir()
        (self.live / "home" / ".gitconfig").write_text(_GITCONFIG)

    def keep(self, name: str) -> None:
        """Keep all there is under a name."""
        self._copy(self.live, self.root / "kept" / name)

    def bring_back(self, name: str) -> None:
        """Make everything as it was when it was kept."""
        self._copy(self.root / "kept" / name, self.live)

    @property
    def env(self) -> dict[str, str]:
        """The environment of the user's shell."""
        ours = {name: value for name, value in os.environ.items() if not _foreign(name)}
        return {
            **ours,
            "HOME": str(self.live / "home"),
            "AMPSM_DB_PATH": str(self.database),
            "AMP_DEMO_STATE": str(self.live / "home" / "threads"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "TMPDIR": str(self.live / "tmp"),
        }

    def start(self, *argv: str, at: int | None = None, how: How = "before", **env: str) -> int:
        """Start a command; at its `at`-th call of git somebody is killed. Its process number."""
        self._calls.unlink(missing_ok=True)
        self.hit.unlink(missing_ok=True)
        (self.root / "stdout").unlink(missing_ok=True)
        trap = {} if at is None else {"KILL_AT": str(at), "KILL_HOW": how, "KILL_COUNT": str(self._calls)}
        if at is not None:
            trap["PATH"] = f"{self._wrapper}{os.pathsep}{os.environ['PATH']}"
        return self._zygote.start(
            argv, env={**self.env, **trap, **env}, cwd=self.live, out=self.root / "stdout"
        )

    def start_beside(self, *argv: str) -> int:
        """Start a command while another one still writes its output."""
        return self._zygote.start(argv, env=self.env, cwd=self.live, out=self.root / "stdout-beside")

    def wait(self, pid: int) -> int:
        """The exit status of a started command."""
        return self._zygote.wait(pid)

    def run(self, *argv: str, at: int | None = None, how: How = "before", **env: str) -> Ran:
        """Run a command to its end."""
        began = time.monotonic()
        code = self.wait(self.start(*argv, at=at, how=how, **env))
        out, err = (self.root / name for name in ("stdout", "stdout.err"))
        took = time.monotonic() - began
        return Ran(code, out.read_text(errors="replace"), err.read_text(errors="replace"), took)

    def ask(self, *argv: str) -> Any:
        """The document of a command that goes well."""
        done = self.run(*argv, "--json")
        assert done.code == 0, f"{argv}: {done}"
        return done.json

    def calls(self) -> list[str]:
        """What git was asked for by the command that was started last with a trap."""
        return self._calls.read_text().splitlines() if self._calls.exists() else []

    @property
    def hit(self) -> Path:
        """Exists once the trap has sprung; holds who was killed and the call."""
        return self.root / "calls.hit"

    def git(self, *args: str, cwd: Path | None = None, ok: bool = True) -> str:
        """Plain git, by default in the user's checkout."""
        command = ["git", "--no-optional-locks", *args]
        done = subprocess.run(
            command, cwd=cwd or self.repo, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 or not ok, done
        return done.stdout.rstrip("\n")

    def _copy(self, source: Path, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", os.fspath(source), os.fspath(target)], check=True)


def _foreign(name: str) -> bool:
    return name.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_", "KILL_", "PYTEST_"))
