"""Events as the specification's metrics files hold them: camelCase, one JSON object a line."""

import json
from typing import Any

from ampsm_app.backend.domain.events import (
    CheckRan,
    Event,
    EventData,
    IterationEnded,
    LlmUsed,
    SessionChanged,
)
from ampsm_app.backend.domain.model import format_time

# Rows of ours that change nothing an analysis counts.
_INTERNAL = frozenset({"session_changed", "session_deleted", "merge_changed"})


def is_exported(data: EventData) -> bool:
    """Whether the event belongs into a metrics file."""
    return data.type not in _INTERNAL


def wire_event(event: Event) -> dict[str, Any]:
    """`{type, sessionId, iterationId, timestamp, data}` with the specification's field names."""
    return {
        "type": event.data.type,
        "sessionId": event.session_id,
        "iterationId": event.iteration_id,
        "timestamp": format_time(event.timestamp),
        "data": _data(event.data),
    }


def wire_line(event: Event) -> str:
    """The event as a line of a JSONL file, with its newline."""
    return json.dumps(wire_event(event), ensure_ascii=False, separators=(",", ":")) + "\n"


def _data(data: EventData) -> dict[str, Any]:
    match data:
        case LlmUsed():
            return {
                "model": data.model,
                "promptTokens": data.usage.prompt_tokens,
                "completionTokens": data.usage.output_tokens,
                "totalTokens": data.usage.total_tokens,
                "cacheWriteTokens": data.usage.cache_write_tokens,
                "cacheReadTokens": data.usage.cache_read_tokens,
                "costUsd": data.cost_usd,
                "costKind": data.cost_kind,
                "latencyMs": data.latency_ms,
                "subAgent": data.sub_agent,
            }
        case CheckRan():
            return {
                "command": data.command,
                "success": data.check.passed,
                "durationMs": data.check.duration_ms,
                "exitCode": data.check.exit_code,
                "reason": data.reason,
            }
        case IterationEnded():
            return {**_camel(data.model_dump(mode="json", exclude={"type"})), "status": data.status.value}
        case SessionChanged():
            return {"status": data.session.status.value}
        case _:
            return _camel(data.model_dump(mode="json", exclude={"type"}))


def _camel(fields: dict[str, Any]) -> dict[str, Any]:
    """Field names in camelCase; the values, arguments of tools among them, stay as they are."""
    return {_camel_name(name): value for name, value in fields.items()}


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
