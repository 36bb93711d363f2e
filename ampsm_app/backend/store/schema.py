"""The tables. A migration makes them; a test holds that both say the same.

Columns are spelled as the specification spells them (camelCase). Times are text as `format_time` writes
them, JSON is text (a column of type JSON would turn a lone number into an integer), flags are 0 and 1.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData()
OPEN_MERGE = ("preparing", "conflict", "checking", "landing")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=True)


def _session_id() -> Column[str]:
    return Column("sessionId", Text, ForeignKey("sessions.id"), nullable=False)


sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    _text("name"),
    _text("ampPrompt"),
    _text("followUps"),
    _count("followUpsSent"),
    _text("repoRoot"),
    _text("baseBranch"),
    _text("baseCommit"),
    _text("branchName"),
    _text("worktreePath"),
    _text("contextDir"),
    _text("status"),
    _text("scriptCommand", null=True),
    _text("modelOverride"),
    _text("mode", null=True),
    _text("cliPath", null=True),
    _text("serverUrl", null=True),
    _text("agent"),
    _text("threadId", null=True),
    _text("notes", null=True),
    _count("autoCommit"),
    _text("createdAt"),
    _text("lastRun", null=True),
    _text("archivedAt", null=True),
    _text("mergedAt", null=True),
    _text("limitUntil", null=True),
    _text("deletedAt", null=True),
    # Figures over the session's iterations and merges, written by `figures.refresh` alone.
    _count("iterationCount"),
    _number("runningIteration"),
    _text("runningOwner", null=True),
    _text("lastOutcome", null=True),
    _number("lastCheckPassed"),
    _text("lastError", null=True),
    _count("changedFiles"),
    _count("linesAdded"),
    _count("linesDeleted"),
    _count("inputTokens"),
    _count("cacheWriteTokens"),
    _count("cacheReadTokens"),
    _count("outputTokens"),
    _count("totalTokens"),
    Column("costUsd", Float, nullable=True),
    Column("costKind", Text, nullable=False, server_default=text("'unknown'")),
    _text("mergeStatus", null=True),
)

iterations = Table(
    "iterations",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    _session_id(),
    Column("number", Integer, nullable=False),
    _text("prompt"),
    _text("startTime"),
    _text("endTime", null=True),
    _text("outcome", null=True),
    _text("startSha"),
    _text("commitSha", null=True),
    _count("changedFiles"),
    _count("linesAdded"),
    _count("linesDeleted"),
    _text("testResult", null=True),
    _number("testExitCode"),
    _number("testDurationMs"),
    _text("testOutput", null=True),
    _text("testTree", null=True),
    _count("tokenUsage"),
    _count("inputTokens"),
    _count("cacheWriteTokens"),
    _count("cacheReadTokens"),
    _count("outputTokens"),
    Column("costUsd", Float, nullable=True),
    _text("costKind"),
    _text("model"),
    _text("mode"),
    _text("threadId", null=True),
    _text("agentVersion", null=True),
    _number("exitCode"),
    _number("durationMs"),
    _text("limitUntil", null=True),
    _text("withheld"),
    _text("error", null=True),
    _text("owner"),
    _text("mark"),
    Column("purpose", Text, nullable=False, server_default=text("'work'")),
    Index("iterations_by_number", "sessionId", "number", unique=True),
    # One running turn a session, whichever process asks.
    Index("one_running_turn", "sessionId", unique=True, sqlite_where=text('"endTime" IS NULL')),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, nullable=False),
    _text("type"),
    _text("sessionId", null=True),
    _text("iterationId", null=True),
    _text("timestamp"),
    _text("data"),
    Index("events_by_session", "sessionId", "seq"),
    # A plain key would use the highest number again after a delete, and followers would miss that event.
    sqlite_autoincrement=True,
)

tool_calls = Table(
    "tool_calls",
    metadata,
    Column("seq", Integer, ForeignKey("events.seq"), primary_key=True, nullable=False),
    _text("sessionId", null=True),
    _text("iterationId", null=True),
    _text("toolName"),
    _number("success"),
    _number("durationMs"),
    Index("tool_calls_by_session", "sessionId"),
)

llm_usage = Table(
    "llm_usage",
    metadata,
    Column("seq", Integer, ForeignKey("events.seq"), primary_key=True, nullable=False),
    _text("sessionId", null=True),
    _text("iterationId", null=True),
    _text("model"),
    _count("inputTokens"),
    _count("cacheWriteTokens"),
    _count("cacheReadTokens"),
    _count("outputTokens"),
    _count("totalTokens"),
    Column("costUsd", Float, nullable=True),
    _text("costKind"),
    _count("subAgent"),
    Index("llm_usage_by_session", "sessionId"),
)

file_edits = Table(
    "file_edits",
    metadata,
    Column("seq", Integer, ForeignKey("events.seq"), primary_key=True, nullable=False),
    _text("sessionId", null=True),
    _text("iterationId", null=True),
    _text("path"),
    _text("operation"),
    _count("linesAdded"),
    _count("linesDeleted"),
    Index("file_edits_by_session", "sessionId"),
)

operations = Table(
    "operations",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    _text("kind"),
    _text("sessionId", null=True),
    _text("repoRoot", null=True),
    _text("owner"),
    _text("mark"),
    _text("step"),
    _text("payload"),
    _text("startedAt"),
    _text("finishedAt", null=True),
    _text("result", null=True),
    Index("operations_by_session", "sessionId"),
    # An operation holds its session until it is finished; those without a session hold nothing.
    Index("one_operation", "sessionId", unique=True, sqlite_where=text('"finishedAt" IS NULL')),
    Index("unfinished_operations", "startedAt", sqlite_where=text('"finishedAt" IS NULL')),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Text, primary_key=True, nullable=False),
    _session_id(),
    _text("status"),
    _text("createdAt"),
    _text("endedAt", null=True),
    _text("payload"),
    Index("merges_by_session", "sessionId", "createdAt"),
    Index(
        "one_open_merge",
        "sessionId",
        unique=True,
        sqlite_where=text(f"status IN {OPEN_MERGE}"),
    ),
)

backups = Table(
    "backups",
    metadata,
    # Two sessions may take a point in the same millisecond.
    Column("sessionId", Text, ForeignKey("sessions.id"), primary_key=True, nullable=False),
    Column("id", Text, primary_key=True, nullable=False),
    _text("ref"),
    _text("operation"),
    _text("createdAt"),
    _text("head"),
    _text("branch", null=True),
    _count("dirtyFiles"),
    _text("notKept"),
    _text("trashPath", null=True),
    _number("size"),
    _count("pinned"),
    Index("backups_by_session", "sessionId", "createdAt"),
)

stop_requests = Table(
    "stop_requests",
    metadata,
    # The operation or iteration that held the session when the stop was asked for: a later one is not meant.
    Column("holder", Text, primary_key=True, nullable=False),
    _session_id(),
    _text("requestedAt"),
    _text("acknowledgedAt", null=True),
)

outputs = Table(
    "outputs",
    metadata,
    Column("iterationId", Text, ForeignKey("iterations.id"), primary_key=True, nullable=False),
    Column("number", Integer, primary_key=True, nullable=False),
    Column("offset", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

probes = Table(
    "probes",
    metadata,
    Column("key", Text, primary_key=True, nullable=False),
    _text("value"),
    _text("savedAt"),
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True, nullable=False),
    _text("value"),
)

trust = Table(
    "trust",
    metadata,
    Column("repoRoot", Text, primary_key=True, nullable=False),
    Column("hash", Text, primary_key=True, nullable=False),
    _text("trustedAt"),
)
