"""Contact attempts, and the day on which a message was read.

The column comes by plain SQL: SQLite could otherwise add a named check only by making the table
anew, which rows that point to it do not survive.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "contact_attempt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("is_against_plan", sa.Boolean(), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "result IN ('reached', 'not_reached', 'wrong_person')",
            name=op.f("ck_contact_attempt_result"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_contact_attempt_application_id"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_contact_attempt_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
        sa.UniqueConstraint(
            "application_id", "position", name=op.f("uq_contact_attempt_application_id_position")
        ),
    )
    op.create_index("ix_contact_attempt_by_id", "contact_attempt", ["by_id"])
    op.execute(
        "ALTER TABLE message ADD COLUMN seen_on DATE CONSTRAINT ck_message_seen_after_sent"
        " CHECK (seen_on IS NULL OR seen_on >= sent_on)"
    )
    # Nobody is called to words that were read long before anybody could say so.
    op.execute("UPDATE message SET seen_on = sent_on")


def downgrade() -> None:
    """Take the change back."""
    op.execute("ALTER TABLE message DROP COLUMN seen_on")
    op.drop_index("ix_contact_attempt_by_id", table_name="contact_attempt")
    op.drop_table("contact_attempt")
