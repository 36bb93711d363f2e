"""Amp's stream as a fold: one JSON object a line, which Claude Code's stream is compatible with."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ampsm_app.backend.agents.base import AgentEvent, OutputStream
from ampsm_app.backend.agents.faults import begins_login
from ampsm_app.backend.agents.lines import clip, clip_values, plain_text, read_object, text_at
from ampsm_app.backend.agents.results import raw_usage, read_result
from ampsm_app.backend.agents.state import MessageUsage, State
from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    ThreadStarted,
    ToolCalled,
    ToolStarted,
    UserMessage,
)

_LAST_TEXT = 4096
_OPEN_CALLS = 1000

Step = tuple[State, list[AgentEvent]]


def parse(state: State, line: bytes, stream: OutputStream = "stdout") -> Step:
    """The state after a line and the events that it tells. What is no known message is kept as output."""
    message = read_object(line) if stream == "stdout" else None
    known = None if message is None else parse_message(state, message)
    if known is not None:
        return known
    return parse_plain(state, line, stream)


def parse_message(state: State, message: dict[str, Any]) -> Step | None:
    """The same for a JSON object; None where it is no message of the stream."""
    if state.thread_id is None and text_at(message, "type") in {"assistant", "result"}:
        state = replace(state, thread_id=text_at(message, "session_id"))
    match message.get("type"):
        case "system" if message.get("subtype") == "init":
            return _init(state, message)
        case "assistant" if isinstance(message.get("message"), dict):
            return _assistant(state, message)
        case "user" if isinstance(message.get("message"), dict):
            return _user(state, message)
        case "result":
            return replace(state, result=read_result(message)), []
        case _:
            return None


def parse_plain(state: State, line: bytes, stream: OutputStream) -> Step:
    """A line that is no message: kept as output; one that begins a login is the login trap."""
    text = plain_text(line)
    if not text.strip():
        return state, []
    if stream == "stdout":
        state = replace(state, plain=f"{state.plain}{text}\n"[-_LAST_TEXT:])
    # Once the agent has spoken, such words are something that it quotes.
    if not state.spoke and begins_login(text):
        state = replace(state, login_trap=True)
    return state, [AgentOutput(stream=stream, text=text)]


def _init(state: State, message: dict[str, Any]) -> Step:
    thread_id = text_at(message, "session_id") or ""
    model = text_at(message, "model")
    tools = message.get("tools")
    names = tuple(clip(name) for name in tools if isinstance(name, str)) if isinstance(tools, list) else ()
    again = bool(thread_id) and thread_id == state.thread_id and model == state.model
    state = replace(
        state,
        thread_id=thread_id or state.thread_id,
        model=model or state.model,
        exclusive=state.exclusive or "claude_code_version" in message,
    )
    return state, [] if again else [ThreadStarted(thread_id=thread_id, model=model, tools=names)]


def _assistant(state: State, line: dict[str, Any]) -> Step:
    message = line["message"]
    parent = text_at(line, "parent_tool_use_id")
    message_id = text_at(message, "id")
    if isinstance(message.get("usage"), dict):
        counts = raw_usage(message["usage"])
        entry = MessageUsage(message_id, text_at(message, "model"), parent is not None, counts)
        state = replace(state, usage=state.usage.add(entry))
    events: list[AgentEvent] = []
    for block in _blocks(message.get("content")):
        state, event = _assistant_block(state, block, message_id, parent)
        events.extend(event)
    return state, events


def _assistant_block(state: State, block: dict[str, Any], message_id: str | None, parent: str | None) -> Step:
    match block.get("type"):
        case "text":
            text = text_at(block, "text") or ""
            said = AssistantMessage(text=clip(text), message_id=message_id, parent_tool_use_id=parent)
            return _spoke(state, text, parent), [said] if text else []
        case "thinking" | "redacted_thinking":
            thought = text_at(block, "thinking") or "(hidden)"
            thinking = AssistantThinking(text=clip(thought), message_id=message_id, parent_tool_use_id=parent)
            return state, [thinking]
        case "tool_use":
            return _call(state, block, parent)
        case _:
            return state, [AgentOutput(stream="stdout", text=clip(json.dumps(block, ensure_ascii=False)))]


def _spoke(state: State, text: str, parent: str | None) -> State:
    if parent is not None or not text.strip():
        return state
    return replace(state, spoke=True, last_text=text.rstrip()[-_LAST_TEXT:])


def _call(state: State, block: dict[str, Any], parent: str | None) -> Step:
    arguments = block.get("input")
    started = ToolStarted(
        tool_use_id=clip(text_at(block, "id") or f"call-{state.numbered + 1}"),
        tool_name=clip(text_at(block, "name") or "unknown"),
        args=clip_values(arguments) if isinstance(arguments, dict) else {},
        parent_tool_use_id=parent,
    )
    return open_call(replace(state, spoke=state.spoke or parent is None), started)


def open_call(state: State, started: ToolStarted) -> Step:
    """The state with one more unanswered call. Of very many unanswered ones the oldest is given up."""
    calls = {**state.open_tools, started.tool_use_id: started}
    events: list[AgentEvent] = [started]
    if len(calls) > _OPEN_CALLS:
        events.append(called(calls.pop(next(iter(calls))), success=None))
    return replace(state, open_tools=calls, numbered=state.numbered + 1), events


def called(started: ToolStarted, *, success: bool | None, result: str = "") -> ToolCalled:
    """The end of a call."""
    return ToolCalled(
        tool_use_id=started.tool_use_id,
        tool_name=started.tool_name,
        args=started.args,
        success=success,
        result=clip(result),
        parent_tool_use_id=started.parent_tool_use_id,
    )


def _user(state: State, line: dict[str, Any]) -> Step:
    parent = text_at(line, "parent_tool_use_id")
    events: list[AgentEvent] = []
    for block in _blocks(line["message"].get("content")):
        if block.get("type") == "tool_result":
            state, answered = _answer(state, block, parent)
            events.extend(answered)
        elif block.get("type") == "text":
            state, heard = _heard(state, text_at(block, "text") or "", parent)
            events.extend(heard)
        else:
            events.append(AgentOutput(stream="stdout", text=clip(json.dumps(block, ensure_ascii=False))))
    return state, events


def _answer(state: State, block: dict[str, Any], parent: str | None) -> Step:
    call_id = clip(text_at(block, "tool_use_id") or "")
    started = state.open_tools.get(call_id)
    if started is None:
        started = ToolStarted(tool_use_id=call_id, tool_name="unknown", parent_tool_use_id=parent)
    calls = {name: call for name, call in state.open_tools.items() if name != call_id}
    success = block.get("is_error") is not True
    event = called(started, success=success, result=_result_text(block.get("content")))
    return replace(state, open_tools=calls), [event]


def _heard(state: State, text: str, parent: str | None) -> Step:
    # A sub-agent's prompt is an argument of its call already; our own prompt was recorded when it was sent.
    if parent is not None:
        return state, []
    if not state.echoed and text.strip() == state.prompt.strip():
        return replace(state, echoed=True), []
    return state, [UserMessage(message=clip(text), thread_id=state.thread_id)]


def _result_text(content: object) -> str:
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if isinstance(content, list):
        return "\n".join(_block_text(block) for block in content)
    return json.dumps(content, ensure_ascii=False)


def _block_text(block: object) -> str:
    match block:
        case str():
            return block
        case {"type": "text", "text": str() as text}:
            return text
        case {"type": "image"}:
            return "(image)"
        case _:
            return json.dumps(block, ensure_ascii=False)


def _blocks(content: object) -> Iterator[dict[str, Any]]:
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    elif isinstance(content, list):
        for block in content:
            if isinstance(block, dict):
                yield block
            elif isinstance(block, str):
                yield {"type": "text", "text": block}
