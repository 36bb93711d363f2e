"""What a command can fail with before and beside its run."""

from pathlib import Path
from typing import ClassVar

from ampsm_app.backend.domain.errors import AmpsmError


class CannotStart(AmpsmError):
    """A program that could not be started: it is missing, not executable, or its folder is gone."""

    default_code: ClassVar[str] = "cannot_start"


class InputClosed(AmpsmError):
    """A process that takes no more input: it ended, or its input was closed."""

    default_code: ClassVar[str] = "input_closed"


def cannot_start(argv: tuple[str, ...], cwd: Path, error: Exception) -> CannotStart:
    """The error for a refused start, naming what was really missing: the folder or the program."""
    program = argv[0] if argv else ""
    if not cwd.is_dir():
        return CannotStart(
            f"{program} cannot be started in {cwd}: that folder does not exist",
            hint="The folder was moved or deleted.",
            program=program,
            cwd=str(cwd),
        )
    if isinstance(error, FileNotFoundError):
        why, hint = "no such program", f"Install {program} or correct its path."
    elif isinstance(error, PermissionError):
        why, hint = "it is not executable", f"Make {program} executable or correct its path."
    else:
        why, hint = getattr(error, "strerror", None) or str(error) or type(error).__name__, None
    return CannotStart(f"{program} cannot be started: {why}", hint=hint, program=program, cwd=str(cwd))
