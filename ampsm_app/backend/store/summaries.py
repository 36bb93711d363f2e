"""Sessions as lists show them: JSON-ready dicts with the keys of SessionSummary, straight from their rows.

Standard library only: the fast read commands and `store.sessions` both build on this.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from ampsm_app.backend.domain.errors import InvalidInput, NotFound, StoreError

Alive = Callable[[str], bool]
Report = Callable[[str], None]

# Field of the session model, and its column.
SESSION_COLUMNS = (
    ("id", "id"),
    ("name", "name"),
    ("status", "status"),
    ("prompt", "ampPrompt"),
    ("follow_ups", "followUps"),
    ("follow_ups_sent", "followUpsSent"),
    ("repo_root", "repoRoot"),
    ("base_branch", "baseBranch"),
    ("base_commit", "baseCommit"),
    ("branch", "branchName"),
    ("worktree_path", "worktreePath"),
    ("context_dir", "contextDir"),
    ("script", "scriptCommand"),
    ("model", "modelOverride"),
    ("mode", "mode"),
    ("cli_path", "cliPath"),
    ("server_url", "serverUrl"),
    ("agent", "agent"),
    ("thread_id", "threadId"),
    ("notes", "notes"),
    ("auto_commit", "autoCommit"),
    ("created_at", "createdAt"),
    ("last_run_at", "lastRun"),
    ("archived_at", "archivedAt"),
    ("merged_at", "mergedAt"),
    ("limit_until", "limitUntil"),
)
_FIGURE_COLUMNS = (
    ("iterations", "iterationCount"),
    ("running_iteration", "runningIteration"),
    ("last_outcome", "lastOutcome"),
    ("last_check_passed", "lastCheckPassed"),
    ("last_error", "lastError"),
    ("changed_files", "changedFiles"),
    ("lines_added", "linesAdded"),
    ("lines_deleted", "linesDeleted"),
    ("usage", "NULL"),
    ("cost_usd", "costUsd"),
    ("cost_kind", "costKind"),
    ("merge_status", "mergeStatus"),
)
_USAGE_COLUMNS = (
    ("input_tokens", "inputTokens"),
    ("cache_write_tokens", "cacheWriteTokens"),
    ("cache_read_tokens", "cacheReadTokens"),
    ("output_tokens", "outputTokens"),
    ("total_tokens", "totalTokens"),
)
_FIELDS = tuple(field for field, _ in (*SESSION_COLUMNS, *_FIGURE_COLUMNS))
_USAGE_FIELDS = tuple(field for field, _ in _USAGE_COLUMNS)
_COLUMNS = tuple(column for _, column in (*SESSION_COLUMNS, *_FIGURE_COLUMNS, *_USAGE_COLUMNS))
_SELECT = " ".join(("SELECT", ", ".join((*_COLUMNS, "runningOwner")), "FROM sessions WHERE "))
_SELECT_KEPT = f"SELECT {', '.join(column for _, column in SESSION_COLUMNS)} FROM sessions WHERE id = ?"  # noqa: S608
_ID, _CREATED, _LAST_RUN = (_FIELDS.index(field) for field in ("id", "created_at", "last_run_at"))
STATUSES = ("idle", "running", "awaiting-input", "error", "done")
_SEARCHED = ("id", "name", "branch", "prompt", "notes", "repo_root")


class Wanted(NamedTuple):
    """Which sessions to list: the fields of SessionFilter."""

    status: Sequence[str] = ()
    repo: str | None = None
    search: str | None = None
    include_archived: bool = False
    include_demo: bool = True
    limit: int | None = None


def listed(
    connection: sqlite3.Connection, wanted: Wanted, *, alive: Alive, report: Report
) -> list[dict[str, Any]]:
    """The sessions that match, last used first.

    A session whose turn has lost its owner is shown as it will be once recovered; `alive` tells from an
    owner's identity whether that process lives. A row that cannot be read is told to `report` and left out.
    """
    lives = cache(alive)
    found: list[dict[str, Any]] = []
    for row in _last_used_first(_fetch(connection, *_query(wanted))):
        if len(found) == wanted.limit:
            break
        try:
            summary = _summary(row, lives)
        except ValueError as error:
            report(f"session {row[0]} cannot be read from the database: {error}")
            continue
        if _matches(summary, wanted):
            found.append(summary)
    return found


def one(connection: sqlite3.Connection, session_id: str, *, alive: Alive) -> dict[str, Any]:
    """The session with this id, deleted ones included. Raises NotFound, and StoreError if unreadable."""
    rows = _fetch(connection, _SELECT + "id = ?", [session_id])
    if not rows:
        raise not_found(session_id, [])
    try:
        return _summary(rows[0], alive)
    except ValueError as error:
        raise StoreError(
            f"session {session_id} cannot be read from the database: {error}",
            code="corrupt_row",
            hint="`amp-sessions doctor` lists what is broken.",
        ) from error


def kept(connection: sqlite3.Connection, session_id: str) -> dict[str, Any] | None:
    """The session's own columns by field, as they stand in its row, deleted or not; None if there is none."""
    rows = _fetch(connection, _SELECT_KEPT, [session_id])
    return dict(zip(_FIELDS, rows[0], strict=False)) if rows else None


