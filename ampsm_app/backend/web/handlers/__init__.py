"""What each socket request does: a translation to one call of the core."""

from collections.abc import Callable

from ampsm_app.backend.core import Core
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.handlers.application import application_handlers
from ampsm_app.backend.web.handlers.merging import merge_handlers
from ampsm_app.backend.web.handlers.reviewing import review_handlers
from ampsm_app.backend.web.handlers.sessions import session_handlers
from ampsm_app.backend.web.handlers.staging import staging_handlers
from ampsm_app.backend.web.handlers.time_machine import time_machine_handlers
from ampsm_app.backend.web.handlers.timeline import timeline_handlers
from ampsm_app.backend.web.native import NativeDialogs


def make_handlers(core: Core, native: Callable[[], NativeDialogs]) -> dict[str, Handler]:
    """The handler of every declared request."""
    return {
        **application_handlers(core, native),
        **session_handlers(core),
        **review_handlers(core),
        **staging_handlers(core),
        **merge_handlers(core),
        **timeline_handlers(core),
        **time_machine_handlers(core),
    }
