"""`config` and `mode`."""

import os
import sys

import click

from ampsm_app.backend.domain.sessions import AgentChoice
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading


@click.group()
def config_command() -> None:
    """Read and change settings."""


@config_command.command("get")
@click.argument("key", required=False)
@options.as_json
def get_command(key: str | None, as_json: bool) -> None:
    """Print one setting, a group of them, or all; secrets are hidden."""
    from ampsm_app.backend.core import Preferences

    preferences = Preferences()
    if key is None:
        _list(preferences.listing(), as_json)
        return
    value = preferences.get(key)
    if as_json:
        output.print_json(value)
    else:
        output.say("" if value is None else str(value))


@config_command.command("list")
@options.as_json
def list_command(as_json: bool) -> None:
    """Print all settings, where each comes from, and its default."""
    from ampsm_app.backend.core import Preferences

    _list(Preferences().listing(), as_json)


@config_command.command("set")
@click.argument("key")
@click.argument("value")
@options.as_json
def set_command(key: str, value: str, as_json: bool) -> None:
    """Change one setting; - reads the value from standard input, an empty one unsets it."""
    from ampsm_app.backend.core import Preferences

    text = sys.stdin.read().rstrip("\n") if value == "-" else value
    changed = Preferences().set(key, text)
    if changed.secret and value != "-":
        output.tell("a secret on the command line can be read by others in the list of processes; use -")
    if changed.overruled_by:
        output.tell(f"the environment variable {changed.overruled_by} overrules it for now")
    if as_json:
        output.print_json(
            {"key": changed.key, "path": str(changed.path), "overruled_by": changed.overruled_by}
        )
    else:
        output.say(f"{changed.key} is set in {changed.path}")


@config_command.command("path")
@options.as_json
def path_command(as_json: bool) -> None:
    """Print where the settings file is."""
    from ampsm_app.backend.core import Preferences

    path = str(Preferences().path)
    output.print_json({"path": path}) if as_json else output.say(path)


@config_command.command("edit")
def edit_command() -> None:
    """Open the settings file in $VISUAL or $EDITOR, and check it afterwards."""
    from ampsm_app.backend.core import Preferences

    preferences = Preferences()
    preferences.path.parent.mkdir(parents=True, exist_ok=True)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    click.edit(filename=str(preferences.path), editor=editor)
    preferences.listing()
    output.say(f"{preferences.path} is right")


@click.command()
@click.argument(
    "name", required=False, type=click.Choice(["production", "local-cli", "local-server", "demo"])
)
@click.option("--amp-cli", "--amp-path", "amp_cli", metavar="PATH", help="Binary of mode local-cli.")
@click.option("--amp-server", metavar="URL", help="Server of mode local-server.")
@options.as_json
def mode_command(name: str | None, amp_cli: str | None, amp_server: str | None, as_json: bool) -> int:
    """Show the mode that turns run in, or switch it; running turns keep theirs."""
    with reading() as core:
        if name is None:
            health = core.agents.health(AgentChoice())
        else:
            choice = AgentChoice.model_validate({"mode": name, "cli_path": amp_cli, "server_url": amp_server})
            health = core.agents.switch(choice)
    if as_json:
        output.print_json(health.model_dump(mode="json"))
    else:
        output.say(f"{health.mode} ({health.origin}): {health.message}")
        if health.hint:
            output.say(f"  {health.hint}")
    return 0


def _list(rows: list[tuple[str, object, str, object]], as_json: bool) -> None:
    if as_json:
        names = ("key", "value", "origin", "default")
        output.print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    cells = [(key, "—" if value is None else str(value), origin) for key, value, origin, _ in rows]
    output.say(output.table(("setting", "value", "from"), cells))
