"""Where things are kept. Standard library only: the fast commands of the CLI import it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

APP = "ampsm"


def database_path(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The session database: `AMPSM_DB_PATH`, else `sessions.sqlite` in the user's configuration folder."""
    named = env.get("AMPSM_DB_PATH")
    if named:
        return _absolute(Path(named), env)
    return _config_home(env, platform) / APP / "sessions.sqlite"


def data_dir(database: Path) -> Path:
    """Folder of what belongs to a database but is no row: locks, raw agent output, caches.

    It stands beside the database, as SQLite's own `-wal` file does, so that two databases share nothing.
    """
    return database.with_name(f"{database.name}-data")


def settings_path(env: Mapping[str, str] = os.environ) -> Path:
    """The settings file, the same on every platform."""
    return _home(env) / ".ampsm" / "config.yaml"


def log_dir(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The user's log folder for this program."""
    if platform == "darwin":
        return _home(env) / "Library" / "Logs" / APP
    if platform == "win32":
        return _folder(env, "LOCALAPPDATA", "AppData/Local") / APP / "Logs"
    return _folder(env, "XDG_STATE_HOME", ".local/state") / APP / "log"


def _config_home(env: Mapping[str, str], platform: str) -> Path:
    if platform == "darwin":
        return _home(env) / "Library" / "Application Support"
    if platform == "win32":
        return _folder(env, "APPDATA", "AppData/Roaming")
    return _folder(env, "XDG_CONFIG_HOME", ".config")


def _folder(env: Mapping[str, str], variable: str, below_home: str) -> Path:
    """The folder that a variable names; relative ones are ignored, as the XDG specification asks."""
    named = Path(env.get(variable, ""))
    return named if named.is_absolute() else _home(env) / below_home


def _home(env: Mapping[str, str]) -> Path:
    # `Path.home` reads the process's own environment, and callers may ask for another's.
    named = env.get("USERPROFILE" if os.name == "nt" else "HOME")
    return Path(named) if named else Path.home()


def _absolute(path: Path, env: Mapping[str, str]) -> Path:
    if path.parts[:1] == ("~",):
        path = _home(env).joinpath(*path.parts[1:])
    return path.absolute()
