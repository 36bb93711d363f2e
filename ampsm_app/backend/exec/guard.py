"""The watchman of one orchestrator: once that is dead, every process tree with an open mark is ended.

It runs as a process of its own (`python -I -S guard.py`, or `amp-sessions _guard` when frozen), so it uses
the standard library only and imports nothing of ours. On standard input it reads lines: `+MARK` opens a
mark, `=MARK PID` names the leader of that tree's group, `-MARK` closes it. The end of input with marks
open means that the orchestrator was killed.
"""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

assert sys.platform != "win32", "the kernel guards there"

VARIABLE = "AMPSM_MARK"

# A process that was just forked shows its mark only after its exec: look again before believing it.
_QUIET_SCANS = 5
_PAUSE_S = 0.1
_LONGEST_S = 30.0
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Process:
    """One line of the process table. `text` holds its environment, `birth` tells it from a later namesake."""

    pid: int
    parent: int
    groups: tuple[int, ...]
    birth: str
    text: str


Scan = Callable[[], list[Process]]


@dataclass
class Watch:
    """The open marks, with what is known of the trees that carry them."""

    scan: Scan
    marks: set[str] = field(default_factory=set)
    leaders: dict[str, tuple[int, str]] = field(default_factory=dict)
    seen: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    groups: set[int] = field(default_factory=set)

    def heed(self, line: str) -> None:
        """Take one line from the orchestrator; what is not understood is ignored."""
        sign, rest = line[:1], line[1:].strip()
        mark, _, pid = rest.partition(" ")
        if sign == "+" and mark:
            self.marks.add(mark)
        elif sign == "=" and pid.isdigit():
            self.leaders[mark] = (int(pid), _birth_of(int(pid), self.scan))
        elif sign == "-":
            self.marks.discard(mark)
            self.leaders.pop(mark, None)
            self.seen.pop(mark, None)

    def look(self) -> None:
        """Remember who belongs to the open trees now: later their parents may be gone."""
        table = self.scan()
        for mark in self.marks:
            members = self._members(mark, table)
            self.seen[mark] = {(process.pid, process.birth) for process in members}

    def end_all(self) -> None:
        """Kill the open trees, again and again until they stay gone."""
        give_up = time.monotonic() + _LONGEST_S
        quiet = 0
        while self.marks and quiet < _QUIET_SCANS and time.monotonic() < give_up:
            table = self.scan()
            found = [process for mark in self.marks for process in self._members(mark, table)]
            pids = {process.pid for process in found}
            # Whoever is born while its group is being killed is known by the group, if by nothing else.
            self.groups |= {group for process in found for group in process.groups if group in pids}
            for pid in pids:
                _kill(pid)
            quiet = 0 if found else quiet + 1
            time.sleep(_PAUSE_S)

    def _members(self, mark: str, table: list[Process]) -> list[Process]:
        carries = re.compile(rf"(?:^|[\0\s]){VARIABLE}={re.escape(mark)}(?:[.\0\s]|$)").search
        known = self.seen.get(mark, set())
        groups = self.groups | self._group(mark, table)
        roots = [
            process
            for process in table
            if (process.pid, process.birth) in known
            or not groups.isdisjoint(process.groups)
            or carries(process.text)
        ]
        return [process for process in _with_children(roots, table) if process.pid != os.getpid()]

    def _group(self, mark: str, table: list[Process]) -> set[int]:
        if mark not in self.leaders:
            return set()
        pid, birth = self.leaders[mark]
        # The number stays taken while its group has members; as a leader born later it is a stranger's.
        stranger = any(process.pid == pid and process.birth != birth for process in table)
        return set() if stranger else {pid}


def main() -> int:
    """Watch until the orchestrator's end of the pipe closes; 0."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    by_proc = Path("/proc/self/environ").exists()
    watch = Watch(scan_proc if by_proc else scan_ps)
    rest = ""
    while True:
        # Where a program's environment may be unreadable, its family is learnt while it runs.
        if not by_proc and watch.marks and not select.select([0], [], [], _LOOK_EVERY_S)[0]:
            watch.look()
            continue
        data = os.read(0, 65536)
        if not data:
            break
        *lines, rest = (rest + data.decode("utf-8", "replace")).split("\n")
        for line in lines:
            watch.heed(line)
    watch.end_all()
    return 0


def scan_proc() -> list[Process]:
    """The process table of Linux, without what is dead already."""
    numbers = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [process for entry in numbers if (process := _read_proc(entry)) is not None]


def scan_ps() -> list[Process]:
    """The process table as `ps` prints it, environment included where the system shows it."""
    listing = ["-axEww"] if sys.platform == "darwin" else ["axeww"]
    columns = "pid=,ppid=,pgid=,stat=,lstart=,command="
    done = subprocess.run(
        ["/bin/ps", *listing, "-o", columns],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return [process for line in lines if (process := _read_ps(line)) is not None]


def _read_proc(entry: Path) -> Process | None:
    try:
        # The name in brackets may hold anything; the numbers begin after its last bracket.
        state, parent, group, session, *more = (entry / "stat").read_bytes().rpartition(b")")[2].split()
        text = (entry / "environ").read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    if state in (b"Z", b"X"):
        return None
    return Process(int(entry.name), int(parent), (int(group), int(session)), more[15].decode(), text)


def _read_ps(line: str) -> Process | None:
    words = line.split(None, 9)
    if len(words) < 9 or not all(word.isdigit() for word in words[:3]) or words[3].startswith("Z"):
        return None
    pid, parent, group = map(int, words[:3])
    return Process(pid, parent, (group,), " ".join(words[4:9]), words[9] if len(words) > 9 else "")


def _birth_of(pid: int, scan: Scan) -> str:
    return next((process.birth for process in scan() if process.pid == pid), "")


def _with_children(roots: list[Process], table: list[Process]) -> list[Process]:
    children: dict[int, list[Process]] = {}
    for process in table:
        children.setdefault(process.parent, []).append(process)
    found: dict[int, Process] = {}
    waiting = list(roots)
    while waiting:
        process = waiting.pop()
        if process.pid not in found:
            found[process.pid] = process
            waiting += children.get(process.pid, [])
    return list(found.values())


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


if __name__ == "__main__":
    sys.exit(main())
