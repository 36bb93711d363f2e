"""The settings as they are now, and the redactor that goes with them: made anew only where they changed."""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from ampsm_app.backend.config import loading, paths, secrets
from ampsm_app.backend.config.keys import VARIABLES
from ampsm_app.backend.config.loading import Loaded
from ampsm_app.backend.config.redaction import Redactor, redactor_for

_Stamp = tuple[object, ...]


class Current:
    """Asked before each use, so that a change of file or environment takes effect at once.

    Whether something changed is told by the files' time, size and number and by the environment's values.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        # Guards the two below it: each value stands beside the stamp of what it was made from.
        self._lock = Lock()
        self._settings: tuple[_Stamp, Loaded] | None = None
        self._redactor: tuple[Loaded, dict[str, str], Redactor] | None = None

    def loaded(self) -> Loaded:
        """The settings in force. Raises `ConfigError` as `loading.load` does."""
        file = paths.settings_path(self._env)
        # Taken before the file is read: a change in between shows the next time.
        now = (file, _stamp(file), _stamp(secrets.secrets_path(file)), *map(self._env.get, VARIABLES))
        with self._lock:
            if self._settings is None or self._settings[0] != now:
                self._settings = (now, loading.load(file, self._env))
            return self._settings[1]

    def redactor(self) -> Redactor:
        """The redactor of the secrets that settings and environment hold."""
        loaded, env = self.loaded(), dict(self._env)
        with self._lock:
            if self._redactor is None or self._redactor[0] is not loaded or self._redactor[1] != env:
                self._redactor = (loaded, env, redactor_for(loaded.settings, env))
            return self._redactor[2]


def _stamp(path: Path) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked dozens of times a turn
    except OSError as error:
        return (error.errno,)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
