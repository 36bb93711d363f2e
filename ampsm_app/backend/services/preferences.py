"""The settings, as the faces read and change them."""

import os
from collections.abc import Mapping
from pathlib import Path

from ampsm_app.backend.config import editing, loading, paths, showing
from ampsm_app.backend.config.editing import Changed


class Preferences:
    """One user's settings file; every call reads it anew."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self._env = os.environ if env is None else env

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return paths.settings_path(self._env)

    def get(self, key: str) -> object:
        """The value of a setting or a group; secrets are hidden."""
        return showing.get(loading.load(env=self._env), key)

    def listing(self) -> list[tuple[str, object, str, object]]:
        """Key, value, origin and default of every setting."""
        rows = showing.listing(loading.load(env=self._env))
        return [(row.key, row.value, row.origin, row.default) for row in rows]

    def set(self, key: str, text: str) -> Changed:
        """Change one setting; an empty text unsets it. Raises `ConfigError` and writes nothing if wrong."""
        return editing.set_value(key, text, env=self._env)
