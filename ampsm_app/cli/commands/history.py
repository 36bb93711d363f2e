"""`history` and `restore`."""

import click

from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading, writing
from ampsm_app.cli.session_words import age


@click.command()
@options.session
@options.as_json
def history_command(session: str, as_json: bool) -> None:
    """List the points a session can be taken back to, the newest first."""
    with reading() as core:
        points = core.history.list(session)
    if as_json:
        output.print_json([point.model_dump(mode="json") for point in points])
        return
    if not points:
        output.say("No points yet: one is made before whatever could lose work.")
        return
    rows = []
    for point in points:
        when = age(point.model_dump(mode="json")["created_at"])
        rows.append((point.id, when, point.head[:12], f"{point.dirty_files} uncommitted"))
    output.say(output.table(("point", "age", "head", "holds"), rows))
    output.say(f"go back: amp-sessions restore {session} POINT")


@click.command()
@options.session
@click.argument("point")
@options.as_json
def restore_command(session: str, point: str, as_json: bool) -> None:
    """Take a session's branch, index and files back to a point; the present becomes a point of its own."""
    with writing() as core:
        before = core.history.restore(session, point)
    if as_json:
        output.print_json(before.model_dump(mode="json"))
    else:
        output.say(f"restored; what was there before is point {before.id}")
