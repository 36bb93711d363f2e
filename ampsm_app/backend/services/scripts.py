"""Runs the user's own scripts (checks and set-up) in a worktree: guarded, time-boxed, their output kept."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.resources import Resources

_HEAD = 64 * 1024
_TAIL = 192 * 1024
_FIRST_PORT = 20_000
_PORTS_EACH = 20


@dataclass(frozen=True)
class ScriptRun:
    """How a script ended; `exit_code` is None where it could not be started. Output is redacted."""

    exit_code: int | None
    timed_out: bool
    cancelled: bool
    duration_ms: int
    output: str


def run_script(
    resources: Resources,
    script: str,
    worktree: Path,
    *,
    session_id: str,
    timeout_s: float,
    env: Mapping[str, str],
    cancel: Cancel | None = None,
    mark: str | None = None,
) -> ScriptRun:
    """Run `script` as the user's shell would, in `worktree`. The API key of the agent does not reach it."""
    command = Command(
        argv=shell_argv(script),
        cwd=worktree,
        env={**script_environment(session_id, worktree), **env},
        unset=frozenset({"AMP_API_KEY", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}),
        timeout_s=timeout_s,
    )
    kept = _BoundedText()
    try:
        running = resources.executor.start(command, mark=mark)
    except AmpsmError as error:
        return ScriptRun(None, False, False, 0, error.message)
    with cancel.stops(running) if cancel is not None else nullcontext():
        for line in running.lines():
            kept.add(line.data + b"\n")
        finished = running.wait()
    output = resources.redactor().redact(kept.text())
    return ScriptRun(finished.exit_code, finished.timed_out, finished.cancelled, finished.duration_ms, output)


def shell_argv(script: str) -> tuple[str, ...]:
    """The user's command line, handed to his shell as one argument."""
    if os.name == "nt":
        return ("cmd.exe", "/d", "/s", "/c", script)
    return ("/bin/sh", "-c", script)


def script_environment(session_id: str, worktree: Path) -> dict[str, str]:
    """What scripts and agents find in their environment about the session, a stable port range among it."""
    number = int.from_bytes(hashlib.sha256(session_id.encode()).digest()[:4], "big") % 2_000
    return {
        "AMPSM_SESSION": session_id,
        "AMPSM_PORT": str(_FIRST_PORT + number * _PORTS_EACH),
        "GIT_CEILING_DIRECTORIES": str(worktree.resolve().parent),
    }


class _BoundedText:
    """The beginning and the end of an output's lines, with a note of what was left out between."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        room = _HEAD - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail += data[max(room, 0) :]
        if len(self._tail) > 2 * _TAIL:
            self._trim()

    def text(self) -> str:
        self._trim()
        return "".join(self._parts()).rstrip("\n")

    def _parts(self) -> Iterator[str]:
        yield self._head.decode("utf-8", "replace")
        if self._dropped:
            yield f"\n[… {self._dropped:,} bytes left out …]\n"
        yield self._tail.decode("utf-8", "replace")

    def _trim(self) -> None:
        excess = len(self._tail) - _TAIL
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess
