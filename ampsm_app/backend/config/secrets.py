"""Secret values that were set from the command line: kept in a file that only its owner can read."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from ampsm_app.backend.config import files
from ampsm_app.backend.domain.errors import ConfigError

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SECRET_PART = re.compile(
    r"(API|AUTH|ACCESS|PRIVATE|SIGNING|ENCRYPTION|MASTER|DEPLOY|SSH|GPG|PGP)?KEYS?"
    r"|(API|AUTH|ACCESS|BEARER|REFRESH)?TOKENS?"
    r"|\w*SECRETS?|\w*PASSWORDS?|PASSWD|PASSPHRASE|\w*CREDENTIALS?"
)


def is_secret_name(name: str) -> bool:
    """Whether a variable's name says that it holds a secret: by its word parts, so not KEYBOARD or MONKEY."""
    return any(_SECRET_PART.fullmatch(part.upper()) for part in _PARTS.findall(name))


def secrets_path(settings: Path) -> Path:
    """The file of secret values that belongs to a settings file."""
    return settings.with_name("secrets.json")


def read(settings: Path) -> dict[str, str]:
    """Secret values of `amp.env` by name; a file that cannot be read raises `ConfigError`."""
    path = secrets_path(settings)
    try:
        values = json.loads(path.read_text("utf-8"))
        return {str(name): str(value) for name, value in values.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} cannot be read", hint="remove it and set its secrets again") from error


def put(settings: Path, name: str, value: str) -> None:
    """Keep a secret value."""
    _write(settings, {**read(settings), name: value})


def drop(settings: Path, name: str) -> None:
    """Forget a secret value; one that is not there is no error."""
    values = read(settings)
    if values.pop(name, None) is not None:
        _write(settings, values)


def _write(settings: Path, values: Mapping[str, str]) -> None:
    files.replace(secrets_path(settings), json.dumps(values, indent=2) + "\n", private=True)
