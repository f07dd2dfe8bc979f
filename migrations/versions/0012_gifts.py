"""Gifts in all their lives: several funds, monthly gifts, pledges, gifts in kind, readings."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / "0012"
SEPARATOR = "\n--;;\n"
TABLES = (
    "stripe_reading",
    "in_kind_gift",
    "monthly_gift",
    "pledge",
    "stripe_gap",
    "donation_part",
    "monthly_invoice",
    "pledge_instalment",
    "pledge_payment",
)
FUNCTIONS = ("gifts_keep", "donation_part_check", "pledge_check")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "stripe_reading",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("theirs_by_line", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_stripe_reading_currency")),
        sa.CheckConstraint("lines >= 0", name=op.f("ck_stripe_reading_lines")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_reading")),
    )
    op.create_index("ix_stripe_reading_read_at", "stripe_reading", ["read_at"], unique=False)
    op.create_table(
        "in_kind_gift",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("struck_on", sa.Date(), nullable=True),
        sa.Column("struck_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "category IN ('equipment', 'software', 'translation', 'legal_work', 'housing', 'transport', 'medicine', 'premises', 'other_service', 'other_goods')",
            name=op.f("ck_in_kind_gift_category"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_in_kind_gift_currency")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_in_kind_gift_quantity")),
        sa.CheckConstraint(
            "struck_on IS NULL OR struck_by IS NOT NULL",
            name=op.f("ck_in_kind_gift_struck_by_somebody"),
        ),
        sa.CheckConstraint("value IS NULL OR value > 0", name=op.f("ck_in_kind_gift_value")),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_in_kind_gift_fund_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_kind_gift")),
        sa.UniqueConstraint("request_id", name=op.f("uq_in_kind_gift_request_id")),
    )
    op.create_index("ix_in_kind_gift_fund_code", "in_kind_gift", ["fund_code"], unique=False)
    op.create_index(
        "ix_in_kind_gift_received_day", "in_kind_gift", ["received_day", "id"], unique=False
    )
    op.create_table(
        "monthly_gift",
        sa.Column("donor_id", sa.String(length=32), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("session", sa.String(length=80), nullable=True),
        sa.Column("subscription", sa.String(length=80), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created_day", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "state <> 'refused' OR subscription IS NULL",
            name=op.f("ck_monthly_gift_refused_forgotten"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'overdue', 'paused', 'stopping') OR subscription IS NOT NULL",
            name=op.f("ck_monthly_gift_agreed_has_subscription"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_monthly_gift_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_monthly_gift_currency")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_monthly_gift_donor_id")),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_monthly_gift_fund_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_gift")),
        sa.UniqueConstraint("request_id", name=op.f("uq_monthly_gift_request_id")),
        sa.UniqueConstraint("session", name=op.f("uq_monthly_gift_session")),
        sa.UniqueConstraint("subscription", name=op.f("uq_monthly_gift_subscription")),
    )
    op.create_index("ix_monthly_gift_donor_id", "monthly_gift", ["donor_id"], unique=False)
    op.create_index("ix_monthly_gift_fund_code", "monthly_gift", ["fund_code"], unique=False)
    op.create_index("ix_monthly_gift_state", "monthly_gift", ["state", "created_day"], unique=False)
    op.create_table(
        "pledge",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("created_day", sa.Date(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pledge_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_pledge_currency")),
        sa.CheckConstraint("plan >= 1", name=op.f("ck_pledge_plan")),
        sa.ForeignKeyConstraint(["fund_code"], ["fund.code"], name=op.f("fk_pledge_fund_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("reference", name=op.f("uq_pledge_reference")),
    )
    op.create_index("ix_pledge_fund_code", "pledge", ["fund_code"], unique=False)
    op.create_index("ix_pledge_state", "pledge", ["state", "created_day"], unique=False)
    op.create_table(
        "stripe_gap",
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("txn_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=True),
        sa.Column("ours", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('not_booked', 'not_theirs', 'differs')", name=op.f("ck_stripe_gap_kind")
        ),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["stripe_reading.id"], name=op.f("fk_stripe_gap_reading_id")
        ),
        sa.PrimaryKeyConstraint("reading_id", "txn_id", name=op.f("pk_stripe_gap")),
    )
    op.create_table(
        "donation_part",
        sa.Column("donation_id", sa.String(length=32), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_donation_part_amount")),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_donation_part_donation_id")
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_donation_part_fund_code")
        ),
        sa.PrimaryKeyConstraint("donation_id", "fund_code", name=op.f("pk_donation_part")),
    )
    op.create_index("ix_donation_part_fund_code", "donation_part", ["fund_code"], unique=False)
    op.create_table(
        "monthly_invoice",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("monthly_gift_id", sa.String(length=32), nullable=False),
        sa.Column("donation_id", sa.String(length=32), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_day", sa.Date(), nullable=False),
        sa.Column("next_try_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_monthly_invoice_amount")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_monthly_invoice_attempts")),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_monthly_invoice_donation_id")
        ),
        sa.ForeignKeyConstraint(
            ["monthly_gift_id"],
            ["monthly_gift.id"],
            name=op.f("fk_monthly_invoice_monthly_gift_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_invoice")),
        sa.UniqueConstraint("donation_id", name=op.f("uq_monthly_invoice_donation_id")),
    )
    op.create_index(
        "ix_monthly_invoice_monthly_gift_id",
        "monthly_invoice",
        ["monthly_gift_id", "asked_day"],
        unique=False,
    )
    op.create_table(
        "pledge_instalment",
        sa.Column("pledge_id", sa.String(length=32), nullable=False),
        sa.Column("plan", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pledge_instalment_amount")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_pledge_instalment_number")),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_instalment_pledge_id")
        ),
        sa.PrimaryKeyConstraint("pledge_id", "plan", "number", name=op.f("pk_pledge_instalment")),
    )
    op.create_table(
        "pledge_payment",
        sa.Column("donation_id", sa.String(length=32), nullable=False),
        sa.Column("pledge_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_pledge_payment_donation_id")
        ),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_payment_pledge_id")
        ),
        sa.PrimaryKeyConstraint("donation_id", name=op.f("pk_pledge_payment")),
    )
    op.create_index("ix_pledge_payment_pledge_id", "pledge_payment", ["pledge_id"], unique=False)
    path = TRIGGERS / f"gifts.{op.get_bind().dialect.name}.sql"
    for statement in path.read_text("utf-8").split(SEPARATOR):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}() CASCADE")
