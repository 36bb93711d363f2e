"""Opens the core for a command, and closes it whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from ampsm_app.backend.core import Core, open_core


@contextmanager
def writing() -> Iterator[Core]:
    """A core that first finishes or rolls back what a killed process left."""
    core = open_core()
    try:
        core.recovery.recover()
        yield core
        # After the command's own work, and at most once a day.
        core.expiry.daily()
    finally:
        core.close()


@contextmanager
def reading() -> Iterator[Core]:
    """A core that only looks: nothing is recovered, the true status is computed."""
    core = open_core()
    try:
        yield core
    finally:
        core.close()
