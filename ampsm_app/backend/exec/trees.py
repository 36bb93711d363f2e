"""Ends process trees, found by their group, their parents, and the mark that every descendant inherits."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ampsm_app.backend.exec.environment import MARK

if TYPE_CHECKING:
    import psutil

GRACE_S = 2.0
_SWEEP_S = 2.0
_TICK_S = 0.02


def marked(prefix: str) -> list[int]:
    """The processes whose mark is `prefix` or begins with `prefix` and a dot; never this one."""
    found = _marked_in_proc(prefix) if sys.platform == "linux" else _marked_by_psutil(prefix)
    return [pid for pid in found if pid != os.getpid()]


def sweep(prefix: str) -> int:
    """Kill everything that carries the mark, until a scan finds nothing; how many that were.

    Gives up after two seconds: what is left then cannot be killed by us.
    """
    killed: set[int] = set()
    give_up = time.monotonic() + _SWEEP_S
    while found := marked(prefix):
        killed.update(found)
        _kill_pids(found)
        if time.monotonic() >= give_up:
            break
        time.sleep(_TICK_S)
    return len(killed)


def end_tree(pid: int, mark: str, *, ended: Callable[[], bool], grace_s: float = GRACE_S) -> None:
    """End the group that `pid` leads and everything marked: asked to at first, killed after `grace_s`.

    `ended` says whether `pid` itself is gone, and reaps it.
    """
    family = _descendants(pid)
    _signal_group(pid, marked(mark), hard=False)
    give_up = time.monotonic() + grace_s
    while time.monotonic() < give_up:
        if ended() and not marked(mark) and not group_alive(pid):
            return
        time.sleep(_TICK_S)
    family += _descendants(pid)
    _signal_group(pid, marked(mark), hard=True)
    _kill_family(family)
    sweep(mark)


def group_alive(pid: int) -> bool:
    """Whether the group that `pid` led still has a member."""
    if sys.platform == "win32":
        return False
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _marked_in_proc(prefix: str) -> list[int]:
    # The same as psutil's `environ`, without its import, which costs more than a whole scan.
    exact = f"{MARK}={prefix}".encode()
    return [
        int(name)
        for name in os.listdir("/proc")  # noqa: PTH208 - a Path for each of hundreds is waste
        if name.isdigit() and _carries(_environment_of(name), exact)
    ]


def _environment_of(name: str) -> bytes:
    try:
        return Path("/proc", name, "environ").read_bytes()
    except OSError:  # gone meanwhile, or another user's
        return b""


def _carries(environment: bytes, exact: bytes) -> bool:
    at = environment.find(exact)
    if at < 0:
        return False
    return any(part == exact or part.startswith(exact + b".") for part in environment.split(b"\0"))


def _marked_by_psutil(prefix: str) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter(["environ"]):
        mark = (process.info["environ"] or {}).get(MARK, "")
        if mark == prefix or mark.startswith(prefix + "."):
            found.append(process.pid)
    return found


def _descendants(pid: int) -> "list[psutil.Process]":
    import psutil

    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _kill_family(family: "Iterable[psutil.Process]") -> None:
    import psutil

    for process in family:
        try:
            process.kill()  # compares the creation time first: never a stranger with a reused pid
        except psutil.Error:
            continue


def _signal_group(pid: int, others: Iterable[int], *, hard: bool) -> None:
    if sys.platform == "win32":
        # Without a console of its own a child cannot be asked there, only ended.
        _kill_pids((pid, *others))
        return
    wanted = signal.SIGKILL if hard else signal.SIGTERM
    _quietly(os.killpg, pid, wanted)
    for other in others:
        _quietly(os.kill, other, wanted)


def _kill_pids(pids: Iterable[int]) -> None:
    for pid in pids:
        _quietly(os.kill, pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def _quietly(send: Callable[[int, int], None], pid: int, number: int) -> None:
    try:
        send(pid, number)
    except (ProcessLookupError, PermissionError):
        return
