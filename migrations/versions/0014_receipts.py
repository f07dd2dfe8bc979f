"""Receipts: numbered without gaps, made void with a number, made for a year in one go.

Issuers and their versions, Gift Aid declarations; the rules stand in migrations/sql/0014.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
TABLES = (
    "receipt_line",
    "receipt",
    "receipt_batch_item",
    "gift_aid_declaration",
    "receipt_issuer",
    "receipt_batch",
)
FUNCTIONS = (
    "receipt_line_check",
    "receipt_line_keep",
    "receipt_check",
    "receipt_keep",
    "receipt_free_gifts",
    "receipt_refuse",
    "gift_aid_declaration_keep",
)


def upgrade() -> None:
    """Apply the change."""
    _create_receipt_batch()
    _create_receipt_issuer()
    _create_gift_aid_declaration()
    _create_receipt_batch_item()
    _create_receipt()
    _create_receipt_line()
    for path in sorted(TRIGGERS.glob(f"*.{op.get_bind().dialect.name}.sql")):
        for statement in path.read_text("utf-8").split(SEPARATOR):
            op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the change back."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")


def _create_receipt_batch() -> None:
    op.create_table(
        "receipt_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.String(length=32), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.CheckConstraint("year BETWEEN 2010 AND 9999", name=op.f("ck_receipt_batch_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_batch")),
    )
    op.create_index("ix_receipt_batch_begun_on", "receipt_batch", ["begun_on", "id"], unique=False)
    op.create_index(
        "uq_receipt_batch_unfinished",
        "receipt_batch",
        ["year"],
        unique=True,
        sqlite_where=sa.text("finished_on IS NULL"),
        postgresql_where=sa.text("finished_on IS NULL"),
    )


def _create_receipt_issuer() -> None:
    op.create_table(
        "receipt_issuer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(length=32), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_receipt_issuer_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_issuer")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_receipt_issuer_code_version")),
    )


def _create_gift_aid_declaration() -> None:
    op.create_table(
        "gift_aid_declaration",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("donor_id", sa.String(length=32), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("with_past", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("declared_day", sa.Date(), nullable=False),
        sa.Column("cancelled_day", sa.Date(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "cancelled_day IS NULL OR cancelled_day >= declared_day",
            name=op.f("ck_gift_aid_declaration_cancelled"),
        ),
        sa.CheckConstraint(
            "donor_id IS NOT NULL OR cancelled_day IS NOT NULL",
            name=op.f("ck_gift_aid_declaration_has_donor"),
        ),
        sa.CheckConstraint("since <= declared_day", name=op.f("ck_gift_aid_declaration_since")),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_gift_aid_declaration_donor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_aid_declaration")),
    )
    op.create_index(
        "ix_gift_aid_declaration_donor_id",
        "gift_aid_declaration",
        ["donor_id", "declared_day"],
        unique=False,
    )
    op.create_index(
        "uq_gift_aid_declaration_in_force",
        "gift_aid_declaration",
        ["donor_id"],
        unique=True,
        sqlite_where=sa.text("cancelled_day IS NULL AND donor_id IS NOT NULL"),
        postgresql_where=sa.text("cancelled_day IS NULL AND donor_id IS NOT NULL"),
    )


def _create_receipt_batch_item() -> None:
    op.create_table(
        "receipt_batch_item",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('issued', 'gone', 'no_gifts', 'no_key', 'issuer_missing', 'notice_too_old', 'currency')",
            name=op.f("ck_receipt_batch_item_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["receipt_batch.id"], name=op.f("fk_receipt_batch_item_batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "request_id", name=op.f("pk_receipt_batch_item")),
    )


def _create_receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("donor_id", sa.String(length=32), nullable=True),
        sa.Column("issuer_id", sa.String(length=32), nullable=False),
        sa.Column("issuer_code", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pack_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("gifts_year", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("issued_day", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(length=32), nullable=False),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("snapshot_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("copy_until", sa.Date(), nullable=True),
        sa.Column("voided_day", sa.Date(), nullable=True),
        sa.Column("void_reason", sa.String(length=16), nullable=True),
        sa.Column("voided_by", sa.String(length=32), nullable=True),
        sa.Column("void_year", sa.Integer(), nullable=True),
        sa.Column("void_number", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'single') = (line_count = 1)", name=op.f("ck_receipt_kind_by_lines")
        ),
        sa.CheckConstraint("kind IN ('single', 'collective')", name=op.f("ck_receipt_kind")),
        sa.CheckConstraint(
            "(voided_day IS NULL) = (void_number IS NULL) AND (voided_day IS NULL) = (void_year IS NULL) AND (voided_day IS NULL) = (void_reason IS NULL) AND (voided_day IS NULL) = (voided_by IS NULL)",
            name=op.f("ck_receipt_void_is_whole"),
        ),
        sa.CheckConstraint("gifts_year < year", name=op.f("ck_receipt_year_is_over")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_receipt_currency")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_receipt_number")),
        sa.CheckConstraint(
            "pdf_sealed IS NULL OR sha256 IS NOT NULL", name=op.f("ck_receipt_printed_has_hash")
        ),
        sa.CheckConstraint("total > 0", name=op.f("ck_receipt_total")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_receipt_donor_id")),
        sa.ForeignKeyConstraint(
            ["issuer_id"], ["receipt_issuer.id"], name=op.f("fk_receipt_issuer_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["receipt.id"], name=op.f("fk_receipt_replaces_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["receipt_request.id"], name=op.f("fk_receipt_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint(
            "issuer_code",
            "series",
            "void_year",
            "void_number",
            name=op.f("uq_receipt_issuer_code_series_void_year_void_number"),
        ),
        sa.UniqueConstraint(
            "issuer_code",
            "series",
            "year",
            "number",
            name=op.f("uq_receipt_issuer_code_series_year_number"),
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_receipt_replaces_id")),
    )
    op.create_index("ix_receipt_copy_until", "receipt", ["copy_until"], unique=False)
    op.create_index("ix_receipt_donor_id", "receipt", ["donor_id", "issued_day"], unique=False)
    op.create_index("ix_receipt_issued_day", "receipt", ["issued_day", "id"], unique=False)
    op.create_index("ix_receipt_issuer_id", "receipt", ["issuer_id"], unique=False)
    op.create_index("ix_receipt_request_id", "receipt", ["request_id"], unique=False)


def _create_receipt_line() -> None:
    op.create_table(
        "receipt_line",
        sa.Column("receipt_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("donation_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_receipt_line_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_receipt_line_currency")),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_receipt_line_donation_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipt.id"],
            name=op.f("fk_receipt_line_receipt_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("receipt_id", "line", name=op.f("pk_receipt_line")),
    )
    op.create_index("ix_receipt_line_donation_id", "receipt_line", ["donation_id"], unique=False)
    op.create_index(
        "uq_receipt_line_live",
        "receipt_line",
        ["donation_id"],
        unique=True,
        sqlite_where=sa.text("NOT is_void"),
        postgresql_where=sa.text("NOT is_void"),
    )
