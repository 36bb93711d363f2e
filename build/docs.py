"""Write `docs/cli.md` from the commands and `docs/config.md` from the settings; `--check` only compares."""

import sys
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

from project import ROOT

sys.path.insert(0, str(ROOT))

import click

from ampsm_app.backend.config import keys
from ampsm_app.backend.config.tree import Settings
from ampsm_app.cli import main as cli
from ampsm_app.cli.group import make_group

WIDTH = 80
WORDS = {name: words for name, _, words in cli.COMMANDS}
MADE = "<!-- Made by build/docs.py. Change the source, then run it again. -->\n"


def main() -> int:
    """Write both pages, or say with 1 that one is not up to date."""
    pages = {ROOT / "docs" / "cli.md": cli_page(), ROOT / "docs" / "config.md": config_page()}
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run `python build/docs.py`\n")
        return bool(stale)
    for path in stale:
        path.write_text(pages[path], "utf-8", newline="\n")
    return 0


def cli_page() -> str:
    """Every command as `--help` shows it."""
    root = make_group(cli.COMMANDS, cli._load)
    about = (
        "Each command explains itself with `--help`; with `--json` standard output is exactly one JSON "
        "document and nothing else."
    )
    return f"{MADE}\n# Commands\n\n{about}\n\n" + "\n\n".join(_command(root, "amp-sessions", None)) + "\n"


def _command(command: click.Command, name: str, above: click.Context | None) -> Iterator[str]:
    shape = {**command.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    context = click.Context(command, info_name=name, parent=above, **shape)
    yield f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            try:
                found = command.get_command(context, below)
            except AttributeError:
                # It speaks for itself, before click is asked.
                yield f"## `amp-sessions {below}`\n\n{WORDS[below]}."
                continue
            if found is not None and not found.hidden:
                yield from _command(found, below, context)


def config_page() -> str:
    """Every setting with its default, the variable that overrules it, and what it means."""
    aliases = ", ".join(f"`{old}` (now `{new}`)" for old, new in keys.ALIASES.items())
    parts = [
        f"{MADE}\n# Settings\n\n",
        "Settings stand in `~/.ampsm/config.yaml`. `amp-sessions config set KEY VALUE` changes one and keeps "
        "your comments; `amp-sessions config list` shows all of them and where each value comes from. The "
        "environment overrules the file, and options overrule both; an empty variable counts as unset. "
        "Durations are seconds, or `300s`, `5m`, `1h`. The database's place is not a setting: it is "
        "`AMPSM_DB_PATH`, else the user's configuration folder.\n\n",
        f"Older spellings that are still understood: {aliases}.\n",
    ]
    sections: dict[str, list[keys.Setting]] = {}
    for setting in keys.documented():
        sections.setdefault(setting.key.partition(".")[0], []).append(setting)
    for name, settings in sections.items():
        about = Settings.model_fields[name].annotation.__doc__ or ""
        rows = "".join(_row(setting) for setting in settings)
        parts.append(
            f"\n## {name}\n\n{about.strip()}\n\n"
            f"| key | values | default | overruled by | meaning |\n|---|---|---|---|---|\n{rows}"
        )
    return "".join(parts)


def _row(setting: keys.Setting) -> str:
    variable = next((f"`{name}`" for name, key in keys.VARIABLES.items() if key == setting.key), "")
    words = (setting.field.description or "").replace("|", "\\|")
    return f"| `{setting.key}` | {_values(setting)} | {_default(setting)} | {variable} | {words} |\n"


def _values(setting: keys.Setting) -> str:
    kind: object = keys.values_of(setting.field.annotation) or setting.field.annotation
    options = [option for option in get_args(kind) if option is not type(None)] if get_args(kind) else []
    if get_origin(kind) is Literal:
        return ", ".join(f"`{option}`" for option in options)
    if get_origin(kind) is tuple:
        inner = options[0]
        return ", ".join(f"`{name}`" for name in get_args(inner)) if get_args(inner) else "words"
    names = {bool: "true, false", int: "number", float: "number", str: "text"}
    first = options[0] if options else kind
    if setting.key.endswith("timeout"):
        return "duration"
    return names.get(first, "text") if isinstance(first, type) else "text"


def _default(setting: keys.Setting) -> str:
    if "<name>" in setting.key or setting.field.is_required():
        return ""
    value: object = Settings().model_dump(mode="json")
    for name in setting.key.split("."):
        value = value[name] if isinstance(value, dict) else None
    match value:
        case None | []:
            return "unset"
        case bool():
            return f"`{str(value).lower()}`"
        case list():
            return f"`{', '.join(map(str, value))}`"
        case _:
            return f"`{value}`"


if __name__ == "__main__":
    sys.exit(main())
