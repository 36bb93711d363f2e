"""How a turn ended: one rule for every way in which an agent can stop."""

import re
from dataclasses import dataclass
from datetime import datetime

from ampsm_app.backend.agents import text_log
from ampsm_app.backend.agents.amp_stream import called
from ampsm_app.backend.agents.base import AgentEvent, TurnResult
from ampsm_app.backend.agents.faults import LOGIN_HINT, Fault, diagnose
from ampsm_app.backend.agents.lines import hide_token, without_escapes
from ampsm_app.backend.agents.pricing import cost_kind
from ampsm_app.backend.agents.resets import reset_time
from ampsm_app.backend.agents.state import State
from ampsm_app.backend.agents.usage import main_model, usage_by_model
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Outcome

_MESSAGE = 4000
_STDERR = 16_384
_ASKING_TOOL = re.compile(r"(?:^|[_-])ask(?:$|[_-]|user|human)|question|user_?input|elicit", re.IGNORECASE)
_QUESTION = re.compile(r"[?？][\s\"'”’)*_`]*$")
_WAITS = re.compile(r"\bplease provide\b|\bwaiting for (?:your )?input\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: Outcome
    message: str
    code: str | None = None
    hint: str | None = None


def finish(state: State, exit_code: int | None, stderr: bytes, now: datetime | None = None) -> TurnResult:
    """The result of a turn whose output is at its end. `exit_code` is None where the process lives on."""
    state, said = text_log.close(state)
    errors = _clean(stderr[-_STDERR:].decode("utf-8", "replace"))
    verdict = _verdict(state, exit_code, errors)
    unanswered = [called(call, success=None) for call in state.open_tools.values()]
    events: tuple[AgentEvent, ...] = (*said, *unanswered)
    usages = usage_by_model(state)
    limited = verdict.outcome is Outcome.LIMIT
    return TurnResult(
        outcome=verdict.outcome,
        message=verdict.message[:_MESSAGE],
        hint=verdict.hint,
        code=verdict.code,
        thread_id=state.thread_id,
        model=main_model(state),
        usage_by_model=usages,
        cost_kind=cost_kind(usages),
        limit_until=reset_time(f"{verdict.message}\n{errors}", now or utc_now()) if limited else None,
        exit_code=exit_code,
        login_trap=state.login_trap,
        events=events,
    )


def awaits_input(state: State) -> bool:
    """Whether a turn that went well seems to wait for its user: a guess, no stream says so."""
    if state.result is not None and state.result.denials:
        return True
    if any(_ASKING_TOOL.search(call.tool_name) for call in state.open_tools.values()):
        return True
    text = state.last_text or (state.result.text if state.result else "")
    return bool(_QUESTION.search(text) or _WAITS.search(text[-1000:]))


def _verdict(state: State, exit_code: int | None, errors: str) -> _Verdict:
    if state.login_trap:
        message = "The agent has no login: it wanted to open a browser and wait."
        return _Verdict(Outcome.ENVIRONMENT, message, "no_login", LOGIN_HINT)
    result = state.result
    if result is None:
        return _without_result(state, exit_code, errors)
    if result.is_error:
        return _failed_result(state, errors)
    if exit_code:
        message = f"The agent {_ending(exit_code)} after a good result. {errors}".strip()
        return _Verdict(Outcome.FAILED, message, "exit_status")
    return _went_well(state)


def _went_well(state: State) -> _Verdict:
    outcome = Outcome.AWAITING_INPUT if awaits_input(state) else Outcome.COMPLETED
    said = (state.result.text if state.result else "") or state.last_text
    return _Verdict(outcome, said)


def _failed_result(state: State, errors: str) -> _Verdict:
    assert state.result is not None
    said = state.result.text or errors or "The agent reported an error without words."
    if state.result.subtype == "error_max_turns":
        return _Verdict(Outcome.FAILED, state.result.text or "The agent used up its turns.", "max_turns")
    fault = diagnose(said)
    if fault is None or fault.code == "offline":
        # Only then standard error is asked, which may tell of older troubles: a server that refuses the
        # login was seen as "Connection error." in the result, with the reason beside it.
        fault = diagnose(errors) or fault
    return _blamed(state, said, fault, "agent_failed")


def _without_result(state: State, exit_code: int | None, errors: str) -> _Verdict:
    if exit_code == 0 and state.spoke:
        return _went_well(state)
    # In a text log the plain lines are the agent's own words, which may speak of limits and logins.
    plain = "" if state.reader == "text" and state.spoke else _clean(state.plain)
    words = "\n".join(part for part in (errors, plain) if part)
    if exit_code == 0:
        message = f"The agent ended without a result and said nothing. {words}".strip()
        return _blamed(state, message, diagnose(words), "no_result")
    ending = "ended" if exit_code is None else _ending(exit_code)
    message = words or f"The agent {ending} without a result."
    return _blamed(state, message, diagnose(words), "no_result" if state.spoke else "exit_status")


def _blamed(state: State, message: str, fault: Fault | None, code: str) -> _Verdict:
    if fault is None:
        return _Verdict(Outcome.FAILED, message, code)
    hint = _origin(state, fault.option) if fault.option else fault.hint
    return _Verdict(fault.outcome, message, fault.code, hint)


def _origin(state: State, option: str) -> str:
    for extra in state.extra_args:
        if any(word == option or word.startswith(f"{option}=") for word in extra.args):
            return (
                f"{option} comes from {extra.origin}, and {state.binary or 'this agent'} does not take it so."
            )
    return f"{option} is ours: ask the binary anew with `amp-sessions doctor`."


def _ending(exit_code: int) -> str:
    return f"was ended by signal {-exit_code}" if exit_code < 0 else f"exited with {exit_code}"


def _clean(text: str) -> str:
    return hide_token(without_escapes(text)).strip()
