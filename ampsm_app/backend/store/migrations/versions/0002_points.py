"""Restore points: pinned ones, their size, and one id in several sessions."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    "DROP INDEX backups_by_session",
    "ALTER TABLE backups RENAME TO backups_before",
    """
    CREATE TABLE backups (
        "sessionId" TEXT NOT NULL,
        id TEXT NOT NULL,
        ref TEXT NOT NULL,
        operation TEXT NOT NULL,
        "createdAt" TEXT NOT NULL,
        head TEXT NOT NULL,
        branch TEXT,
        "dirtyFiles" INTEGER DEFAULT 0 NOT NULL,
        "notKept" TEXT NOT NULL,
        "trashPath" TEXT,
        size INTEGER,
        pinned INTEGER DEFAULT 0 NOT NULL,
        PRIMARY KEY ("sessionId", id),
        FOREIGN KEY("sessionId") REFERENCES sessions (id)
    )
    """,
    """
    INSERT INTO backups
        ("sessionId", id, ref, operation, "createdAt", head, branch, "dirtyFiles", "notKept", "trashPath")
    SELECT "sessionId", id, ref, operation, "createdAt", head, branch, "dirtyFiles", "notKept", "trashPath"
    FROM backups_before
    """,
    "DROP TABLE backups_before",
    'CREATE INDEX backups_by_session ON backups ("sessionId", "createdAt")',
)


def upgrade() -> None:
    """Make the table anew: SQLite cannot change a primary key."""
    for statement in _STATEMENTS:
        op.execute(statement)
