"""What a session's iterations and merges add up to, kept in the session's row so that lists are one read."""

from dataclasses import dataclass

from sqlalchemy import Connection

from ampsm_app.backend.domain.usage import CostKind, Usage
from ampsm_app.backend.store.schema import OPEN_MERGE

# The order of a session's merges: the one that is open, then the newest.
CURRENT_MERGE_FIRST = f"status IN {OPEN_MERGE} DESC, rowid DESC"

# A file that several turns changed is one; where edits are not written down, what the turns counted must do.
# A cost is as sure as its least sure part. A turn that still runs, or that never reached its agent, has none
# that could be missing.
_REFRESH = f"""
UPDATE sessions SET
    (iterationCount, changedFiles, linesAdded, linesDeleted, inputTokens, cacheWriteTokens, cacheReadTokens,
     outputTokens, totalTokens, costUsd, costKind) = (
        SELECT COUNT(*),
            COALESCE(NULLIF((SELECT COUNT(DISTINCT path) FROM file_edits WHERE sessionId = sessions.id), 0),
                     SUM(changedFiles * (purpose = 'work')), 0),
            COALESCE(SUM(linesAdded), 0),
            COALESCE(SUM(linesDeleted), 0), COALESCE(SUM(inputTokens), 0), COALESCE(SUM(cacheWriteTokens), 0),
            COALESCE(SUM(cacheReadTokens), 0), COALESCE(SUM(outputTokens), 0), COALESCE(SUM(tokenUsage), 0),
            SUM(costUsd),
            CASE WHEN COUNT(costUsd) = 0 THEN 'unknown'
                 WHEN SUM(costUsd IS NOT NULL AND costKind = 'reported')
                    = SUM(costUsd IS NOT NULL
                        OR endTime IS NOT NULL AND (outcome <> 'environment' OR tokenUsage > 0))
                 THEN 'reported' ELSE 'estimated' END
        FROM iterations WHERE sessionId = sessions.id),
    (lastOutcome, lastCheckPassed, lastError) = (
        SELECT outcome, CASE testResult WHEN 'pass' THEN 1 WHEN 'fail' THEN 0 END,
            CASE WHEN json_valid(error) THEN json_extract(error, '$.message') END
        FROM iterations WHERE sessionId = sessions.id AND endTime IS NOT NULL ORDER BY number DESC LIMIT 1),
    (runningIteration, runningOwner) = (
        SELECT number, owner FROM iterations WHERE sessionId = sessions.id AND endTime IS NULL),
    mergeStatus = (
        SELECT status FROM merges WHERE sessionId = sessions.id ORDER BY {CURRENT_MERGE_FIRST} LIMIT 1)
WHERE id = ?
"""  # noqa: S608  (constants of ours)
_TOOLS = """
SELECT toolName, COUNT(*), COUNT(CASE success WHEN 1 THEN 1 END), COUNT(CASE success WHEN 0 THEN 1 END),
    COALESCE(SUM(durationMs), 0)
FROM tool_calls WHERE sessionId = ? GROUP BY toolName ORDER BY COUNT(*) DESC, toolName
"""
_MODELS = """
SELECT model, subAgent, SUM(costUsd),
    CASE WHEN COUNT(costUsd) = 0 THEN 'unknown'
         WHEN SUM(costUsd IS NOT NULL AND costKind = 'reported') = COUNT(*) THEN 'reported'
         ELSE 'estimated' END,
    SUM(inputTokens), SUM(cacheWriteTokens), SUM(cacheReadTokens), SUM(outputTokens)
FROM llm_usage WHERE sessionId = ? GROUP BY model, subAgent ORDER BY SUM(totalTokens) DESC, model
"""


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
    connection.exec_driver_sql(_REFRESH, (session_id,))


def tools(connection: Connection, session_id: str) -> list[ToolFigures]:
    """The session's tools, most called first."""
    return [ToolFigures(*row) for row in connection.exec_driver_sql(_TOOLS, (session_id,))]


def models(connection: Connection, session_id: str) -> list[ModelFigures]:
    """The session's models, most used first."""
    return [
        ModelFigures(model, bool(sub_agent), Usage.of(*tokens), cost, kind)
        for model, sub_agent, cost, kind, *tokens in connection.exec_driver_sql(_MODELS, (session_id,))
    ]
