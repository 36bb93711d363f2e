"""Folders that somebody is at work in."""

import os
from collections.abc import Iterable
from pathlib import Path


def occupied(places: Iterable[Path]) -> set[Path]:
    """Those of the folders in or below which a process of this user stands."""
    import psutil

    wanted = {os.path.realpath(place): place for place in places}
    if not wanted:
        return set()
    standing = set()
    for process in psutil.process_iter(["cwd"]):
        # Dead and foreign processes do not say where they stand.
        cwd = process.info["cwd"]
        if cwd:
            standing.add(cwd)
    return {
        place
        for real, place in wanted.items()
        if any(cwd == real or cwd.startswith(real + os.sep) for cwd in standing)
    }
