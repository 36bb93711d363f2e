"""Commands as real processes, started in milliseconds: one process loads the program and forks itself.

It is talked to in JSON lines: `{"argv", "env", "cwd", "out"}` starts a command and answers with its number,
`{"wait": NUMBER}` answers with its exit status once it has ended.
"""

import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from threading import Lock


class Zygote:
    """The process that commands are forked from, seen from a test."""

    def __init__(self) -> None:
        self._lock = Lock()  # one question and its answer at a time
        # Nothing of pytest's own environment may look like a test's process.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.zygote"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, argv: tuple[str, ...], *, env: Mapping[str, str], cwd: Path, out: Path) -> int:
        """Start a command; its number. Standard output goes to `out`, errors beside it to `out`.err."""
        asked = {"argv": argv, "env": dict(env), "cwd": str(cwd), "out": str(out)}
        return self._ask(asked)

    def wait(self, pid: int) -> int:
        """The exit status of a command that was started, negative where a signal ended it."""
        return self._ask({"wait": pid})

    def close(self) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ask(self, asked: Mapping[str, object]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


def main() -> None:
    """Load the program, then fork for each line."""
    _load_all()
    left: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
            left.discard(asked["wait"])
        else:
            answer = os.fork() or _become(**asked)
            left.add(answer)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    # A test that failed before it could wait leaves nothing running.
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def _load_all() -> None:
    import psutil  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    import ampsm_app.backend.core
    import ampsm_app.cli.commands

    for module in pkgutil.iter_modules(ampsm_app.cli.commands.__path__):
        import_module(f"ampsm_app.cli.commands.{module.name}")
    import_module("filelock")
    import_module("ampsm_app.cli.main")


def _become(argv: list[str], env: dict[str, str], cwd: str, out: str) -> int:
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, path in ((0, os.devnull), (1, out), (2, out + ".err")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(path, flags, 0o600), number)
    from ampsm_app.cli.main import main as command

    status = 1
    try:
        command(argv)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
