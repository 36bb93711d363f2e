"""`completion`."""

import click
from click.shell_completion import get_completion_class

from ampsm_app.cli import output


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell; source it from the shell's start-up file."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    root = context.find_root().command
    output.print_line(kind(root, {}, "amp-sessions", "_AMP_SESSIONS_COMPLETE").source() + "\n")
