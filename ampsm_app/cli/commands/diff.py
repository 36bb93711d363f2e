"""`diff`."""

import click

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading
from ampsm_app.cli.patch import Colour, print_patch
from ampsm_app.cli.timeline import print_timeline


@click.command()
@options.session
@click.option("--staged", is_flag=True, help="What is staged.")
@click.option("--unstaged", is_flag=True, help="What is changed but not staged.")
@click.option("--iteration", metavar="N[..M]", help="What turn N changed, or turns N to M.")
@click.option("--commit", metavar="SHA", help="What one commit changed.")
@click.option("--timeline", is_flag=True, help="All steps so far instead, with their ids.")
@click.option("--name-only", is_flag=True, help="Only the names.")
@click.option("--stat", is_flag=True, help="Names and counts of lines.")
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours: on a terminal, always, never.",
)
@click.option("--no-pager", is_flag=True, help="Do not show it through a pager.")
@options.as_json
def diff_command(
    session: str,
    staged: bool,
    unstaged: bool,
    iteration: str | None,
    commit: str | None,
    timeline: bool,
    name_only: bool,
    stat: bool,
    colour: Colour,
    no_pager: bool,
    as_json: bool,
) -> None:
    """Show what a session changed: by default, from its base to its worktree as it is now."""
    against = _against(staged, unstaged, iteration, commit, timeline)
    with reading() as core:
        if timeline:
            print_timeline(core, session, as_json=as_json)
            return
        query = DiffQuery(session_id=core.sessions.get(session).id, against=against)
        listed = name_only or stat or as_json
        changes = core.reviews.changes(query) if listed else None
        patch = b"" if listed else core.reviews.patch(query)
    if changes is None:
        print_patch(patch, colour=colour, pager=not no_pager)
    elif as_json:
        output.print_json(changes.model_dump(mode="json"))
    elif name_only:
        for file in changes.files:
            output.say(file.path)
    else:
        output.say(output.table(("change", "lines", "file"), [_row(file) for file in changes.files]))
        output.say(f"{count(len(changes.files), 'file')}, +{changes.lines_added} −{changes.lines_deleted}")


def _against(staged: bool, unstaged: bool, iteration: str | None, commit: str | None, timeline: bool) -> str:
    chosen = [
        *(["staged"] if staged else []),
        *(["unstaged"] if unstaged else []),
        *([_turns(iteration)] if iteration is not None else []),
        *([f"commit:{commit}"] if commit else []),
        *(["timeline"] if timeline else []),
    ]
    if len(chosen) > 1:
        raise InvalidInput(
            "More than one change is asked for.",
            hint="give one of --staged, --unstaged, --iteration, --commit and --timeline",
        )
    return chosen[0] if chosen else "base"


def _turns(asked: str) -> str:
    """`iteration:N` or `iterations:N..M`."""
    first, dots, last = asked.partition("..")
    numbers = (first, last) if dots else (first,)
    if not all(each.isdigit() and int(each) for each in numbers):
        raise InvalidInput(f"{asked!r} is no turn.", hint="--iteration N, or N..M for several")
    return f"iterations:{first}..{last}" if dots else f"iteration:{first}"


def _row(file: ChangedFile) -> tuple[str, str, str]:
    lines = "binary" if file.binary else f"+{file.added} −{file.deleted}"
    name = f"{file.old_path} → {file.path}" if file.old_path else file.path
    return file.change, lines, name
