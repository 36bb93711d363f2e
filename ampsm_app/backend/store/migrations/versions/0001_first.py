"""The first schema: sessions, their iterations, and the log of whatever happens."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE sessions (
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        "ampPrompt" TEXT NOT NULL,
        "followUps" TEXT NOT NULL,
        "followUpsSent" INTEGER DEFAULT 0 NOT NULL,
        "repoRoot" TEXT NOT NULL,
        "baseBranch" TEXT NOT NULL,
        "baseCommit" TEXT NOT NULL,
        "branchName" TEXT NOT NULL,
        "worktreePath" TEXT NOT NULL,
        "contextDir" TEXT NOT NULL,
        status TEXT NOT NULL,
        "scriptCommand" TEXT,
        "modelOverride" TEXT NOT NULL,
        mode TEXT,
        "cliPath" TEXT,
        "serverUrl" TEXT,
        agent TEXT NOT NULL,
        "threadId" TEXT,
        notes TEXT,
        "autoCommit" INTEGER DEFAULT 0 NOT NULL,
        "createdAt" TEXT NOT NULL,
        "lastRun" TEXT,
        "archivedAt" TEXT,
        "mergedAt" TEXT,
        "limitUntil" TEXT,
        "deletedAt" TEXT,
        "iterationCount" INTEGER DEFAULT 0 NOT NULL,
        "runningIteration" INTEGER,
        "runningOwner" TEXT,
        "lastOutcome" TEXT,
        "lastCheckPassed" INTEGER,
        "lastError" TEXT,
        "changedFiles" INTEGER DEFAULT 0 NOT NULL,
        "linesAdded" INTEGER DEFAULT 0 NOT NULL,
        "linesDeleted" INTEGER DEFAULT 0 NOT NULL,
        "inputTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheWriteTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheReadTokens" INTEGER DEFAULT 0 NOT NULL,
        "outputTokens" INTEGER DEFAULT 0 NOT NULL,
        "totalTokens" INTEGER DEFAULT 0 NOT NULL,
        "costUsd" FLOAT,
        "costKind" TEXT DEFAULT 'unknown' NOT NULL,
        "mergeStatus" TEXT,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE iterations (
        id TEXT NOT NULL,
        "sessionId" TEXT NOT NULL,
        number INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        "startTime" TEXT NOT NULL,
        "endTime" TEXT,
        outcome TEXT,
        "startSha" TEXT NOT NULL,
        "commitSha" TEXT,
        "changedFiles" INTEGER DEFAULT 0 NOT NULL,
        "linesAdded" INTEGER DEFAULT 0 NOT NULL,
        "linesDeleted" INTEGER DEFAULT 0 NOT NULL,
        "testResult" TEXT,
        "testExitCode" INTEGER,
        "testDurationMs" INTEGER,
        "testOutput" TEXT,
        "testTree" TEXT,
        "tokenUsage" INTEGER DEFAULT 0 NOT NULL,
        "inputTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheWriteTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheReadTokens" INTEGER DEFAULT 0 NOT NULL,
        "outputTokens" INTEGER DEFAULT 0 NOT NULL,
        "costUsd" FLOAT,
        "costKind" TEXT NOT NULL,
        model TEXT NOT NULL,
        mode TEXT NOT NULL,
        "threadId" TEXT,
        "agentVersion" TEXT,
        "exitCode" INTEGER,
        "durationMs" INTEGER,
        "limitUntil" TEXT,
        withheld TEXT NOT NULL,
        error TEXT,
        owner TEXT NOT NULL,
        mark TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY("sessionId") REFERENCES sessions (id)
    )
    """,
    """CREATE UNIQUE INDEX iterations_by_number ON iterations ("sessionId", number)""",
    """CREATE UNIQUE INDEX one_running_turn ON iterations ("sessionId") WHERE "endTime" IS NULL""",
    """
    CREATE TABLE events (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        type TEXT NOT NULL,
        "sessionId" TEXT,
        "iterationId" TEXT,
        timestamp TEXT NOT NULL,
        data TEXT NOT NULL
    )
    """,
    """CREATE INDEX events_by_session ON events ("sessionId", seq)""",
    """
    CREATE TABLE tool_calls (
        seq INTEGER NOT NULL,
        "sessionId" TEXT,
        "iterationId" TEXT,
        "toolName" TEXT NOT NULL,
        success INTEGER,
        "durationMs" INTEGER,
        PRIMARY KEY (seq),
        FOREIGN KEY(seq) REFERENCES events (seq)
    )
    """,
    """CREATE INDEX tool_calls_by_session ON tool_calls ("sessionId")""",
    """
    CREATE TABLE llm_usage (
        seq INTEGER NOT NULL,
        "sessionId" TEXT,
        "iterationId" TEXT,
        model TEXT NOT NULL,
        "inputTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheWriteTokens" INTEGER DEFAULT 0 NOT NULL,
        "cacheReadTokens" INTEGER DEFAULT 0 NOT NULL,
        "outputTokens" INTEGER DEFAULT 0 NOT NULL,
        "totalTokens" INTEGER DEFAULT 0 NOT NULL,
        "costUsd" FLOAT,
        "costKind" TEXT NOT NULL,
        "subAgent" INTEGER DEFAULT 0 NOT NULL,
        PRIMARY KEY (seq),
        FOREIGN KEY(seq) REFERENCES events (seq)
    )
    """,
    """CREATE INDEX llm_usage_by_session ON llm_usage ("sessionId")""",
    """
    CREATE TABLE file_edits (
        seq INTEGER NOT NULL,
        "sessionId" TEXT,
        "iterationId" TEXT,
        path TEXT NOT NULL,
        operation TEXT NOT NULL,
        "linesAdded" INTEGER DEFAULT 0 NOT NULL,
        "linesDeleted" INTEGER DEFAULT 0 NOT NULL,
        PRIMARY KEY (seq),
        FOREIGN KEY(seq) REFERENCES events (seq)
    )
    """,
    """CREATE INDEX file_edits_by_session ON file_edits ("sessionId")""",
    """
    CREATE TABLE operations (
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        "sessionId" TEXT,
        "repoRoot" TEXT,
        owner TEXT NOT NULL,
        mark TEXT NOT NULL,
        step TEXT NOT NULL,
        payload TEXT NOT NULL,
        "startedAt" TEXT NOT NULL,
        "finishedAt" TEXT,
        result TEXT,
        PRIMARY KEY (id)
    )
    """,
    """CREATE UNIQUE INDEX one_operation ON operations ("sessionId") WHERE "finishedAt" IS NULL""",
    """CREATE INDEX operations_by_session ON operations ("sessionId")""",
    """CREATE INDEX unfinished_operations ON operations ("startedAt") WHERE "finishedAt" IS NULL""",
    """
    CREATE TABLE merges (
        id TEXT NOT NULL,
        "sessionId" TEXT NOT NULL,
        status TEXT NOT NULL,
        "createdAt" TEXT NOT NULL,
        "endedAt" TEXT,
        payload TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY("sessionId") REFERENCES sessions (id)
    )
    """,
    """CREATE INDEX merges_by_session ON merges ("sessionId", "createdAt")""",
    """
    CREATE UNIQUE INDEX one_open_merge ON merges ("sessionId")
    WHERE status IN ('preparing', 'conflict', 'checking', 'landing')
    """,
    """
    CREATE TABLE backups (
        id TEXT NOT NULL,
        "sessionId" TEXT NOT NULL,
        ref TEXT NOT NULL,
        operation TEXT NOT NULL,
        "createdAt" TEXT NOT NULL,
        head TEXT NOT NULL,
        branch TEXT,
        "dirtyFiles" INTEGER DEFAULT 0 NOT NULL,
        "notKept" TEXT NOT NULL,
        "trashPath" TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY("sessionId") REFERENCES sessions (id)
    )
    """,
    """CREATE INDEX backups_by_session ON backups ("sessionId", "createdAt")""",
    """
    CREATE TABLE stop_requests (
        holder TEXT NOT NULL,
        "sessionId" TEXT NOT NULL,
        "requestedAt" TEXT NOT NULL,
        "acknowledgedAt" TEXT,
        PRIMARY KEY (holder),
        FOREIGN KEY("sessionId") REFERENCES sessions (id)
    )
    """,
    """
    CREATE TABLE outputs (
        "iterationId" TEXT NOT NULL,
        number INTEGER NOT NULL,
        "offset" INTEGER NOT NULL,
        size INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY ("iterationId", number),
        FOREIGN KEY("iterationId") REFERENCES iterations (id)
    )
    """,
    """
    CREATE TABLE probes (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        "savedAt" TEXT NOT NULL,
        PRIMARY KEY ("key")
    )
    """,
    """
    CREATE TABLE settings (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY ("key")
    )
    """,
    """
    CREATE TABLE trust (
        "repoRoot" TEXT NOT NULL,
        hash TEXT NOT NULL,
        "trustedAt" TEXT NOT NULL,
        PRIMARY KEY ("repoRoot", hash)
    )
    """,
)


def upgrade() -> None:
    """Make every table and index."""
    for statement in _STATEMENTS:
        op.execute(statement)
