"""What stands behind the words of a failing agent: the environment, a limit, a lost thread."""

import re
from dataclasses import dataclass

from ampsm_app.backend.agents.lines import without_escapes
from ampsm_app.backend.domain.sessions import Outcome

LOGIN_HINT = "Run `amp login` in a terminal, or set AMP_API_KEY."
OFFLINE_HINT = "Check the network and the server's address, then try again."

_LOGIN = re.compile(r"\s*No API key found\b")
_OPTION = re.compile(
    r"unknown option '?(?P<option>--?[\w-]+)|option '(?:-\w, )?(?P<bad>--[\w-]+)[^']*' argument"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A cause with a name: which outcome it makes, a stable code, and the next step."""

    outcome: Outcome
    code: str
    hint: str | None
    option: str | None = None


def begins_login(text: str) -> bool:
    """Whether a line is the one after which a binary opens a browser and waits, perhaps for ever."""
    return _LOGIN.match(without_escapes(text)) is not None


def diagnose(words: str) -> Fault | None:
    """The cause that error text names, or None where it is the agent's own failure."""
    option = _OPTION.search(words)
    if option:
        return Fault(Outcome.ENVIRONMENT, "option_refused", None, option=option["option"] or option["bad"])
    for pattern, fault in _CAUSES:
        if re.search(pattern, words, re.IGNORECASE | re.MULTILINE):
            return fault
    return None


_CAUSES = (
    (
        r"\b429\b|rate[\s_-]?limit|usage[\s_-]limit|\bquota\b|out of credits|\boverloaded\b",
        Fault(Outcome.LIMIT, "limit", "Nothing is wrong with the task: go on when the limit resets."),
    ),
    (
        r"No API key found|Login failed|\bunauthori[sz]ed\b|not logged in|run [`'\"]?amp login"
        r"|\b(?:status|HTTP|code|error|failed)[ :]*401\b|^401\b"
        r"|invalid (?:or missing )?(?:api key|access token)",
        Fault(Outcome.ENVIRONMENT, "no_login", LOGIN_HINT),
    ),
    (
        r"\bthread\b[^\n]{0,80}\b(?:not found|does not exist)|no such thread|invalid thread id",
        Fault(
            Outcome.ENVIRONMENT,
            "thread_lost",
            "The thread belongs to another server or was deleted: go on in a new one.",
        ),
    ),
    (
        r"Cannot reach Amp servers|Couldn't connect to the Amp server|^(?:Error: )?Connection error\.?$"
        r"|fetch failed|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT"
        r"|self[- ]signed certificate|unable to verify the first certificate",
        Fault(Outcome.ENVIRONMENT, "offline", OFFLINE_HINT),
    ),
    (
        r"command not found|Cannot find module|is not recognized as an internal",
        Fault(Outcome.ENVIRONMENT, "broken", "Look at the agent with `amp-sessions doctor`."),
    ),
)
