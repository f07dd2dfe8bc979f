"""Donors protected: sealed requests for receipts, returns agreed by two, ended donors."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql"
SEPARATOR = "\n--;;\n"
OPEN = sa.text("state IN ('asked', 'agreed')")
HAS_LINE = sa.text("bank_line IS NOT NULL")
HAS_REFUND = sa.text("provider_id IS NOT NULL")


def upgrade() -> None:
    """Apply the change."""
    op.add_column("donor", sa.Column("ended_on", sa.Date(), nullable=True))
    op.create_table(
        "receipt_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("donor_id", sa.String(length=32), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_day", sa.Date(), nullable=False),
        sa.Column("issued_day", sa.Date(), nullable=True),
        sa.CheckConstraint("length(country) = 2", name=op.f("ck_receipt_request_country")),
        sa.CheckConstraint("year BETWEEN 2010 AND 9999", name=op.f("ck_receipt_request_year")),
        sa.CheckConstraint(
            "donor_id IS NOT NULL OR issued_day IS NOT NULL",
            name=op.f("ck_receipt_request_open_has_donor"),
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_receipt_request_donor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_request")),
    )
    op.create_index(
        "uq_receipt_request_donor_year", "receipt_request", ["donor_id", "year"], unique=True
    )
    op.create_index("ix_receipt_request_asked_day", "receipt_request", ["asked_day", "id"])
    _create_gift_return()
    for statement in _statements():
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("gift_return")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gift_return_check() CASCADE")
        op.execute("DROP FUNCTION gift_return_refuse() CASCADE")
    op.drop_table("receipt_request")
    op.drop_column("donor", "ended_on")


def _create_gift_return() -> None:
    op.create_table(
        "gift_return",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("donation_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason_code", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("bank_line", sa.String(length=64), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_gift_return_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_gift_return_currency")),
        sa.CheckConstraint("kind IN ('refund', 'refuse')", name=op.f("ck_gift_return_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'withdrawn', 'declined', 'done', 'failed')",
            name=op.f("ck_gift_return_state"),
        ),
        sa.CheckConstraint(
            "kind = 'refuse' OR state IN ('asked', 'withdrawn')"
            " OR (answered_by IS NOT NULL AND answered_by <> asked_by)",
            name=op.f("ck_gift_return_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR done_on IS NOT NULL", name=op.f("ck_gift_return_done_has_day")
        ),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_gift_return_donation_id")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_gift_return_asked_by")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_gift_return_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_return")),
    )
    for name, column, condition in (
        ("uq_gift_return_open", "donation_id", OPEN),
        ("uq_gift_return_bank_line", "bank_line", HAS_LINE),
        ("uq_gift_return_provider_id", "provider_id", HAS_REFUND),
    ):
        op.create_index(
            name,
            "gift_return",
            [column],
            unique=True,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.create_index("ix_gift_return_donation_id", "gift_return", ["donation_id"])
    op.create_index("ix_gift_return_asked_by", "gift_return", ["asked_by"])
    op.create_index("ix_gift_return_answered_by", "gift_return", ["answered_by"])


def _statements() -> list[str]:
    path = TRIGGERS / f"gift_returns.{op.get_bind().dialect.name}.sql"
    return path.read_text("utf-8").split(SEPARATOR)
