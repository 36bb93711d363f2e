"""Turns: what each is for."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; all turns so far were for the session's own work."""
    op.execute("ALTER TABLE iterations ADD COLUMN purpose TEXT DEFAULT 'work' NOT NULL")
