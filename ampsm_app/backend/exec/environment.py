"""The environment that children get: the user's own, without what our packaging and window put into it."""

import os
import sys
from collections.abc import Iterable, Mapping

MARK = "AMPSM_MARK"
# Names (joined by os.pathsep) of variables that this process set for itself alone.
OWN = "AMPSM_OWN_VARIABLES"

_SAVED = "_ORIG"
_BOOTLOADER = ("_PYI_", "_MEIPASS2")


def child_environment(mark: str, extra: Mapping[str, str], unset: Iterable[str]) -> dict[str, str]:
    """The inherited environment minus `unset`, with `extra` laid over it, carrying `mark`.

    A variable in both is set: `unset` speaks of what is inherited.
    """
    environment = user_environment()
    for name in unset:
        environment.pop(name, None)
    environment.update(extra)
    environment[MARK] = mark
    return environment


def user_environment() -> dict[str, str]:
    """The environment as the user has it: no mark, nothing that we or our bundle put there."""
    environment = dict(os.environ)
    environment.pop(MARK, None)
    for name in environment.pop(OWN, "").split(os.pathsep):
        environment.pop(name, None)
    bundle = getattr(sys, "_MEIPASS", None) if getattr(sys, "frozen", False) else None
    return _without_bundle(environment, bundle) if bundle else environment


def _without_bundle(environment: dict[str, str], bundle: str) -> dict[str, str]:
    # With the bundle's LD_LIBRARY_PATH, git and agents would load our libraries instead of the system's.
    clean: dict[str, str] = {}
    for name, value in environment.items():
        if name.startswith(_BOOTLOADER) or (name.endswith(_SAVED) and name[: -len(_SAVED)] in environment):
            continue
        saved = environment.get(name + _SAVED)
        kept = saved if saved is not None else _outside(value, bundle)
        if kept or not value:
            clean[name] = kept
    return clean


def _outside(value: str, bundle: str) -> str:
    if bundle not in value:
        return value
    parts = value.split(os.pathsep)
    return os.pathsep.join(part for part in parts if not _inside(part, bundle))


def _inside(part: str, bundle: str) -> bool:
    return part == bundle or part.startswith(bundle + os.sep)
