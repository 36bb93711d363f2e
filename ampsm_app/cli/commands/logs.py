"""`logs`."""

from itertools import chain

import click

from ampsm_app.backend.domain.requests import EventQuery
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading
from ampsm_app.cli.live import describe


@click.command()
@options.session
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens from now on, until Ctrl-C.")
@click.option(
    "--lines", "-n", type=click.IntRange(1, 500), default=100, show_default=True, help="How many events."
)
@click.option("--raw", is_flag=True, help="The last turn's raw output instead.")
@options.as_json
def logs_command(session: str, follow: bool, lines: int, raw: bool, as_json: bool) -> None:
    """Show what the agent said and did. With --json, one event a line."""
    from ampsm_app.backend.core import is_exported, wire_line

    with reading() as core:
        found = core.sessions.get(session)
        if raw:
            for piece in core.events.raw_output(found.id):
                output.say(piece)
            return
        events, _ = core.events.page(EventQuery(session_id=found.id, limit=lines))
        head = core.events.head()
        later = core.events.follow(head, session_id=found.id) if follow else ()
        for event in chain(events, later):
            if as_json and is_exported(event.data):
                output.print_line(wire_line(event))
            elif not as_json and (line := describe(event, detailed=True)) is not None:
                output.say(line)
