"""The bank: accounts, statements, lines and matches; a period is closed by two."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
ON_PERIODS = ("period_closes_with_two", "period_begins_open", "period_remains")
FUNCTIONS = (
    "bank_account_check",
    "bank_is_fixed",
    "bank_line_check",
    "bank_match_within",
    "bank_match_undone",
    "period_two_people",
)
LARGEST = 10**15
ENTRY_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.add_column("period", sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("period", sa.Column("proposed_by", sa.String(length=32), nullable=True))
    _create_account()
    _create_statement()
    _create_line()
    _create_match()
    path = TRIGGERS / f"bank.{op.get_bind().dialect.name}.sql"
    for statement in path.read_text("utf-8").split(SEPARATOR):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the change back."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name in ON_PERIODS[:1] if is_postgresql else ON_PERIODS:
        op.execute(f"DROP TRIGGER {name}" + (" ON period" if is_postgresql else ""))
    for table in ("bank_match", "bank_line", "bank_statement", "bank_account"):
        op.drop_table(table)
    op.drop_column("period", "proposed_by")
    op.drop_column("period", "proposed_at")
    for name in FUNCTIONS if is_postgresql else ():
        op.execute(f"DROP FUNCTION {name}")
    if is_postgresql:
        op.execute("DROP FUNCTION bank_refuse")


def _create_account() -> None:
    op.create_table(
        "bank_account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("account_code", sa.String(length=48), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("iban_digest", sa.String(length=64), nullable=False),
        sa.Column("iban_tail", sa.String(length=4), nullable=False),
        sa.Column("csv_mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "code = upper(code) AND length(code) >= 2", name=op.f("ck_bank_account_code")
        ),
        sa.CheckConstraint(
            "length(currency) = 3 AND currency = upper(currency)",
            name=op.f("ck_bank_account_currency"),
        ),
        sa.ForeignKeyConstraint(
            ["account_code"], ["account.code"], name=op.f("fk_bank_account_account_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint(
            "account_code", "currency", name=op.f("uq_bank_account_account_code_currency")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_bank_account_code")),
        sa.UniqueConstraint("iban_digest", name=op.f("uq_bank_account_iban_digest")),
    )


def _create_statement() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bank_account_id", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=32), nullable=False),
        sa.CheckConstraint("opening + total = closing", name=op.f("ck_bank_statement_adds_up")),
        sa.CheckConstraint(
            "form IN ('camt.053', 'mt940', 'csv')", name=op.f("ck_bank_statement_form")
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_bank_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint(
            "bank_account_id",
            "file_digest",
            "part",
            name=op.f("uq_bank_statement_bank_account_id_file_digest_part"),
        ),
    )
    op.create_index(
        "ix_bank_statement_closes_on", "bank_statement", ["bank_account_id", "closes_on"]
    )


def _create_line() -> None:
    op.create_table(
        "bank_line",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("statement_id", sa.String(length=32), nullable=False),
        sa.Column("bank_account_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("own_refs", sa.String(length=120), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}",
            name=op.f("ck_bank_line_amount"),
        ),
        sa.CheckConstraint(
            "hint IN ('', 'fee', 'stripe', 'return')", name=op.f("ck_bank_line_hint")
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_line_bank_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_bank_line_fingerprint")),
        sa.UniqueConstraint(
            "statement_id", "number", name=op.f("uq_bank_line_statement_id_number")
        ),
    )
    op.create_index("ix_bank_line_account", "bank_line", ["bank_account_id", "booked_on", "id"])


def _create_match() -> None:
    op.create_table(
        "bank_match",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", ENTRY_ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.Column("undo_entry_id", ENTRY_ID, nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_bank_match_amount")),
        sa.CheckConstraint(
            "kind IN ('entry', 'fee', 'gift', 'gift_return', 'payment', 'payment_back',"
            " 'stripe_payout')",
            name=op.f("ck_bank_match_kind"),
        ),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)",
            name=op.f("ck_bank_match_undone_by_somebody"),
        ),
        sa.CheckConstraint(
            "undo_entry_id IS NULL OR undone_at IS NOT NULL",
            name=op.f("ck_bank_match_undo_is_undone"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_bank_match_entry_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_id")),
        sa.ForeignKeyConstraint(
            ["undo_entry_id"], ["journal_entry.id"], name=op.f("fk_bank_match_undo_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index("ix_bank_match_line", "bank_match", ["line_id"])
    op.create_index("ix_bank_match_entry", "bank_match", ["entry_id"])
    op.create_index("ix_bank_match_undo_entry", "bank_match", ["undo_entry_id"])
