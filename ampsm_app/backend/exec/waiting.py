"""Waits for the end of a process without looking again and again where the system can tell."""

import os
import select
import subprocess
import sys


def await_exit(process: subprocess.Popen[bytes], seconds: float | None) -> bool:
    """Whether `process` has ended within `seconds` (None: however long it takes); reaps it."""
    if sys.platform == "win32":
        return _plain_wait(process, seconds)
    pidfd = None if seconds is None else open_pidfd(process.pid)
    if pidfd is None or seconds is None:
        return _plain_wait(process, seconds)
    try:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000)) and _plain_wait(process, None)
    finally:
        os.close(pidfd)


def open_pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable when the child `pid` ends; None where there is no such thing."""
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # an older kernel, a sandbox that forbids it, or the child is reaped already
        return None


def _plain_wait(process: subprocess.Popen[bytes], seconds: float | None) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
