"""Who runs, seen from outside: what belongs to a test's machine, and who is whose child."""

import os
import signal
import time
from pathlib import Path
from typing import Literal

import psutil

Victim = Literal["command", "agent", "git", "guard", "command and guard"]

LEAST_AFTER_S = 5.0


def left_running(root: Path) -> list[str]:
    """The processes that stand in a machine's folder, name it in their arguments, or carry a mark of ours."""
    found = []
    mine = os.getpid()
    live = str(root / "live")
    for process in psutil.process_iter():
        try:
            if process.pid == mine or process.status() == psutil.STATUS_ZOMBIE:
                continue
            arguments, folder, environ = process.cmdline(), process.cwd(), process.environ()
        except psutil.Error:
            continue
        home = environ.get("HOME", "")
        if folder.startswith(live) or any(live in each for each in arguments) or home.startswith(live):
            found.append(f"{process.pid} {' '.join(arguments)[:200]}")
    return found


def await_quiet(root: Path, seconds: float = LEAST_AFTER_S) -> list[str]:
    """What still runs after so many seconds; returns as soon as nothing does."""
    give_up = time.monotonic() + seconds
    while (left := left_running(root)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return left


def find(command: int, victim: Victim) -> list[psutil.Process]:
    """The processes that are meant, among the children of a command; none where it has none such."""
    try:
        owner = psutil.Process(command)
        children = owner.children(recursive=True)
    except psutil.Error:
        return []
    if victim == "command":
        return [owner]
    guards = [each for each in children if "guard.py" in _words(each)]
    if victim == "command and guard":
        # The guard first: it would see the command's end.
        return [*guards, owner]
    if victim == "guard":
        return guards
    if victim == "agent":
        return [each for each in children if "demo_agent" in _words(each)][:1]
    return [each for each in children if _words(each).startswith("git ")][:1]


def kill(processes: list[psutil.Process]) -> bool:
    """End them at once; whether there was any that still ran."""
    done = False
    for process in processes:
        try:
            process.send_signal(signal.SIGKILL)
            done = True
        except psutil.Error:
            continue
    return done


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
