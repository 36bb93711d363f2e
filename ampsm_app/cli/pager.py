"""Long output on a terminal, through the program that the user reads with."""

import os
from collections.abc import Iterable, Iterator

import click

from ampsm_app.cli import output

_NONE = ("", "cat")


def page(lines: Iterable[str]) -> None:
    """Show lines through `GIT_PAGER`, else `PAGER`, else `less`, which ends by itself where all fits.

    Lines keep their colours: they must be harmless already. Without standard input from a terminal, or with
    `cat`, they are just printed.
    """
    chosen = os.environ.get("GIT_PAGER", os.environ.get("PAGER"))
    if chosen is not None and chosen.strip() in _NONE:
        for line in lines:
            output.print_line(line)
        return
    if chosen is not None:
        os.environ["PAGER"] = chosen
    # As git does it: quit where it fits, keep colours, leave the screen alone.
    os.environ.setdefault("LESS", "FRX")
    click.echo_via_pager(_without_last_newline(lines), color=True)


def _without_last_newline(lines: Iterable[str]) -> Iterator[str]:
    # The pager is given one more at the end.
    held = ""
    for line in lines:
        yield held
        held = line
    yield held.removesuffix("\n")
