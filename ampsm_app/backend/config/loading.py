"""The settings in force: defaults, the file, the environment, options, each over the last, with origins."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from ampsm_app.backend.config import document, keys, paths, secrets
from ampsm_app.backend.config.tree import Settings
from ampsm_app.backend.domain.errors import ConfigError

Origin = Literal["default", "file", "environment", "option"]

# Variables that people keep in `amp.env` for the agent although they speak to us.
_ALSO_IN_AGENT_ENVIRONMENT = ("AMP_ARGS", "AMP_ENABLE_JSONL")


@dataclass(frozen=True, slots=True)
class Value:
    """What one source says of one setting, and where it says so."""

    path: keys.Path
    value: object
    origin: Origin
    where: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, where each comes from, and the file they were read from."""

    settings: Settings
    path: Path
    values: Mapping[keys.Path, Value] = field(default_factory=dict)

    @property
    def origins(self) -> dict[str, Origin]:
        """The origin of each setting that is not at its default, by dotted key."""
        return {".".join(path): value.origin for path, value in self.values.items()}

    def origin(self, key: str) -> Origin:
        """Where a setting's value comes from."""
        return self.origins.get(key, "default")


def load(
    path: Path | None = None,
    env: Mapping[str, str] = os.environ,
    options: Mapping[str, object] | None = None,
) -> Loaded:
    """Read the settings anew. `options` are dotted keys. `ConfigError` says what is wrong and where."""
    file = path or paths.settings_path(env)
    return load_text(document.read(file), file, env, options)


def load_text(
    text: str, path: Path, env: Mapping[str, str], options: Mapping[str, object] | None = None
) -> Loaded:
    """The settings that `text` would give if it were the file at `path`."""
    values: dict[keys.Path, Value] = {}
    for value in (*_from_file(text, path), *_from_environment(env), *_from_options(options or {})):
        values[value.path] = value
    return Loaded(_validated(values), path, values)


def _from_file(text: str, path: Path) -> list[Value]:
    found = [
        Value(entry.path, entry.value, "file", f"{path}:{entry.line}: ", entry.line)
        for entry in document.entries(text, path)
        if entry.value is not None
    ]
    kept = [
        Value(("amp", "env", name), value, "file", f"{secrets.secrets_path(path)}: ")
        for name, value in secrets.read(path).items()
    ]
    return [*_from_agent_environment(found), *found, *kept]


def _from_agent_environment(found: Iterable[Value]) -> list[Value]:
    agent = {value.path[-1]: value for value in found if value.path[:2] == ("amp", "env")}
    return [
        Value(keys.find(keys.VARIABLES[name])[0], value.value, "file", value.where, value.line)
        for name in _ALSO_IN_AGENT_ENVIRONMENT
        if (value := agent.get(name)) is not None
    ]


def _from_environment(env: Mapping[str, str]) -> list[Value]:
    return [
        Value(keys.find(key)[0], env[name], "environment", f"{name}: ")
        for name, key in keys.VARIABLES.items()
        if env.get(name)
    ]


def _from_options(options: Mapping[str, object]) -> list[Value]:
    return [
        Value(keys.find(key)[0], value, "option", "") for key, value in options.items() if value is not None
    ]


def _validated(values: Mapping[keys.Path, Value]) -> Settings:
    nested: dict[str, Any] = {}
    for path, value in values.items():
        place = nested
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value.value
    try:
        return Settings.model_validate(nested)
    except ValidationError as error:
        raise _rejected(error, values) from None


def _rejected(error: ValidationError, values: Mapping[keys.Path, Value]) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    names = tuple(str(part) for part in first["loc"])
    value = _culprit(names, values)
    key, why = ".".join(names), first["msg"].removeprefix("Value error, ")
    if value is None:
        return ConfigError(f"{key}: {why}", key=key)
    hint = f"correct line {value.line} of the file" if value.line else None
    return ConfigError(f"{value.where}{key}: {why}", hint=hint, key=key, line=value.line)


def _culprit(names: keys.Path, values: Mapping[keys.Path, Value]) -> Value | None:
    """The value that an error is about, or a neighbour of the one that is missing."""
    for reach in (names, names[:-1]):
        for path, value in values.items():
            if path[: len(reach)] == reach or reach[: len(path)] == path:
                return value
    return None
