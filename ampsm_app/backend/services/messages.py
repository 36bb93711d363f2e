"""The words of our own commits."""

import re
from collections.abc import Mapping

from ampsm_app.backend.domain.sessions import Iteration, Outcome, Session

SESSION_TRAILER = "Ampsm-Session"
ITERATION_TRAILER = "Ampsm-Iteration"
THREAD_TRAILER = "Amp-Thread"
OUTCOME_TRAILER = "Ampsm-Outcome"
TRAILERS = (SESSION_TRAILER, ITERATION_TRAILER, THREAD_TRAILER, OUTCOME_TRAILER)
_SUBJECT = 72


def subject_of(prefix: str, asked: str) -> str:
    """`amp: <what was asked>` on one line; what was asked is cut at a word to 72 characters."""
    words = re.sub(r"\s+", " ", asked).strip() or "continue"
    if len(words) > _SUBJECT:
        cut = words[: _SUBJECT - 1]
        words = (cut[: cut.rfind(" ")] if " " in cut[_SUBJECT // 2 :] else cut).rstrip(" ,.;:") + "…"
    return f"{prefix} {words}"


def iteration_trailers(session: Session, iteration: Iteration, outcome: Outcome) -> dict[str, str]:
    """How our commits are known again; the outcome is named where the turn did not complete."""
    trailers = {SESSION_TRAILER: session.id, ITERATION_TRAILER: iteration.id}
    if iteration.thread_id:
        trailers[THREAD_TRAILER] = iteration.thread_id
    if outcome is not Outcome.COMPLETED:
        trailers[OUTCOME_TRAILER] = outcome.value
    return trailers


def is_ours(trailers: Mapping[str, str], session_id: str) -> bool:
    """Whether a commit with these trailers was made by a turn of this session."""
    return trailers.get(SESSION_TRAILER) == session_id and ITERATION_TRAILER in trailers
