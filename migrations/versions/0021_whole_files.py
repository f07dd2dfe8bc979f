"""A payment file leaves with all of its payments or not at all."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"


def upgrade() -> None:
    """Apply the change."""
    engine = op.get_bind().dialect.name
    text = (TRIGGERS / f"whole_files.{engine}.sql").read_text("utf-8")
    for statement in text.split(SEPARATOR):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER payout_batch_is_whole" + (" ON payout_batch" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION payout_batch_whole()")
