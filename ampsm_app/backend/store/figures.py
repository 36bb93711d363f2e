"""What a session's iterations and merges add up to, kept in the session's row so that lists are one read."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from ampsm_app.backend.domain.sessions import IterationError
from ampsm_app.backend.domain.usage import CostKind, Usage
from ampsm_app.backend.store.schema import OPEN_MERGE, iterations, llm_usage, merges, sessions, tool_calls

_SUMMED = (
    "changedFiles",
    "linesAdded",
    "linesDeleted",
    "inputTokens",
    "cacheWriteTokens",
    "cacheReadTokens",
    "outputTokens",
)


@dataclass(frozen=True, slots=True)
class ToolFigures:
    """The calls of one tool in a session. `duration_ms` sums those whose duration is known."""

    tool_name: str
    calls: int
    succeeded: int
    failed: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What one model used in a session, sub-agents apart; `cost_usd` is None where no cost is known."""

    model: str
    sub_agent: bool
    usage: Usage
    cost_usd: float | None
    cost_kind: CostKind


def refresh(connection: Connection, session_id: str) -> None:
    """Write the session's figures anew; whatever changes an iteration or a merge calls it."""
    latest = _latest_ended(connection, session_id)
    running = _running(connection, session_id)
    connection.execute(
        update(sessions)
        .where(sessions.c.id == session_id)
        .values(
            **_sums(connection, session_id),
            runningIteration=running.number if running else None,
            runningOwner=running.owner if running else None,
            lastOutcome=latest.outcome if latest else None,
            lastCheckPassed=check_passed(latest.testResult) if latest else None,
            lastError=_message(latest.error) if latest else None,
            mergeStatus=_merge_status(connection, session_id),
        )
    )


def tools(connection: Connection, session_id: str) -> list[ToolFigures]:
    """The session's tools, most called first."""
    table = tool_calls.c
    query = (
        select(
            table.toolName,
            func.count(),
            func.count().filter(table.success == 1),
            func.count().filter(table.success == 0),
            func.coalesce(func.sum(table.durationMs), 0),
        )
        .where(table.sessionId == session_id)
        .group_by(table.toolName)
        .order_by(func.count().desc(), table.toolName)
    )
    return [ToolFigures(*row) for row in connection.execute(query)]


def models(connection: Connection, session_id: str) -> list[ModelFigures]:
    """The session's models, most used first."""
    table = llm_usage.c
    counts = ("inputTokens", "cacheWriteTokens", "cacheReadTokens", "outputTokens")
    query = (
        select(table.model, table.subAgent, *_cost(llm_usage), *(func.sum(table[name]) for name in counts))
        .where(table.sessionId == session_id)
        .group_by(table.model, table.subAgent)
        .order_by(func.sum(table.totalTokens).desc(), table.model)
    )
    return [
        ModelFigures(model, bool(sub_agent), Usage.of(*tokens), cost, _cost_kind(all_, known, reported))
        for model, sub_agent, cost, all_, known, reported, *tokens in connection.execute(query)
    ]


def check_passed(test_result: str | None) -> bool | None:
    """What a `testResult` says: None where no check ran, or it could not be run."""
    return {"pass": True, "fail": False}.get(test_result or "")


def current_first() -> tuple[ColumnElement[Any], ...]:
    """The order of a session's merges: the one that is open, then the newest."""
    return merges.c.status.in_(OPEN_MERGE).desc(), literal_column("rowid").desc()


def _sums(connection: Connection, session_id: str) -> dict[str, Any]:
    table = iterations.c
    # A turn that still runs, or that never reached its agent, has no cost that could be missing.
    nothing_spent = and_(
        table.costUsd.is_(None),
        or_(table.endTime.is_(None), and_(table.outcome == "environment", table.tokenUsage == 0)),
    )
    query = select(
        func.count(),
        *_cost(iterations, not_(nothing_spent)),
        func.coalesce(func.sum(table.tokenUsage), 0),
        *(func.coalesce(func.sum(table[name]), 0) for name in _SUMMED),
    ).where(table.sessionId == session_id)
    number, cost, could_cost, known, reported, total, *sums = connection.execute(query).one()
    return {
        "iterationCount": number,
        "costUsd": cost,
        "costKind": _cost_kind(could_cost, known, reported),
        "totalTokens": total,
        **dict(zip(_SUMMED, sums, strict=True)),
    }


def _cost(table: Table, counted: ColumnElement[bool] | None = None) -> tuple[ColumnElement[Any], ...]:
    """The sum of the known costs, and how many rows count, have a cost, have a reported one."""
    known = table.c.costUsd.is_not(None)
    return (
        func.sum(table.c.costUsd),
        func.count() if counted is None else func.count().filter(counted),
        func.count().filter(known),
        func.count().filter(and_(known, table.c.costKind == "reported")),
    )


def _cost_kind(counted: int, known: int, reported: int) -> CostKind:
    if not known:
        return "unknown"
    return "reported" if reported == counted else "estimated"


def _latest_ended(connection: Connection, session_id: str) -> Row[*tuple[Any, ...]] | None:
    table = iterations.c
    return connection.execute(
        select(table.outcome, table.testResult, table.error)
        .where(table.sessionId == session_id, table.endTime.is_not(None))
        .order_by(table.number.desc())
        .limit(1)
    ).first()


def _running(connection: Connection, session_id: str) -> Row[*tuple[Any, ...]] | None:
    table = iterations.c
    return connection.execute(
        select(table.number, table.owner).where(table.sessionId == session_id, table.endTime.is_(None))
    ).first()


def _merge_status(connection: Connection, session_id: str) -> str | None:
    query = (
        select(merges.c.status).where(merges.c.sessionId == session_id).order_by(*current_first()).limit(1)
    )
    return connection.execute(query).scalar()


def _message(error: str | None) -> str | None:
    try:
        return None if error is None else IterationError.model_validate_json(error).message
    except ValueError:
        return "what went wrong cannot be read from the database"
