"""Quarters told of are frozen; funds have names in three languages."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMED = ("fund", "fund_resolution")
NAMES = ("name_ru", "name_de")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "told_quarter",
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("last_entry_id", NUMBER, nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["last_entry_id"],
            ["journal_entry.id"],
            name=op.f("fk_told_quarter_last_entry_id_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_told_quarter")),
    )
    op.create_index("ix_told_quarter_last_entry_id", "told_quarter", ["last_entry_id"])
    for table in NAMED:
        for name in NAMES:
            op.add_column(table, sa.Column(name, sa.String(length=80), nullable=True))
    engine = op.get_bind().dialect.name
    text = (TRIGGERS / f"told_quarters.{engine}.sql").read_text("utf-8")
    for statement in text.split(SEPARATOR):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    where = " ON fund_resolution" if is_postgresql else ""
    op.execute(f"DROP TRIGGER fund_resolution_names_stay{where}")
    for table in reversed(NAMED):
        for name in reversed(NAMES):
            op.drop_column(table, name)
    op.drop_table("told_quarter")
    if is_postgresql:
        op.execute("DROP FUNCTION funds_resolution_names()")
        op.execute("DROP FUNCTION told_quarter_check()")
