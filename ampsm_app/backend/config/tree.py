"""The settings as one typed tree: a field's name is its key in the file, its description documents it."""

import json
import shlex
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from ampsm_app.backend.config.durations import format_duration, parse_duration
from ampsm_app.backend.domain.merges import ManualCommits
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.sessions import Mode

ExportFormat = Literal["json", "jsonl", "ndjson", "csv", "markdown", "html"]
Theme = Literal["gruvbox", "gruvbox-light", "high-contrast", "system"]
LogLevel = Literal["debug", "info", "warning", "error"]


def _words(value: object) -> object:
    return _split(value, shlex.split)


def _names(value: object) -> object:
    return _split(value, lambda text: [part.strip() for part in text.split(",")])


def _split(value: object, split: Callable[[str], list[str]]) -> object:
    """A list that may be typed as a text, in JSON or in the shorter spelling that `split` knows."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.startswith("[") else split(value)


def _variable(value: object) -> object:
    # YAML reads `true` as a truth value, and an environment holds only text.
    return str(value).lower() if isinstance(value, bool) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Seconds = Annotated[
    float,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
]
Arguments = Annotated[tuple[str, ...], BeforeValidator(_words)]
Formats = Annotated[tuple[ExportFormat, ...], BeforeValidator(_names)]
Variable = Annotated[str, BeforeValidator(_variable)]
ServerUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]


class Section(Model):
    """A part of the tree. Numbers are taken where a text is meant: a branch may be called 2024."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class GitSettings(Section):
    """Branches, worktrees and commits."""

    default_base_branch: str | None = Field(
        default=None,
        description="Branch that new sessions start from, where a repository has it. "
        "Unset: origin/HEAD, else the only one of main and master, else the branch checked out.",
    )
    commit_prefix: str = Field(
        default="amp:", description="What the subject of a session's own commits begins with."
    )
    manual_commits: ManualCommits = Field(
        default="exclude",
        description="What a squash does with the commits you made by hand in a session's worktree: "
        "`include` squashes them too, `exclude` keeps them as commits of their own.",
    )
    worktree_root: str | None = Field(
        default=None,
        description="Folder for the worktrees of sessions, relative to the repository's main worktree. "
        "Unset: `.worktrees`.",
    )


class ModelSettings(Section):
    """How one model is asked for."""

    args: Arguments = Field(description="Arguments that make the agent use this model.")


class Price(Section):
    """What a model costs, in US dollars for a million tokens."""

    input: float = Field(ge=0, description="US dollars for a million tokens of input that is not cached.")
    output: float = Field(ge=0, description="US dollars for a million tokens of output.")
    cache_read: float | None = Field(
        default=None, ge=0, description="The same for input read from the cache. Unset: as input."
    )
    cache_write: float | None = Field(
        default=None, ge=0, description="The same for input written to the cache. Unset: as input."
    )


class AmpSettings(Section):
    """The agent: which binary, which server, which model, for how long."""

    mode: Mode = Field(
        default="production",
        description="`production`, `local-cli` (the binary of `amp.cli_path`), `local-server` "
        "(the server of `amp.server_url`) or `demo` (the built-in demo agent). Over it, the variables "
        "`AMP_CLI_PATH` and `AMP_SERVER_URL` choose the two local ones.",
    )
    cli_path: str | None = Field(
        default=None,
        description="Agent binary, or a `.js` file that runs under node: the one of mode `local-cli`, "
        "and, as long as `amp.mode` is not set, also of production.",
    )
    server_url: ServerUrl | None = Field(default=None, description="Server of mode `local-server`.")
    default_model: str = Field(
        default="default", description="Model of new sessions; `default` is the agent's own choice."
    )
    timeout: Seconds = Field(default=1800.0, description="How long one turn of the agent may take.")
    args: Arguments = Field(default=(), description="Arguments passed to the agent as they are, after ours.")
    env: dict[str, Variable] = Field(
        default={},
        description="Environment variables of the agent. Values with a secret's name that are set by "
        "`config set` are kept beside this file in one that only you can read, `secrets.json`.",
    )
    json_logs: bool = Field(
        default=True,
        description="Whether the agent is asked for its JSON stream; without it its text is read.",
    )
    models: dict[str, ModelSettings] = Field(default={}, description="Models of your own, by name.")
    prices: dict[str, Price] = Field(
        default={}, description="Prices that replace those of the built-in table, by model."
    )


class CheckSettings(Section):
    """Check scripts."""

    timeout: Seconds = Field(default=900.0, description="How long a check script may take.")


class SetupSettings(Section):
    """Set-up of new worktrees."""

    timeout: Seconds = Field(default=900.0, description="How long the set-up of a worktree may take.")


class NotificationSettings(Section):
    """What tells you about a session while you look elsewhere."""

    desktop: bool = Field(default=True, description="Whether desktop notifications may be shown.")


class TelemetrySettings(Section):
    """What is kept of a session's work. Nothing leaves this machine."""

    enabled: bool = Field(
        default=True,
        description="Whether messages, tool arguments, results and raw output are kept; "
        "outcomes, commits and token totals always are.",
    )
    export_formats: Formats = Field(default=("jsonl",), description="Formats of an export that names none.")


class UiSettings(Section):
    """The window."""

    theme: Theme = Field(default="gruvbox", description="Colours; `system` follows the desktop.")
    auto_update: bool = Field(
        default=False,
        description="Whether the program may ask if a newer version exists. It installs nothing.",
    )


class BackupSettings(Section):
    """The points that can be restored."""

    keep_days: int = Field(default=30, ge=1, description="How many days a restore point is kept.")


class EditorSettings(Section):
    """Opening files elsewhere."""

    command: Arguments = Field(
        default=(),
        description="Editor with its arguments; {folder}, {file} and {line} stand for what is opened. "
        "Unset: $VISUAL, else $EDITOR, else the system's choice.",
    )


class LogSettings(Section):
    """The program's own log."""

    level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(
        default="info", description="The least that is logged."
    )


class Settings(Section):
    """All settings."""

    git: GitSettings = GitSettings()
    amp: AmpSettings = AmpSettings()
    checks: CheckSettings = CheckSettings()
    setup: SetupSettings = SetupSettings()
    notifications: NotificationSettings = NotificationSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    ui: UiSettings = UiSettings()
    backups: BackupSettings = BackupSettings()
    editor: EditorSettings = EditorSettings()
    logs: LogSettings = LogSettings()
