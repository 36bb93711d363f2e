"""Misbehaviour on request: what real agents do now and then, for those who test how it is borne."""

import os
import signal
import subprocess
import sys
import time
from typing import NoReturn

from ampsm_app.demo_agent.output import complain, write_bytes, write_json, write_text
from ampsm_app.demo_agent.script import Step

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"alert(1)\"> [click](javascript:alert(1)) "
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \u202egpj.exe ${jndi:ldap://x} '; DROP TABLE sessions; --"
)


def perform(step: Step, thread_id: str) -> bool:
    """Do a step that goes past the stream; whether it was one."""
    match step.verb:
        case "lines":
            for number in range(1, int(step.number) + 1):
                write_text(f"plain line {number}\n")
        case "long_line":
            write_bytes(b"x" * int(step.number) + b"\n")
        case "invalid_bytes":
            write_bytes(b'{"type": "assistant", \xff\xfe\x80\n\xc3\x28 not UTF-8\n')
        case "unknown_event":
            event = {"type": "weather", "sky": "clear", "nested": {"list": [1, 2.5, None]}}
            write_json({**event, "session_id": thread_id})
        case "complain":
            complain(step.text or "Something is not quite right.")
        case "hold_pipe":
            _leave_behind(step.number)
        case "hang":
            hang()
        case "hang_stubbornly":
            _ignore_signals()
            hang()
        case "crash":
            _crash()
        case _:
            return False
    return True


def hang() -> NoReturn:
    """Do nothing, for ever."""
    while True:
        time.sleep(3600)


def _leave_behind(seconds: float) -> None:
    # The process outlives us in a session of its own and keeps our standard output open.
    if sys.platform == "win32":
        subprocess.Popen(["ping", "-n", f"{int(seconds) + 1}", "127.0.0.1"], stdin=subprocess.DEVNULL)
    else:
        subprocess.Popen(["sleep", f"{seconds:g}"], stdin=subprocess.DEVNULL, start_new_session=True)


def _ignore_signals() -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _crash() -> NoReturn:
    sys.stdout.flush()
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)
