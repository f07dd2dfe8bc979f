"""The bank's word in full: suspense and its clearings, own transfers, charges, periods cut."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
ENTRY_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = {
    "journal_entry": ("'bank_gift'", ("'bank_transfer'", "'bank_unknown'")),
    "bank_match": ("'gift'", ("'own_transfer'", "'suspense'")),
}
"""Codes a check allows from now on, each list beside a code it has always had."""
PERIOD = "REFERENCES period (code)"
FK = "fk_journal_entry_period_code"


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "bank_line", sa.Column("charge", sa.BigInteger(), nullable=False, server_default="0")
    )
    _create_clearing()
    for table, (beside, codes) in KINDS.items():
        _allow(table, codes, beside=beside)
    _follow_renames("ON UPDATE CASCADE")
    _run("up")
    op.execute(
        "INSERT INTO account (code, type, spendable, commit_leg)"
        " SELECT 'BankTransit', type, spendable, commit_leg FROM account WHERE code = 'Bank'"
    )


def downgrade() -> None:
    """Take the change back."""
    _run("down")
    op.drop_table("bank_clearing")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION bank_clearing_check()")
    op.drop_column("bank_line", "charge")
    for table, (beside, codes) in KINDS.items():
        _allow(table, codes, beside=beside, taken_back=True)
    _follow_renames("")
    op.execute("DELETE FROM account WHERE code = 'BankTransit'")


def _create_clearing() -> None:
    op.create_table(
        "bank_clearing",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("match_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", ENTRY_ID, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.String(length=32), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.Column("undo_entry_id", ENTRY_ID, nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_bank_clearing_amount")),
        sa.CheckConstraint(
            "kind IN ('fee', 'gift', 'gift_return', 'loss', 'payment', 'payment_back',"
            " 'stripe_payout')",
            name=op.f("ck_bank_clearing_kind"),
        ),
        sa.CheckConstraint(
            "(agreed_by IS NOT NULL) = (kind = 'loss' AND entry_id IS NOT NULL)"
            " AND (agreed_at IS NULL) = (agreed_by IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> made_by)",
            name=op.f("ck_bank_clearing_loss_by_two"),
        ),
        sa.CheckConstraint(
            "kind = 'loss' OR entry_id IS NOT NULL", name=op.f("ck_bank_clearing_posted")
        ),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)",
            name=op.f("ck_bank_clearing_undone_by_somebody"),
        ),
        sa.CheckConstraint(
            "(undo_entry_id IS NOT NULL) = (undone_at IS NOT NULL AND entry_id IS NOT NULL)",
            name=op.f("ck_bank_clearing_undo_is_posted"),
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["bank_match.id"], name=op.f("fk_bank_clearing_match_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_bank_clearing_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["undo_entry_id"], ["journal_entry.id"], name=op.f("fk_bank_clearing_undo_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_clearing")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bank_clearing_entry_id")),
    )
    op.create_index("ix_bank_clearing_match", "bank_clearing", ["match_id"])
    op.create_index("ix_bank_clearing_undo_entry", "bank_clearing", ["undo_entry_id"])


def _allow(table: str, codes: tuple[str, ...], *, beside: str, taken_back: bool = False) -> None:
    """Change which codes a check allows, whatever else it has come to allow meanwhile."""
    if op.get_bind().dialect.name == "sqlite":
        short, long = beside, ", ".join((beside, *codes))
        _rewrite_schema(table, *((long, short) if taken_back else (short, long)))
        return
    check = f"ck_{table}_kind"
    text = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": check},
    )
    known = set(re.findall(r"'[a-z_]+'", text))
    allowed = known - set(codes) if taken_back else known | set(codes)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK (kind IN ({', '.join(sorted(allowed))}))"
    )


def _rewrite_schema(table: str, before: str, after: str) -> None:
    """Edit a table's text as SQLite documents it for checks: no row of it is touched."""
    connection = op.get_bind()
    find = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    text = connection.scalar(find, {"name": table})
    if before not in text:
        raise RuntimeError(f"{table} is not as the migrations before left it")
    text = text.replace(before, after)
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": text, "name": table},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))


def _follow_renames(action: str) -> None:
    """Let entries follow a period that gets another code, or not any more."""
    if op.get_bind().dialect.name == "sqlite":
        long = f"{PERIOD} ON UPDATE CASCADE"
        _rewrite_schema("journal_entry", *((PERIOD, long) if action else (long, PERIOD)))
        return
    op.execute(f"ALTER TABLE journal_entry DROP CONSTRAINT {FK}")
    op.execute(
        f"ALTER TABLE journal_entry ADD CONSTRAINT {FK} FOREIGN KEY (period_code) {PERIOD} {action}"
    )


def _run(way: str) -> None:
    path = TRIGGERS / f"{way}.{op.get_bind().dialect.name}.sql"
    for statement in path.read_text("utf-8").split(SEPARATOR):
        op.execute(sa.text(statement.replace(":", r"\:")))