def resolve(connection: sqlite3.Connection, ref: str) -> str:
    """The id of the session named by its id, a unique prefix of it, or a unique name.

    Raises NotFound (with near names) and InvalidInput (with the ids, where several are meant).
    """
    if not ref:
        raise InvalidInput("no session was named", hint="`amp-sessions list` shows them.")
    existing = "SELECT id, name FROM sessions WHERE deletedAt IS NULL"
    if _fetch(connection, existing + " AND id = ?", [ref]):
        return ref
    sessions = _fetch(connection, existing, [])
    meant = [id_ for id_, name in sessions if id_.startswith(ref) or name == ref]
    if not meant:
        raise not_found(ref, [word for pair in sessions for word in pair])
    if len(meant) > 1:
        raise InvalidInput(
            f"{ref!r} names {len(meant)} sessions: {', '.join(sorted(meant)[:10])}",
            code="ambiguous_session",
            hint="Name one by more of its id.",
            ids=sorted(meant),
        )
    return str(meant[0])


def not_found(ref: str, known: Sequence[str]) -> NotFound:
    """The error for a session that does not exist, with those of the `known` words that are near."""
    import difflib

    near = difflib.get_close_matches(ref, known, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`amp-sessions list` shows the sessions."
    return NotFound(f"there is no session {ref!r}", hint=hint, ref=ref, near=near)


def lenient(text: bytes) -> str:
    """A stored text, with what is not UTF-8 in it replaced."""
    return text.decode("utf-8", "replace")


def _query(wanted: Wanted) -> tuple[str, list[str]]:
    conditions = ["deletedAt IS NULL"]
    values = []
    if not wanted.include_archived:
        conditions.append("archivedAt IS NULL")
    if not wanted.include_demo:
        conditions.append("mode IS NOT 'demo'")
    if wanted.repo is not None:
        conditions.append("repoRoot = ?")
        values.append(wanted.repo)
    return _SELECT + " AND ".join(conditions), values


def _last_used_first(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    # SQLite would take as long to sort such wide rows as to find them.
    rows.sort(key=lambda row: str(row[_ID]))
    rows.sort(key=lambda row: str(row[_LAST_RUN] or row[_CREATED]), reverse=True)
    return rows


def _fetch(connection: sqlite3.Connection, statement: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(statement, values).fetchall()
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    # Reading all texts like this from the start would take twice as long.
    connection.text_factory = lenient
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.text_factory = str


def _summary(row: tuple[Any, ...], alive: Alive) -> dict[str, Any]:
    """Raises ValueError where the row cannot be what we wrote."""
    summary = dict(zip(_FIELDS, row, strict=False))
    *usage, owner = row[len(_FIELDS) :]
    if summary["status"] not in STATUSES:
        raise ValueError(f"status {summary['status']!r}")
    summary["follow_ups"] = [] if summary["follow_ups"] == "[]" else json.loads(summary["follow_ups"])
    summary["auto_commit"] = summary["auto_commit"] == 1
    if summary["last_check_passed"] is not None:
        summary["last_check_passed"] = summary["last_check_passed"] == 1
    summary["usage"] = dict(zip(_USAGE_FIELDS, usage, strict=True))
    if summary["status"] == "running" and not (owner is not None and alive(owner)):
        _interrupt(summary)
    return summary


def _interrupt(summary: dict[str, Any]) -> None:
    """What recovery will make of a session whose turn has lost its owner."""
    summary["status"] = "idle"
    if summary["running_iteration"] is not None:
        outcome = {"last_outcome": "interrupted", "last_check_passed": None, "last_error": None}
        summary.update(outcome, running_iteration=None)


def _matches(summary: dict[str, Any], wanted: Wanted) -> bool:
    if wanted.status and summary["status"] not in wanted.status:
        return False
    if not wanted.search:
        return True
    text = "\n".join(summary[field] or "" for field in _SEARCHED).casefold()
    return all(word in text for word in wanted.search.casefold().split())
