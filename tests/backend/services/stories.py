"""Beginnings that several tests share."""

from ampsm_app.backend.domain.sessions import SessionSummary
from tests.support.world import World


def conflicting(world: World) -> SessionSummary:
    """A session whose change of README.md conflicts with base."""
    session = world.done('Replace "hello" with "session" in README.md.')
    world.commit({"README.md": "base\n"})
    return session
