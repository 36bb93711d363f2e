"""Output of older Amps as the same fold: text logs and JSON events, mixed with anything.

What is neither is the agent's own words: they are one message up to the next empty line or log line.
"""

import json
import re
from dataclasses import replace
from typing import Any

from ampsm_app.backend.agents.amp_stream import Step, called, open_call, parse_message
from ampsm_app.backend.agents.base import AgentEvent, OutputStream
from ampsm_app.backend.agents.faults import begins_login
from ampsm_app.backend.agents.lines import clip, clip_values, number_at, plain_text, read_object, text_at
from ampsm_app.backend.agents.state import MessageUsage, RawUsage, State
from ampsm_app.backend.domain.events import AgentOutput, AssistantMessage, ToolCalled, ToolStarted

_TAIL = 4096

_PREFIX = r"^(?:\[[^\]]*\]\s*|\d{4}-\d\d-\d\d\S*\s+|(?:DEBUG|INFO|WARN|ERROR|TRACE)\b:?\s*)*"
_USING = re.compile(rf"{_PREFIX}Using (?P<tool>[\w.-]+) tool with args: (?P<args>.*)$", re.DOTALL)
_ENDED = re.compile(
    rf"{_PREFIX}(?P<tool>[\w.-]+) tool (?:(?P<ok>completed successfully)|failed) (?:in|after) "
    r"(?P<time>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)\b:?\s*(?P<rest>.*)$",
    re.DOTALL,
)
_TOKENS = re.compile(
    rf"{_PREFIX}Token usage - prompt: (?P<prompt>\d{{1,15}}), completion: (?P<completion>\d{{1,15}})"
)
_MODEL = re.compile(rf"{_PREFIX}Model: (?P<model>[\w./:@\[\]-]+)\s*$")


def parse(state: State, line: bytes, stream: OutputStream = "stdout") -> Step:
    """The state after a line and the events that it tells; lines of the newer stream are taken too."""
    message = read_object(line)
    if message is not None:
        known = _json_event(state, message) or parse_message(state, message)
        if known is not None:
            return _after_words(*known, before=state)
    text = plain_text(line)
    known = _log_line(state, text)
    if known is not None:
        return _after_words(*known, before=state)
    if stream == "stderr":
        return _remember_login(state, text), [AgentOutput(stream="stderr", text=text)] if text.strip() else []
    return _words(_remember_login(state, text), text)


def close(state: State) -> Step:
    """The state with nothing left open, and the words that were."""
    text = state.open_text.strip()
    if not text:
        return state, []
    return replace(state, open_text="", spoke=True, last_text=text[-_TAIL:]), [
        AssistantMessage(text=clip(text))
    ]


def _after_words(state: State, events: list[AgentEvent], *, before: State) -> Step:
    closed, said = close(before)
    state = replace(state, open_text="", spoke=state.spoke or closed.spoke)
    return (replace(state, last_text=closed.last_text) if said else state), [*said, *events]


def _words(state: State, text: str) -> Step:
    if not text.strip():
        return close(state)
    state = replace(state, open_text=f"{state.open_text}{text}\n", plain=f"{state.plain}{text}\n"[-_TAIL:])
    # A very long answer comes in parts rather than growing in memory.
    return close(state) if len(state.open_text) > 65_536 else (state, [])


def _remember_login(state: State, text: str) -> State:
    trapped = not state.spoke and not state.open_text and begins_login(text)
    return replace(state, login_trap=True) if trapped else state


def _log_line(state: State, text: str) -> Step | None:
    if found := _USING.match(text):
        return _start(state, found["tool"], _arguments(found["args"]))
    if found := _ENDED.match(text):
        milliseconds = float(found["time"]) * (1000 if found["unit"] == "s" else 1)
        return _end(
            state, found["tool"], success=bool(found["ok"]), ms=round(milliseconds), said=found["rest"]
        )
    if found := _TOKENS.match(text):
        return _count(state, int(found["prompt"]), int(found["completion"])), []
    if found := _MODEL.match(text):
        return replace(state, model=found["model"]), []
    return None


def _json_event(state: State, event: dict[str, Any]) -> Step | None:
    tool = text_at(event, "tool") or "unknown"
    match event:
        case {"event": "tool_start"}:
            arguments = event.get("args")
            return _start(state, tool, arguments if isinstance(arguments, dict) else {})
        case {"event": "tool_finish"}:
            said = text_at(event, "error") or text_at(event, "result") or ""
            success = event.get("success") is not False
            return _end(
                state, tool, success=success, ms=number_at(event, "duration", "durationMs"), said=said
            )
        case {"prompt": int(), "completion": int()}:
            model = text_at(event, "model") or state.model
            counted = _count(
                replace(state, model=model), number_at(event, "prompt"), number_at(event, "completion")
            )
            return counted, []
        case _:
            return None


def _start(state: State, tool: str, arguments: dict[str, Any]) -> Step:
    call_id = f"log-{state.numbered + 1}"
    started = ToolStarted(tool_use_id=call_id, tool_name=clip(tool), args=clip_values(arguments))
    return open_call(replace(state, spoke=True), started)


def _end(state: State, tool: str, *, success: bool, ms: int, said: str) -> Step:
    # The log names no calls: what ends is the oldest open call of that tool.
    same = (call for call in state.open_tools.values() if call.tool_name == tool)
    started = next(same, None) or ToolStarted(tool_use_id=f"log-{state.numbered + 1}", tool_name=clip(tool))
    calls = {name: call for name, call in state.open_tools.items() if name != started.tool_use_id}
    ended: ToolCalled = called(started, success=success, result=said).model_copy(update={"duration_ms": ms})
    return replace(state, open_tools=calls, numbered=state.numbered + 1), [ended]


def _count(state: State, prompt: int, completion: int) -> State:
    entry = MessageUsage(None, state.model, sub_agent=False, counts=RawUsage(input=prompt, output=completion))
    return replace(state, usage=state.usage.add(entry))


def _arguments(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {"text": text} if text.strip() else {}
    return value if isinstance(value, dict) else {"value": value}
