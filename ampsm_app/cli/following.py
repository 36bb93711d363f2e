"""Runs a turn in the foreground: its events are told as they happen, and Ctrl-C ends it."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from ampsm_app.backend.domain.sessions import Iteration, Outcome, Session
from ampsm_app.cli import output

if TYPE_CHECKING:
    from ampsm_app.backend.core import Core
    from ampsm_app.backend.domain.events import Event

_NO_AGENT = frozenset({"agent", "agent_not_found", "agent_broken"})


class Turn(Protocol):
    """A claimed turn of an agent, whatever it is for."""

    session: Session

    def run(self) -> Iteration:
        """Run it to its end."""
        ...

    def cancel(self) -> None:
        """End it."""
        ...


def run_followed(
    core: "Core", turn: Turn, after: int, sinks: Sequence[Callable[["Event"], None]]
) -> Iteration:
    """Run the turn in a thread and hand its events, those after `after`, to the sinks from this one."""
    results: list[Iteration] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(turn.run())
        except BaseException as error:  # handed over to this command's thread
            errors.append(error)

    session_id = turn.session.id
    thread = threading.Thread(target=work, name=f"turn-{session_id}")
    with _cancelled_by_interrupt(turn.cancel):
        thread.start()
        for event in core.events.follow(after, session_id=session_id, until=lambda: not thread.is_alive()):
            for sink in sinks:
                sink(event)
        thread.join()
    if errors:
        raise errors[0]
    return results[0]


def exit_status(iteration: Iteration) -> int:
    """0 completed and checked, 1 the answer is no, 6 no usable agent, 130 cancelled."""
    match iteration.outcome:
        case Outcome.COMPLETED:
            return 1 if iteration.check is not None and not iteration.check.passed else 0
        case Outcome.CANCELLED:
            return 130
        case Outcome.ENVIRONMENT if iteration.error is not None and iteration.error.code in _NO_AGENT:
            return 6
        case _:
            return 1


@contextmanager
def _cancelled_by_interrupt(cancel: Callable[[], None]) -> Iterator[None]:
    def interrupted(number: int, frame: FrameType | None) -> None:
        output.tell("ending the turn; what it changed is kept …")
        cancel()

    before = {each: signal.signal(each, interrupted) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
