"""The settings as they are shown: by key, with origins and defaults, secrets hidden."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ampsm_app.backend.config import keys
from ampsm_app.backend.config.loading import Loaded, Origin
from ampsm_app.backend.config.secrets import is_secret_name
from ampsm_app.backend.config.tree import Settings

HIDDEN = "[redacted]"


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting in force: its value as JSON has it, where it comes from, and its default."""

    key: str
    value: object
    origin: Origin
    default: object


def get(loaded: Loaded, key: str) -> object:
    """The value of a setting or of a group of them, as JSON has it. Unknown keys raise `ConfigError`."""
    where, _ = keys.find(key)
    value: object = _visible(loaded.settings)
    for name in where:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def listing(loaded: Loaded) -> list[Shown]:
    """All settings in force, in the order of the tree; names that the user chose come one by one."""
    defaults = dict(_leaves(_visible(Settings())))
    return [
        Shown(".".join(path), value, loaded.origin(".".join(path)), defaults.get(path))
        for path, value in _leaves(_visible(loaded.settings))
    ]


def _visible(settings: Settings) -> dict[str, object]:
    dumped: dict[str, object] = settings.model_dump(mode="json")
    shown = {
        name: HIDDEN if is_secret_name(name) and value else value for name, value in settings.amp.env.items()
    }
    amp = dumped["amp"]
    return {**dumped, "amp": {**amp, "env": shown}} if isinstance(amp, dict) else dumped


def _leaves(group: Mapping[str, object], above: keys.Path = ()) -> Iterator[tuple[keys.Path, object]]:
    for name, value in group.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value
