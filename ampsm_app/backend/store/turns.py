"""An iteration as a row: its check and its tokens in columns of their own."""

import json
from typing import Any

from ampsm_app.backend.domain.sessions import Check, Iteration
from ampsm_app.backend.store.rows import Found, count, plain

_SAME = (
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
    ("cost_usd", "costUsd"),
    ("cost_kind", "costKind"),
    ("model", "model"),
    ("mode", "mode"),
    ("thread_id", "threadId"),
    ("agent_version", "agentVersion"),
    ("exit_code", "exitCode"),
    ("duration_ms", "durationMs"),
    ("limit_until", "limitUntil"),
)
_USAGE = (
    ("input_tokens", "inputTokens"),
    ("cache_write_tokens", "cacheWriteTokens"),
    ("cache_read_tokens", "cacheReadTokens"),
    ("output_tokens", "outputTokens"),
    ("total_tokens", "tokenUsage"),
)


def values(iteration: Iteration) -> dict[str, Any]:
    """The columns of an iteration. What SQLite cannot hold is cut: a turn can always be written."""
    fields = iteration.model_dump(mode="json")
    row = {column: fields[field] for field, column in _SAME}
    row |= {column: fields["usage"][field] for field, column in _USAGE}
    row |= _check_values(iteration.check)
    row |= {name: fields[name] for name in ("withheld", "error")}
    return {column: _storable(value) for column, value in row.items()}


def iteration(row: Found) -> Iteration:
    """The iteration of a row. Raises ValueError where it cannot be what `values` wrote."""
    fields = {field: row[column] for field, column in _SAME}
    fields["usage"] = {field: row[column] for field, column in _USAGE}
    fields["check"] = _check(row)
    fields["withheld"] = json.loads(row["withheld"])
    fields["error"] = None if row["error"] is None else json.loads(row["error"])
    return Iteration.model_validate(fields)


def _check_values(check: Check | None) -> dict[str, Any]:
    if check is None:
        return dict.fromkeys(("testResult", "testExitCode", "testDurationMs", "testOutput", "testTree"))
    return {
        "testResult": {True: "pass", False: "fail", None: "not-run"}[check.passed],
        "testExitCode": check.exit_code,
        "testDurationMs": check.duration_ms,
        "testOutput": check.output,
        "testTree": check.tree,
    }


def _check(row: Found) -> Check | None:
    if row["testResult"] is None:
        return None
    return Check(
        passed={"pass": True, "fail": False}.get(row["testResult"]),
        exit_code=row["testExitCode"],
        duration_ms=row["testDurationMs"],
        output=row["testOutput"],
        tree=row["testTree"],
    )


def _storable(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case int():
            return count(value)
        case dict() | list():
            # As characters first: half a surrogate pair would be escaped, and be one again when it is read.
            return plain(json.dumps(value, ensure_ascii=False))
        case _:
            return value
