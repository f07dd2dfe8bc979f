"""Erasures: what was destroyed and what is kept longer, orphans, and the anchors of the trail."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
ON_OTHER_TABLES = (
    ("erased_case_stands_still", "application"),
    ("nothing_told_after_erasure", "answer"),
    ("nothing_said_after_erasure", "message"),
    ("nothing_added_after_erasure", "document"),
    ("nothing_redacted_after_erasure", "review_file"),
)
FUNCTIONS = (
    "anchor_refuse",
    "erased_case_refuse",
    "erasure_forward",
    "erasure_refuse",
    "nothing_after_erasure",
)


def upgrade() -> None:
    """Apply the change."""
    op.add_column("application", sa.Column("erased_on", sa.Date(), nullable=True))
    wish = sa.Column("shortest_wished", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("application", wish)
    op.create_table(
        "anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.CheckConstraint("hash <> previous", name=op.f("ck_anchor_own")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_anchor")),
    )
    _create_erasure()
    _create_retention_hold()
    op.create_table(
        "orphan",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('keys', 'holder', 'file')", name=op.f("ck_orphan_kind")),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_orphan")),
    )
    for path in sorted(TRIGGERS.glob(f"*.{op.get_bind().dialect.name}.sql")):
        for statement in path.read_text("utf-8").split(SEPARATOR):
            op.execute(sa.text(statement.replace(":", r"\:")))


def _create_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("requested_by", sa.String(length=32), nullable=False),
        sa.Column("confirmed_by", sa.String(length=32), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('person', 'staff', 'retention', 'operator')",
            name=op.f("ck_erasure_origin"),
        ),
        sa.CheckConstraint("state IN ('proposed', 'begun', 'done')", name=op.f("ck_erasure_state")),
        sa.CheckConstraint(
            "state <> 'proposed' OR origin = 'staff'", name=op.f("ck_erasure_proposed_by_staff")
        ),
        sa.CheckConstraint(
            "state = 'proposed' OR origin <> 'staff'"
            " OR (confirmed_by IS NOT NULL AND confirmed_by <> requested_by)",
            name=op.f("ck_erasure_two_people"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (begun_on IS NULL)", name=op.f("ck_erasure_begun")
        ),
        sa.CheckConstraint(
            "(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_erasure_done")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_erasure_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("application_id", name=op.f("uq_erasure_application_id")),
    )
    op.create_index("ix_erasure_requested", "erasure", ["requested_on", "id"], unique=False)
    op.create_index("ix_erasure_done", "erasure", ["done_on", "id"], unique=False)


def _create_retention_hold() -> None:
    op.create_table(
        "retention_hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("reason_code", sa.String(length=12), nullable=False),
        sa.Column("placed_by", sa.String(length=32), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "reason_code IN ('court', 'audit', 'fraud', 'danger')",
            name=op.f("ck_retention_hold_reason"),
        ),
        sa.CheckConstraint("until > placed_on", name=op.f("ck_retention_hold_until")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_retention_hold_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_hold")),
    )
    op.create_index(
        "uq_retention_hold_active",
        "retention_hold",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("lifted_on IS NULL"),
        postgresql_where=sa.text("lifted_on IS NULL"),
    )


def downgrade() -> None:
    """Take the change back."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger, table in ON_OTHER_TABLES:
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if is_postgresql else ""))
    op.drop_table("orphan")
    op.drop_table("retention_hold")
    op.drop_table("erasure")
    op.drop_table("anchor")
    op.drop_column("application", "shortest_wished")
    op.drop_column("application", "erased_on")
    for name in FUNCTIONS if is_postgresql else ():
        op.execute(f"DROP FUNCTION {name}")
