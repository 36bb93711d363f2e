"""The orchestrator's end of its guard: which process trees must not outlive it."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

from ampsm_app.backend.exec.environment import user_environment
from ampsm_app.backend.exec.errors import CannotStart

if sys.platform == "win32":
    from ampsm_app.backend.exec.windows_job import contain_this_process


class Guarding:
    """Starts one guard when the first tree opens, and another one should that be killed.

    On Windows the kernel guards: the orchestrator's job ends whatever is in it.
    """

    def __init__(self) -> None:
        self._lock = Lock()  # the guard that runs knows every mark in `_open`
        self._open: dict[str, int | None] = {}
        self._guard: subprocess.Popen[bytes] | None = None
        self._job: int | None = None  # Windows: the job's handle, open for as long as this process lives

    @property
    def pid(self) -> int | None:
        """The guard's process, None before the first tree."""
        return self._guard.pid if self._guard else None

    def open(self, mark: str) -> None:
        """Put `mark` under guard; done before its tree starts. Raises `CannotStart` without a guard."""
        with self._lock:
            self._open[mark] = None
            try:
                self._tell(f"+{mark}\n")
            except OSError as error:
                del self._open[mark]
                raise CannotStart(
                    f"The process that guards agents cannot be started: {error.strerror or error}",
                    hint="Too many processes may be running; end some and try again.",
                ) from error

    def lead(self, mark: str, pid: int) -> None:
        """Tell which process leads the tree of `mark`."""
        with self._lock:
            if mark not in self._open:  # so short a tree that it is gone already
                return
            self._open[mark] = pid
            self._try_to_tell(f"={mark} {pid}\n")

    def release(self, mark: str) -> None:
        """The tree of `mark` is gone."""
        with self._lock:
            if self._open.pop(mark, "unknown") != "unknown":
                self._try_to_tell(f"-{mark}\n")

    def close(self) -> None:
        """End the guard; it ends what is still open first."""
        with self._lock:
            guard, self._guard = self._guard, None
            if guard is None or guard.stdin is None:
                return
            _close(guard)
            try:
                guard.wait(5)
            except subprocess.TimeoutExpired:
                guard.kill()
                guard.wait()

    def _try_to_tell(self, line: str) -> None:
        try:
            self._tell(line)
        except OSError:  # no second guard to be had: the sweep at the next start still finds the mark
            return

    def _tell(self, line: str) -> None:
        if sys.platform == "win32":
            self._job = self._job or contain_this_process()
            return
        if self._guard is None:
            self._guard = _start()
        elif _heard(self._guard, line):
            return
        else:
            self._bury(self._guard)
            self._guard = _start()
        # The new guard learns all that is open, this line's mark included.
        _heard(self._guard, "".join(_opening(mark, pid) for mark, pid in self._open.items()))

    def _bury(self, guard: subprocess.Popen[bytes]) -> None:
        _close(guard)
        guard.kill()
        guard.wait()


def _opening(mark: str, pid: int | None) -> str:
    return f"+{mark}\n" + (f"={mark} {pid}\n" if pid is not None else "")


def _heard(guard: subprocess.Popen[bytes], line: str) -> bool:
    assert guard.stdin is not None
    if guard.poll() is not None:
        return False
    rest = memoryview(line.encode())
    try:
        while rest:
            rest = rest[os.write(guard.stdin.fileno(), rest) :]
    except OSError:
        return False
    return True


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        _guard_argv(),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=user_environment(),
        start_new_session=True,
    )


def _guard_argv() -> list[str]:
    if getattr(sys, "frozen", False):
        # The window's program has no sub-commands; the command line stands beside it.
        beside = Path(sys.executable).with_name("amp-sessions")
        return [str(beside) if beside.exists() else sys.executable, "_guard"]
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))]


def _close(guard: subprocess.Popen[bytes]) -> None:
    assert guard.stdin is not None
    try:
        guard.stdin.close()
    except OSError:
        return
