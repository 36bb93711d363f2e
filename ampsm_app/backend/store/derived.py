"""Rows of their own for the events that are counted, so that nothing has to dig in JSON later."""

from typing import Any

from ampsm_app.backend.domain.events import EventData, FileEdited, LlmUsed, ToolCalled
from ampsm_app.backend.store.rows import count, plain

Row = tuple[Any, ...]

_TOOL_CALL = (
    "INSERT INTO tool_calls (seq, sessionId, iterationId, toolName, success, durationMs)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_LLM_USAGE = (
    "INSERT INTO llm_usage (seq, sessionId, iterationId, model, inputTokens, cacheWriteTokens,"
    " cacheReadTokens, outputTokens, totalTokens, costUsd, costKind, subAgent)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FILE_EDIT = (
    "INSERT INTO file_edits (seq, sessionId, iterationId, path, operation, linesAdded, linesDeleted)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def derived(data: EventData, key: tuple[int, str | None, str | None]) -> tuple[str, Row] | None:
    """The statement and row that stand beside an event; `key` is its seq, session and iteration."""
    match data:
        case ToolCalled():
            return _TOOL_CALL, (*key, plain(data.tool_name), data.success, count(data.duration_ms))
        case LlmUsed():
            return _LLM_USAGE, (*key, plain(data.model), *_tokens(data), data.sub_agent)
        case FileEdited():
            lines = (count(data.lines_added), count(data.lines_deleted))
            return _FILE_EDIT, (*key, plain(data.path), data.operation, *lines)
        case _:
            return None


def _tokens(data: LlmUsed) -> Row:
    usage = data.usage
    return (
        count(usage.input_tokens),
        count(usage.cache_write_tokens),
        count(usage.cache_read_tokens),
        count(usage.output_tokens),
        count(usage.total_tokens),
        data.cost_usd,
        data.cost_kind,
    )
