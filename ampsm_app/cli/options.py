"""Options that several commands share, in every spelling that was ever documented."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ampsm_app.backend.domain.merges import ManualCommits
from ampsm_app.backend.domain.sessions import AgentChoice

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
session = click.argument("session", metavar="SESSION")


def agent_choice(command: Decorated) -> Decorated:
    """`--mode`, `--amp-cli` (also `--amp-path`) and `--amp-server`."""
    modes = click.Choice(["production", "local-cli", "local-server", "demo"])
    for option in (
        click.option("--amp-server", metavar="URL", help="Use this server (mode local-server)."),
        click.option(
            "--amp-cli", "--amp-path", "amp_cli", metavar="PATH", help="Use this binary (mode local-cli)."
        ),
        click.option("--mode", type=modes, help="Which agent runs."),
    ):
        command = option(command)
    return command


def choice_of(mode: str | None, amp_cli: str | None, amp_server: str | None) -> AgentChoice:
    """What the three options say together."""
    return AgentChoice.model_validate({"mode": mode, "cli_path": amp_cli, "server_url": amp_server})


manual = click.option(
    "--include-manual",
    "--manual-commits",
    "include_manual",
    type=click.Choice(["include", "exclude"]),
    is_flag=False,
    flag_value="include",
    help="Squash commits made by hand too, or keep them as their own.",
)


def manual_of(include_manual: str | None) -> ManualCommits | None:
    """What `--include-manual` said; None takes the setting."""
    return "include" if include_manual == "include" else "exclude" if include_manual else None
