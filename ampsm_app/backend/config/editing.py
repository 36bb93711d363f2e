"""Changes the settings file: one value at a time, checked before anything is written."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.config import document, files, keys, loading, paths, secrets, splice
from ampsm_app.backend.domain.errors import ConfigError

_WAIT_S = 10


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed: the key in today's spelling, its file, and the variable that overrules it."""

    key: str
    path: Path
    secret: bool
    overruled_by: str | None


def set_value(key: str, text: str, path: Path | None = None, env: Mapping[str, str] = os.environ) -> Changed:
    """Set one setting to the value that `text` spells; an empty text unsets it.

    A value in `amp.env` under a secret's name goes to the file of secrets. Raises `ConfigError` and writes
    nothing where the key, the value or the file as it stands is not right.
    """
    if not text:
        return unset(key, path, env)
    file = path or paths.settings_path(env)
    where = _single(key)
    with _locked(file):
        before = document.read(file)
        value = _spelled(before, file, where, text)
        if _secret(where):
            secrets.put(file, where[-1], text)
            _write(file, before, _without(before, file, where), where, None)
        else:
            fresh = _without_alias(before, file, where)
            _write(file, before, splice.put(fresh, file, where, value), where, value)
    return _changed(where, file, env)


def unset(key: str, path: Path | None = None, env: Mapping[str, str] = os.environ) -> Changed:
    """Put one setting, or a group of them, back to its default."""
    file = path or paths.settings_path(env)
    where, _ = keys.find(key)
    with _locked(file):
        before = document.read(file)
        _write(file, before, _without(before, file, where), where, None)
        for name in secrets.read(file):
            if ("amp", "env", name)[: len(where)] == where:
                secrets.drop(file, name)
    return _changed(where, file, env)


def _single(key: str) -> keys.Path:
    where, kind = keys.find(key)
    if keys.is_group(kind):
        below = [setting.key for setting in keys.documented() if setting.key.startswith(f"{key}.")]
        raise ConfigError(f"{key} is a group of settings", hint=f"set one of it: {', '.join(below)}", key=key)
    return where


def _spelled(before: str, file: Path, where: keys.Path, text: str) -> object:
    """How the value is written: numbers, truth values and lists as such, all else as the user said it."""
    key = ".".join(where)
    value: object = loading.load_text(before, file, {}, {key: text}).settings.model_dump(mode="json")
    for name in where:
        value = value[name] if isinstance(value, dict) else None
    return value if isinstance(value, int | float) or text.startswith("[") else text


def _secret(where: keys.Path) -> bool:
    return where[:2] == ("amp", "env") and secrets.is_secret_name(where[-1])


def _without(text: str, file: Path, where: keys.Path) -> str:
    return splice.drop(_without_alias(text, file, where), file, where)


def _without_alias(text: str, file: Path, where: keys.Path) -> str:
    """The text without an older spelling of the same setting, which would be a second truth."""
    for alias, key in keys.ALIASES.items():
        newer = tuple(key.split("."))
        if where[: len(newer)] == newer:
            text = splice.drop(text, file, (alias, *where[len(newer) :]))
    return text


def _write(file: Path, before: str, after: str, where: keys.Path, value: object) -> None:
    """Write `after` if it differs from `before` in this one setting only."""
    expected = {path: said for path, said in _said(before, file) if path[: len(where)] != where}
    if value is not None:
        expected[where] = value
    try:
        right = dict(_said(after, file)) == expected
    except ConfigError:
        right = False
    if not right:
        hint = "change it by hand: `amp-sessions config edit`"
        raise ConfigError(f"{file} is written in a way that cannot be changed safely", hint=hint)
    if after != before:
        files.replace(file, after)


def _said(text: str, file: Path) -> list[tuple[keys.Path, object]]:
    return [(entry.path, entry.value) for entry in document.entries(text, file) if entry.value is not None]


def _changed(where: keys.Path, file: Path, env: Mapping[str, str]) -> Changed:
    key, secret = ".".join(where), _secret(where)
    overruled = next((name for name, named in keys.VARIABLES.items() if named == key and env.get(name)), None)
    return Changed(key, secrets.secrets_path(file) if secret else file, secret, overruled)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Reading and writing back are one step for all processes, so that no change of another is lost."""
    from filelock import FileLock, Timeout

    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=_WAIT_S):
            yield
    except Timeout as error:
        raise ConfigError(f"another program keeps {file} locked", hint="try again in a moment") from error
