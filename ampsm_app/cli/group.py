"""The root command: loads a command's module when it is run, not before."""

from collections.abc import Callable, Sequence

import click

from ampsm_app import __version__

Loader = Callable[[str, str], object]
_WIDTH = 80


class LazyGroup(click.Group):
    """A group over a table of names; listing it imports no command."""

    def __init__(self, table: Sequence[tuple[str, str, str]], load: Loader) -> None:
        super().__init__(
            name="amp-sessions",
            help="Turn AI coding sessions into isolated, reviewable, mergeable git branches.",
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDTH},
        )
        self._rows = {name: (module, words) for name, module, words in table}
        self._load = load

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(self._rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with this name."""
        if cmd_name not in self._rows:
            return None
        command = self._load(self._rows[cmd_name][0], cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in self._rows.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first; a wrong name is told with the nearest right one."""
        name = args[0]
        if self.get_command(ctx, name) is None:
            import difflib

            near = difflib.get_close_matches(name, list(self._rows), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " See amp-sessions --help."
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def make_group(table: Sequence[tuple[str, str, str]], load: Loader) -> click.Group:
    """The root command over `table`."""
    group = LazyGroup(table, load)
    return click.version_option(__version__, prog_name="amp-sessions", message="%(prog)s %(version)s")(group)
