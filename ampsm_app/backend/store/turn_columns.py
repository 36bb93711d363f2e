"""An iteration's columns, and its JSON straight from them. Standard library only, for the fast reads."""

import json
from collections.abc import Mapping
from typing import Any

# Field of the iteration model, and its column; those in `_MADE` are made of several.
FIELDS = (
    ("id", "id"),
    ("session_id", "sessionId"),
    ("number", "number"),
    ("prompt", "prompt"),
    ("started_at", "startTime"),
    ("ended_at", "endTime"),
    ("outcome", "outcome"),
    ("start_sha", "startSha"),
    ("commit_sha", "commitSha"),
    ("changed_files", "changedFiles"),
    ("lines_added", "linesAdded"),
    ("lines_deleted", "linesDeleted"),
    ("check", "testResult"),
    ("usage", "tokenUsage"),
    ("cost_usd", "costUsd"),
    ("cost_kind", "costKind"),
    ("model", "model"),
    ("mode", "mode"),
    ("thread_id", "threadId"),
    ("agent_version", "agentVersion"),
    ("exit_code", "exitCode"),
    ("duration_ms", "durationMs"),
    ("limit_until", "limitUntil"),
    ("withheld", "withheld"),
    ("error", "error"),
    ("purpose", "purpose"),
)
_MADE = ("check", "usage", "withheld", "error")
SAME = tuple(pair for pair in FIELDS if pair[0] not in _MADE)
USAGE = (
    ("input_tokens", "inputTokens"),
    ("cache_write_tokens", "cacheWriteTokens"),
    ("cache_read_tokens", "cacheReadTokens"),
    ("output_tokens", "outputTokens"),
    ("total_tokens", "tokenUsage"),
)
CHECK = (
    ("passed", "testResult"),
    ("exit_code", "testExitCode"),
    ("duration_ms", "testDurationMs"),
    ("output", "testOutput"),
    ("tree", "testTree"),
)
# What a check's result is called in its column.
RESULTS = (("pass", True), ("fail", False), ("not-run", None))
_OUTCOMES = (
    *("completed", "awaiting-input", "failed", "timeout"),
    *("cancelled", "interrupted", "limit", "environment"),
)


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    """The iteration as its model's JSON, fields in the model's order.

    Raises ValueError where the row cannot be what was written.
    """
    if row["outcome"] is not None and row["outcome"] not in _OUTCOMES:
        raise ValueError(f"outcome {row['outcome']!r}")
    fields = {field: row[column] for field, column in FIELDS}
    fields["check"] = _check(row)
    fields["usage"] = {field: row[column] for field, column in USAGE}
    fields["withheld"] = json.loads(row["withheld"])
    fields["error"] = None if row["error"] is None else json.loads(row["error"])
    return fields


def _check(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["testResult"] is None:
        return None
    return {field: row[column] for field, column in CHECK} | {"passed": dict(RESULTS).get(row["testResult"])}
