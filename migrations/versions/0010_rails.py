"""Rails: files of payments, what a payment is worth abroad, and advances to partners."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
LIVE = sa.text("answer IS NULL OR answer <> 'taken_back'")
TABLES = ("advance_part", "payout_advance", "exchange_terms", "payout_line", "payout_batch")
FUNCTIONS = (
    "advance_part_check",
    "exchange_terms_check",
    "payout_batch_check",
    "payout_line_check",
    "payout_line_freeze",
    "payout_refuse",
)


def upgrade() -> None:
    """Apply the change."""
    _create_payout_batch()
    _create_payout_line()
    _create_exchange_terms()
    _create_payout_advance()
    _create_advance_part()
    for path in sorted(TRIGGERS.glob(f"*.{op.get_bind().dialect.name}.sql")):
        for statement in path.read_text("utf-8").split(SEPARATOR):
            op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the change back."""
    for table in TABLES:
        op.drop_table(table)
    for name in FUNCTIONS if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(f"DROP FUNCTION {name}")


def _create_payout_batch() -> None:
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("control_sum", sa.BigInteger(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by_id", sa.String(length=32), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(handed_over_at IS NOT NULL) = (state IN ('handed_over', 'answered'))",
            name=op.f("ck_payout_batch_handed_over"),
        ),
        sa.CheckConstraint(
            "(released_by_id IS NOT NULL) = (state IN ('released', 'handed_over', 'answered')) OR state = 'refused'",
            name=op.f("ck_payout_batch_released_by_somebody"),
        ),
        sa.CheckConstraint("currency = 'EUR'", name=op.f("ck_payout_batch_currency")),
        sa.CheckConstraint(
            "state IN ('open', 'prepared', 'released', 'handed_over', 'answered', 'refused')",
            name=op.f("ck_payout_batch_state"),
        ),
        sa.CheckConstraint("control_sum > 0", name=op.f("ck_payout_batch_control_sum")),
        sa.CheckConstraint("count > 0", name=op.f("ck_payout_batch_count")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_payout_batch_sha256")),
        sa.CheckConstraint(
            "released_by_id <> created_by_id", name=op.f("ck_payout_batch_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_payout_batch_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name=op.f("fk_payout_batch_released_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payout_batch_number")),
    )
    op.create_index(
        "ix_payout_batch_created_at", "payout_batch", ["created_at", "id"], unique=False
    )
    op.create_index(
        "ix_payout_batch_created_by_id", "payout_batch", ["created_by_id"], unique=False
    )
    op.create_index(
        "ix_payout_batch_released_by_id", "payout_batch", ["released_by_id"], unique=False
    )
    op.create_index("ix_payout_batch_state", "payout_batch", ["state"], unique=False)


def _create_payout_line() -> None:
    op.create_table(
        "payout_line",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.Column("payment_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=4), nullable=True),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('accepted', 'rejected', 'taken_back')",
            name=op.f("ck_payout_line_answer"),
        ),
        sa.CheckConstraint(
            "reason IS NULL OR answer = 'rejected'", name=op.f("ck_payout_line_reason")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_line_amount")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_payout_line_number")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_payout_line_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_line_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_payout_line_disbursement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_line")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_payout_line_batch_id_number")),
    )
    op.create_index(
        "ix_payout_line_application_id", "payout_line", ["application_id"], unique=False
    )
    op.create_index(
        "ix_payout_line_disbursement_id", "payout_line", ["disbursement_id"], unique=False
    )
    op.create_index(
        "uq_payout_line_end_to_end_id",
        "payout_line",
        ["end_to_end_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "uq_payout_line_live",
        "payout_line",
        ["disbursement_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _create_exchange_terms() -> None:
    op.create_table(
        "exchange_terms",
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("foreign_amount", sa.BigInteger(), nullable=False),
        sa.Column("foreign_currency", sa.String(length=3), nullable=False),
        sa.Column("rate_text", sa.String(length=16), nullable=False),
        sa.Column("rate_source", sa.String(length=16), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("agreed_paid", sa.BigInteger(), nullable=True),
        sa.Column("agreed_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(agreed_paid IS NULL) = (agreed_by_id IS NULL)", name=op.f("ck_exchange_terms_agreed")
        ),
        sa.CheckConstraint(
            "agreed_paid IS NULL OR agreed_paid > 0", name=op.f("ck_exchange_terms_agreed_paid")
        ),
        sa.CheckConstraint("foreign_amount > 0", name=op.f("ck_exchange_terms_foreign_amount")),
        sa.CheckConstraint(
            "length(foreign_currency) = 3", name=op.f("ck_exchange_terms_foreign_currency")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["person.id"], name=op.f("fk_exchange_terms_agreed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_exchange_terms_disbursement_id")
        ),
        sa.PrimaryKeyConstraint("disbursement_id", name=op.f("pk_exchange_terms")),
    )
    op.create_index(
        "ix_exchange_terms_agreed_by_id", "exchange_terms", ["agreed_by_id"], unique=False
    )


def _create_payout_advance() -> None:
    op.create_table(
        "payout_advance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("partner_code", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_advance_amount")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_payout_advance_disbursement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_advance")),
        sa.UniqueConstraint("disbursement_id", name=op.f("uq_payout_advance_disbursement_id")),
    )
    op.create_index(
        "ix_payout_advance_partner_code", "payout_advance", ["partner_code"], unique=False
    )


def _create_advance_part() -> None:
    op.create_table(
        "advance_part",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("advance_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=16), nullable=True),
        sa.Column("paper", sa.String(length=24), nullable=True),
        sa.Column("reason_code", sa.String(length=48), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=32), nullable=False),
        sa.Column("agreed_by_id", sa.String(length=32), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'written_off') = (agreed_by_id IS NOT NULL) AND (kind = 'written_off') = (reason_code IS NOT NULL)",
            name=op.f("ck_advance_part_loss_is_agreed"),
        ),
        sa.CheckConstraint(
            "(kind = 'written_off') = (evidence IS NULL)", name=op.f("ck_advance_part_evidence")
        ),
        sa.CheckConstraint(
            "evidence IS NULL OR evidence IN ('signed_receipt', 'code_word', 'voucher_stub', 'agents_list', 'bank_line')",
            name=op.f("ck_advance_part_evidence_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('handed_over', 'returned', 'written_off')", name=op.f("ck_advance_part_kind")
        ),
        sa.CheckConstraint(
            "agreed_by_id <> recorded_by_id", name=op.f("ck_advance_part_two_people")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_advance_part_amount")),
        sa.ForeignKeyConstraint(
            ["advance_id"], ["payout_advance.id"], name=op.f("fk_advance_part_advance_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["person.id"], name=op.f("fk_advance_part_agreed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_advance_part_recorded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_part")),
        sa.UniqueConstraint("advance_id", "number", name=op.f("uq_advance_part_advance_id_number")),
    )
    op.create_index("ix_advance_part_agreed_by_id", "advance_part", ["agreed_by_id"], unique=False)
    op.create_index(
        "ix_advance_part_recorded_by_id", "advance_part", ["recorded_by_id"], unique=False
    )
