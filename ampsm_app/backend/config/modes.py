"""Which agent runs: an option, else the session's own, else the environment, else the settings."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ampsm_app.backend.config.keys import VARIABLES
from ampsm_app.backend.config.loading import Loaded
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.sessions import AgentChoice, Mode

ModeOrigin = Literal["option", "session", "environment", "settings", "default"]

_NOTHING = AgentChoice()
_VARIABLES = ("AMP_CLI_PATH", "AMP_SERVER_URL")


@dataclass(frozen=True, slots=True)
class EffectiveMode:
    """The agent that is used, and what decided. Without `cli_path` the binary is looked for.

    `server_url` is set in mode `local-server`, and where a `local-cli` was asked for with a server.
    `variables` are those of the environment whose values are in use.
    """

    mode: Mode
    cli_path: str | None
    server_url: str | None
    origin: ModeOrigin
    variables: tuple[str, ...] = ()

    @property
    def missing(self) -> str | None:
        """The setting that this mode needs and nobody has given."""
        if self.mode == "local-cli" and self.cli_path is None:
            return "amp.cli_path"
        if self.mode == "local-server" and self.server_url is None:
            return "amp.server_url"
        return None


def effective_mode(
    loaded: Loaded, option: AgentChoice = _NOTHING, session: AgentChoice = _NOTHING
) -> EffectiveMode:
    """The agent for one turn: the first source that says anything decides, those below fill the rest.

    Raises `InvalidInput` where an option contradicts itself.
    """
    sources: list[tuple[ModeOrigin, AgentChoice]] = [
        ("option", option),
        ("session", session),
        ("environment", _environment_choice(loaded)),
    ]
    for index, (origin, choice) in enumerate(sources):
        if choice != _NOTHING:
            below = [lower for _, lower in sources[index + 1 :]]
            return _complete(choice, below, loaded, origin)
    return _from_settings(loaded)


def deciding_variables(env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The variables that decide the mode before the settings do; empty where the settings may."""
    return tuple(name for name in _VARIABLES if env.get(name))


def _environment_choice(loaded: Loaded) -> AgentChoice:
    amp = loaded.settings.amp
    return AgentChoice(
        cli_path=amp.cli_path if loaded.origin("amp.cli_path") == "environment" else None,
        server_url=amp.server_url if loaded.origin("amp.server_url") == "environment" else None,
    )


def _complete(
    choice: AgentChoice, below: Sequence[AgentChoice], loaded: Loaded, origin: ModeOrigin
) -> EffectiveMode:
    if choice.mode in ("production", "demo"):
        _refuse_contradiction(choice)
        return _made(loaded, choice.mode, None, None, origin)
    cli = _first(choice, *below, part="cli_path")
    server = _first(choice, *below, part="server_url")
    if choice.mode == "local-cli":
        cli = cli or loaded.settings.amp.cli_path
        return _made(loaded, "local-cli", cli, choice.server_url, origin)
    if choice.mode == "local-server" or server:
        server = server or loaded.settings.amp.server_url
        return _made(loaded, "local-server", cli, server, origin)
    return _made(loaded, "local-cli", cli, None, origin)


def _from_settings(loaded: Loaded) -> EffectiveMode:
    amp = loaded.settings.amp
    chosen = loaded.origin("amp.mode") != "default"
    origin: ModeOrigin = "settings" if chosen else "default"
    match amp.mode:
        case "local-cli":
            return _made(loaded, "local-cli", amp.cli_path, None, origin)
        case "local-server":
            return _made(loaded, "local-server", None, amp.server_url, origin)
        case "production" if not chosen:
            # The path of a binary is older than the modes: alone it names the binary of production.
            return _made(loaded, "production", amp.cli_path, None, origin)
        case _:
            return _made(loaded, amp.mode, None, None, origin)


def _made(
    loaded: Loaded, mode: Mode, cli: str | None, server: str | None, origin: ModeOrigin
) -> EffectiveMode:
    amp = loaded.settings.amp
    used = {"amp.cli_path": cli == amp.cli_path, "amp.server_url": server == amp.server_url}
    variables = tuple(
        name
        for name in _VARIABLES
        if used[VARIABLES[name]] and loaded.origin(VARIABLES[name]) == "environment"
    )
    return EffectiveMode(mode, _usable(cli), server, origin, variables)


def _first(*choices: AgentChoice, part: Literal["cli_path", "server_url"]) -> str | None:
    return next((value for choice in choices if (value := getattr(choice, part))), None)


def _refuse_contradiction(choice: AgentChoice) -> None:
    if choice.cli_path or choice.server_url:
        raise InvalidInput(
            f"mode {choice.mode} takes neither a binary nor a server of your own",
            hint="leave out the mode, or choose local-cli or local-server",
            code="mode",
        )


def _usable(cli: str | None) -> str | None:
    """The path as it works from any folder; a bare name is left to be found in PATH."""
    if cli is None or Path(cli).name == cli:
        return cli
    return str(Path(cli).expanduser().absolute())
