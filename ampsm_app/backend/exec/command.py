"""What to run, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """A program to start. `env` is laid over the inherited environment, `unset` is dropped from it.

    `stdin` is written and closed; None means no input at all. `timeout_s` ends the whole process tree.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    stdin: bytes | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that ended. `exit_code` is negative where a signal ended it."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    cancelled: bool
    duration_ms: int
