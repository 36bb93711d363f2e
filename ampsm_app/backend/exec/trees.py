"""Ends process trees, found by their group, their parents, and the mark that every descendant inherits."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ampsm_app.backend.exec.environment import MARK

if TYPE_CHECKING:
    import psutil

GRACE_S = 2.0
_SWEEP_S = 2.0
_TICK_S = 0.02


def marked(prefix: str) -> list[int]:
    """The processes whose mark is `prefix` or begins with `prefix` and a dot, and their descendants.

    Never this one. Descendants count by their parents too: some are started with a bare environment.
    """
    table = _table()
    exact = f"{MARK}={prefix}"
    found = {pid for pid, _, environment in table if _carries(environment, exact)} - {os.getpid()}
    while more := {pid for pid, parent, _ in table if parent in found} - found - {os.getpid()}:
        found |= more
    return sorted(found)


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
    """Whether the group that `pid` led still has a member that is not dead."""
    if sys.platform == "win32":
        return False
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if sys.platform == "linux":
        # In a container whose first process takes no exit statuses the dead stay in their group.
        from ampsm_app.backend.exec.guard import scan_proc

        return any(process.groups[0] == pid for process in scan_proc())
    return True


def _table() -> list[tuple[int, int, str]]:
    """Every process that can be looked into: its number, its parent's, its environment."""
    if sys.platform == "linux":
        # The same as psutil gives, without its import, which costs more than the whole scan.
        from ampsm_app.backend.exec.guard import scan_proc

        return [(process.pid, process.parent, process.text) for process in scan_proc()]
    import psutil

    return [
        (process.pid, process.info["ppid"], f"{MARK}={(process.info['environ'] or {}).get(MARK, '')}")
        for process in psutil.process_iter(["ppid", "environ"])
    ]


def _carries(environment: str, exact: str) -> bool:
    if exact not in environment:
        return False
    return any(part == exact or part.startswith(exact + ".") for part in environment.split("\0"))


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
    if sys.platform == "win32":
        number = signal.SIGTERM  # so it is called there: the end at once
    else:
        number = signal.SIGKILL
    for pid in pids:
        _quietly(os.kill, pid, number)


def _quietly(send: Callable[[int, int], None], pid: int, number: int) -> None:
    try:
        send(pid, number)
    except (ProcessLookupError, PermissionError):
        return
