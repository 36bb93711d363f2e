"""The one place where a command's failure becomes words, a document and an exit status."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.cli import output

INTERRUPTED = 130


def run_and_exit(group: click.Group, args: Sequence[str]) -> NoReturn:
    """Run the group and exit: 0 done, 1 the answer is no, 2 and up as the error says."""
    as_json = "--json" in args or "--stream-json" in args
    try:
        status = group.main(args=list(args), prog_name="amp-sessions", standalone_mode=False)
    except click.exceptions.Exit as left:
        status = left.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"see {context.command_path} --help" if context else "see amp-sessions --help"
        _fail(
            as_json, {"code": "invalid_input", "message": error.format_message(), "hint": hint, "details": {}}
        )
        status = 2
    except (KeyboardInterrupt, click.Abort):
        output.tell("interrupted")
        status = INTERRUPTED
    except AmpsmError as error:
        _fail(as_json, error.as_dict())
        status = error.exit_status
    except BrokenPipeError:
        # The reader (a pager, head) has seen enough; Python would complain again while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        if os.environ.get("AMPSM_LOG_LEVEL", "").lower() == "debug":
            raise
        _fail(as_json, _unexpected(error))
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


def _unexpected(error: Exception) -> dict[str, Any]:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return {"code": "invalid_input", "message": f"{where}: {first['msg']}", "hint": None, "details": {}}
    return {
        "code": "internal",
        "message": f"{type(error).__name__}: {error}",
        "hint": "AMPSM_LOG_LEVEL=debug shows where",
        "details": {},
    }


def _fail(as_json: bool, error: dict[str, Any]) -> None:
    if as_json:
        output.print_json({"error": error})
    output.tell(f"{output.paint('error', 'red')}: {error['message']}")
    if error.get("hint"):
        output.tell(f"  {error['hint']}")
