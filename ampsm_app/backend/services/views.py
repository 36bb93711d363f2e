"""What the window remembers: sizes, folded groups, the theme."""

from typing import Any, Literal

from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import settings

ThemeName = Literal["dark", "light", "contrast", "system"]
_THEMES: dict[str, ThemeName] = {
    "gruvbox": "dark",
    "gruvbox-light": "light",
    "high-contrast": "contrast",
    "system": "system",
}


class Views:
    """View state, kept on this side because the window's origin has another port each time."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def all(self) -> dict[str, Any]:
        """Every remembered value by its key."""
        with self._resources.database.read() as connection:
            return settings.read_all(connection)

    def get(self, key: str) -> object:
        """One remembered value, None if there is none."""
        with self._resources.database.read() as connection:
            return settings.get(connection, key)

    def set(self, key: str, value: object) -> None:
        """Remember a JSON value; None forgets it."""
        with self._resources.database.write() as connection:
            settings.put(connection, key, value)

    def theme(self) -> ThemeName:
        """The theme chosen in the window, else the settings'."""
        chosen = self.get("theme")
        configured = _THEMES[self._resources.settings().ui.theme]
        return next((name for name in _THEMES.values() if name == chosen), configured)
