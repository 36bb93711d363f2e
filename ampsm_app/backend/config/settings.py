"""The door to the settings: the tree, reading it, changing it, showing it."""

from ampsm_app.backend.config.durations import format_duration, parse_duration
from ampsm_app.backend.config.editing import Changed, set_value, unset
from ampsm_app.backend.config.loading import Loaded, Origin, load
from ampsm_app.backend.config.showing import Shown, get, listing
from ampsm_app.backend.config.tree import Settings

__all__ = [
    "Changed",
    "Loaded",
    "Origin",
    "Settings",
    "Shown",
    "format_duration",
    "get",
    "listing",
    "load",
    "parse_duration",
    "set_value",
    "unset",
]
