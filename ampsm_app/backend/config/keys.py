"""Names of settings: dotted keys, the older spellings, and the environment variables that overrule them."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard, get_args, get_origin

from pydantic.fields import FieldInfo

from ampsm_app.backend.config.tree import Section, Settings
from ampsm_app.backend.domain.errors import ConfigError

ALIASES = {
    "ampPath": "amp.cli_path",
    "ampArgs": "amp.args",
    "enableJSONLogs": "amp.json_logs",
    "ampEnv": "amp.env",
}
VARIABLES = {
    "AMP_CLI_PATH": "amp.cli_path",
    "AMP_SERVER_URL": "amp.server_url",
    "AMP_ARGS": "amp.args",
    "AMP_ENABLE_JSONL": "amp.json_logs",
    "AMPSM_LOG_LEVEL": "logs.level",
}

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented setting. `key` holds `<name>` where the user chooses the name."""

    key: str
    field: FieldInfo
    section: type[Section]


def find(key: str) -> tuple[Path, object]:
    """The path of a dotted key, in today's spelling, and the type that stands there.

    Names that the user chose may hold dots (`amp.models.gpt-4.1.args`). Unknown keys raise `ConfigError`.
    """
    head, dot, rest = key.partition(".")
    names = (ALIASES.get(head, head) + dot + rest).split(".")
    path: Path = ()
    kind: object = Settings
    while names:
        path, kind, names = _step(path, kind, names)
        if kind is None or "" in path:
            raise unknown(key)
    return path, kind


def _step(path: Path, kind: object, names: list[str]) -> tuple[Path, object, list[str]]:
    values = values_of(kind)
    if values is None:
        return (*path, names[0]), child(kind, names[0]), names[1:]
    if is_section(values) and len(names) > 1 and names[-1] in values.model_fields:
        return (*path, ".".join(names[:-1]), names[-1]), child(values, names[-1]), []
    return (*path, ".".join(names)), values, []


def child(kind: object, name: str) -> object | None:
    """The type below `kind` at `name`; None where there is none."""
    if (values := values_of(kind)) is not None:
        return values
    if is_section(kind) and name in kind.model_fields:
        return kind.model_fields[name].annotation
    return None


def values_of(kind: object) -> object | None:
    """The type of the values where the user chooses the names; None elsewhere."""
    if get_origin(kind) is not dict:
        return None
    value: object = get_args(kind)[1]
    return value


def is_section(kind: object) -> TypeGuard[type[Section]]:
    """Whether the type has settings of its own below it."""
    return isinstance(kind, type) and issubclass(kind, Section)


def is_group(kind: object) -> bool:
    """Whether the type is no single setting: a section, or names that the user chose."""
    return is_section(kind) or values_of(kind) is not None


def documented(section: type[Section] = Settings, prefix: str = "") -> Iterator[Setting]:
    """All settings in the order of the tree."""
    for name, field in section.model_fields.items():
        kind: object = values_of(field.annotation) or field.annotation
        key = f"{prefix}{name}" + (".<name>" if values_of(field.annotation) else "")
        if is_section(kind):
            yield from documented(kind, f"{key}.")
        else:
            yield Setting(key, field, section)


def unknown(key: str, *, file: str | None = None, line: int | None = None) -> ConfigError:
    """The error for a key that no setting has, with the nearest that one has."""
    known = [setting.key for setting in documented()] + list(ALIASES)
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    hint = f"did you mean {nearest[0]}?" if nearest else "`amp-sessions config list` shows all settings"
    where = f"{file}:{line}: " if file else ""
    return ConfigError(f"{where}unknown setting {key}", hint=hint, key=key, file=file, line=line)
