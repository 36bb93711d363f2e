"""Which process, exactly: a number alone is soon another's."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Where creation times are wall-clock times, they tell one boot from another by themselves.
_WALL_CLOCK = "wall"


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told from every other before and after it.

    `create_time` is in clock ticks since boot on Linux, with the boot's id beside it; elsewhere it is in
    seconds of the wall clock. `str()` gives `pid:create_time:boot_id`, which `parse` reads.
    """

    pid: int
    create_time: float
    boot_id: str

    @classmethod
    def current(cls) -> Self:
        """This process."""
        found = cls.of(os.getpid())
        assert found is not None
        return found

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this number now; None when there is none, or only its exit status is left."""
        created = _created_linux(pid) if sys.platform == "linux" else _created_elsewhere(pid)
        return None if created is None else cls(pid, created, _boot_id())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The identity that `str()` wrote; raises `ValueError` for anything else."""
        pid, created, boot_id = text.split(":")
        return cls(int(pid), float(created), boot_id)

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return self.boot_id == _boot_id() and type(self).of(self.pid) == self

    def __str__(self) -> str:
        return f"{self.pid}:{self.create_time!r}:{self.boot_id}"


def _boot_id() -> str:
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return _WALL_CLOCK


def _created_linux(pid: int) -> float | None:
    try:
        # The name in brackets may hold anything; the numbers begin after its last bracket.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else float(fields[19])


def _created_elsewhere(pid: int) -> float | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None
