"""A treasurer from day one: opening balances, corrections, exchanges, suspense booked by hand."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
ENTRY_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = {
    "journal_entry": ("'bank_gift'", "'exchange'"),
    "bank_match": ("'gift'", "'exchange'"),
    "bank_clearing": ("'fee'", "'entry'"),
}
"""A code a check allows from now on, beside one it has always had."""
ACCOUNTS = {"FxClearing": "Bank", "Exchanges": "FundTransfers"}
"""New accounts of the chart, each like one that is there."""
ACCOUNT = sa.table(
    "account", *(sa.column(name) for name in ("code", "type", "spendable", "commit_leg"))
)
ALIKE = [each for each in ACCOUNT.c if each.name != "code"]
MADE = ("opening_share", "opening_balance", "correction")


def upgrade() -> None:
    """Apply the change."""
    _create_openings()
    _create_corrections()
    for table, (beside, code) in KINDS.items():
        _allow(table, code, beside=beside)
    _run("up")
    for code, like in ACCOUNTS.items():
        known = sa.select(sa.literal(code), *ALIKE).where(ACCOUNT.c.code == like)
        op.execute(sa.insert(ACCOUNT).from_select([each.name for each in ACCOUNT.c], known))


def downgrade() -> None:
    """Take the change back."""
    _run("down")
    for table in MADE:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in MADE:
            op.execute(f"DROP FUNCTION {table}_check()")
    for table, (beside, code) in KINDS.items():
        _allow(table, code, beside=beside, taken_back=True)
    op.execute(sa.delete(ACCOUNT).where(ACCOUNT.c.code.in_(ACCOUNTS)))


def _create_openings() -> None:
    op.create_table(
        "opening_balance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bank_account_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_signed("proposed", nullable=False),
        *_signed("agreed"),
        sa.Column("entry_id", ENTRY_ID, nullable=True),
        *_signed("ended"),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL) AND (agreed_at IS NULL) = (entry_id IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> proposed_by)",
            name=op.f("ck_opening_balance_by_two"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_opening_balance_ended_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"],
            ["bank_account.id"],
            name=op.f("fk_opening_balance_bank_account_id_bank_account"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entry.id"],
            name=op.f("fk_opening_balance_entry_id_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_balance")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_opening_balance_entry_id")),
    )
    _one_stands("opening_balance", "bank_account_id", "ended_at IS NULL")
    op.create_table(
        "opening_share",
        sa.Column("opening_balance_id", sa.String(length=32), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_opening_share_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["opening_balance_id"],
            ["opening_balance.id"],
            name=op.f("fk_opening_share_opening_balance_id_opening_balance"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_opening_share_fund_code_fund")
        ),
        sa.PrimaryKeyConstraint("opening_balance_id", "fund_code", name=op.f("pk_opening_share")),
    )
    op.create_index("ix_opening_share_fund_code", "opening_share", ["fund_code"])


def _create_corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", ENTRY_ID, nullable=False),
        sa.Column("reason_code", sa.String(length=16), nullable=False),
        *_signed("proposed", nullable=False),
        *_signed("agreed"),
        *_signed("withdrawn"),
        sa.Column("reversal_id", ENTRY_ID, nullable=True),
        sa.CheckConstraint(
            "reason_code IN ('never_happened', 'recorded_twice', 'wrong_account', 'wrong_amount',"
            " 'wrong_day', 'wrong_fund')",
            name=op.f("ck_correction_reason"),
        ),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by IS NULL)"
            " AND (agreed_at IS NULL) = (reversal_id IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> proposed_by)",
            name=op.f("ck_correction_by_two"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL OR agreed_at IS NULL)",
            name=op.f("ck_correction_withdrawn_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_correction_entry_id_journal_entry")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["journal_entry.id"],
            name=op.f("fk_correction_reversal_id_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("reversal_id", name=op.f("uq_correction_reversal_id")),
    )
    _one_stands("correction", "entry_id", "withdrawn_at IS NULL")
    op.create_index("ix_correction_proposed_at", "correction", ["proposed_at", "id"])


def _signed(verb: str, *, nullable: bool = True) -> tuple[sa.Column[object], sa.Column[object]]:
    """Return when something was signed, and by whom."""
    return (
        sa.Column(f"{verb}_at", sa.DateTime(timezone=True), nullable=nullable),
        sa.Column(f"{verb}_by", sa.String(length=32), nullable=nullable),
    )


def _one_stands(table: str, column: str, condition: str) -> None:
    op.create_index(
        f"uq_{table}_stands",
        table,
        [column],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _allow(table: str, code: str, *, beside: str, taken_back: bool = False) -> None:
    """Change which codes a check allows, whatever else it has come to allow meanwhile."""
    if op.get_bind().dialect.name == "sqlite":
        short, long = beside, f"{beside}, {code}"
        _rewrite_schema(table, *((long, short) if taken_back else (short, long)))
        return
    check = f"ck_{table}_kind"
    text = op.get_bind().scalar(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
        {"name": check},
    )
    known = set(re.findall(r"'[a-z_]+'", text))
    allowed = known - {code} if taken_back else known | {code}
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
    text = text.replace(before, after, 1)
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": text, "name": table},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))


def _run(way: str) -> None:
    path = TRIGGERS / f"{way}.{op.get_bind().dialect.name}.sql"
    for statement in path.read_text("utf-8").split(SEPARATOR):
        op.execute(sa.text(statement.replace(":", r"\:")))
