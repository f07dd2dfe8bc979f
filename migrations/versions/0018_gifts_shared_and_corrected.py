"""Monthly gifts for several funds; running gifts follow the newest table of their workflow."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
ADDED_TRIGGERS = (
    ("monthly_gift", "monthly_gift_adds_up"),
    ("receipt_line", "receipt_line_is_of_one_currency"),
)
ADDED_FUNCTIONS = (
    "monthly_gift_part_check",
    "monthly_gift_part_keep",
    "monthly_gift_check",
    "receipt_line_check_currency",
)
NEWEST = (("donation", 3), ("monthly_gift", 2))
"""Running gifts go on by the newer table: docs/decisions/0035 says why that changes no state."""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "monthly_gift_part",
        sa.Column("monthly_gift_id", sa.String(length=32), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_monthly_gift_part_amount")),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_monthly_gift_part_fund_code")
        ),
        sa.ForeignKeyConstraint(
            ["monthly_gift_id"],
            ["monthly_gift.id"],
            name=op.f("fk_monthly_gift_part_monthly_gift_id"),
        ),
        sa.PrimaryKeyConstraint("monthly_gift_id", "fund_code", name=op.f("pk_monthly_gift_part")),
    )
    op.create_index("ix_monthly_gift_part_fund_code", "monthly_gift_part", ["fund_code"])
    path = TRIGGERS / f"gifts.{op.get_bind().dialect.name}.sql"
    for statement in path.read_text("utf-8").split(SEPARATOR):
        op.execute(statement)
    for name, version in NEWEST:
        _move(name, version)


def downgrade() -> None:
    """Take the change back."""
    for name, version in NEWEST:
        _move(name, version - 1)
    engine = op.get_bind().dialect.name
    for table, trigger in ADDED_TRIGGERS:
        on = f" ON {table}" if engine == "postgresql" else ""
        op.execute(f"DROP TRIGGER {trigger}{on}")
    op.drop_table("monthly_gift_part")
    if engine == "postgresql":
        for function in ADDED_FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")


def _move(name: str, version: int) -> None:
    row = sa.table(name, sa.column("workflow_version"), sa.column("state"))
    # No step ever led to this state; a row put there by hand keeps the table that knows it.
    known = row.c.state != "receipt_cancelled"
    op.execute(sa.update(row).where(known).values(workflow_version=version))
