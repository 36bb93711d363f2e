"""`rename`, `archive`, `delete` and `cleanup`."""

import click

from ampsm_app.backend.domain.review import Loss, RestorePoint
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing


@click.command()
@options.session
@click.argument("name")
@options.as_json
def rename_command(session: str, name: str, as_json: bool) -> None:
    """Give a session another name; its branch and folder keep theirs."""
    with writing() as core:
        renamed = core.sessions.rename(session, name)
    if as_json:
        output.print_json(renamed.model_dump(mode="json"))
    else:
        output.say(f"{renamed.id}  {renamed.name}")


@click.command()
@options.session
@click.option("--undo", is_flag=True, help="Bring it back into the list.")
@options.as_json
def archive_command(session: str, undo: bool, as_json: bool) -> None:
    """Take a session out of the list; nothing else changes."""
    with writing() as core:
        archived = core.sessions.archive(session, archived=not undo)
    if as_json:
        output.print_json(archived.model_dump(mode="json"))
    else:
        output.say(f"{archived.name}: {'back in the list' if undo else 'archived'}")


@click.command()
@options.session
@click.option("--force", is_flag=True, help="Although work would be lost; it is backed up first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
def delete_command(session: str, force: bool, yes: bool, as_json: bool) -> None:
    """Move a session's worktree to the trash and forget the session; its work stays restorable."""
    with writing() as core:
        found = core.sessions.get(session)
        if not (yes or force or as_json):
            click.confirm(f"Delete session {found.name!r}?", abort=True, err=True)
        loss, point = core.cleanup.delete(found.id, force=force)
    _report("deleted", found.name, loss, point, as_json)


@click.command()
@options.session
@click.option("--force", is_flag=True, help="Although work would be lost; it is backed up first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
def cleanup_command(session: str, force: bool, yes: bool, as_json: bool) -> None:
    """Remove worktree and branch of a session whose work is merged; the session stays in the list."""
    with writing() as core:
        found = core.sessions.get(session)
        if not (yes or force or as_json):
            click.confirm(f"Remove worktree and branch of {found.name!r}?", abort=True, err=True)
        loss, point = core.cleanup.clean_up(found.id, force=force)
    _report("cleaned", found.name, loss, point, as_json)


def _report(done: str, name: str, loss: Loss, point: RestorePoint | None, as_json: bool) -> None:
    if as_json:
        restorable = point.model_dump(mode="json") if point else None
        output.print_json({done: True, "loss": loss.model_dump(mode="json"), "point": restorable})
        return
    output.say(f"{name}: {done}")
    if point is not None:
        output.say(f"restorable for a while: {point.id}")
