"""Funds and budgets: resolutions of two people, floors, closing, budgets by period and line."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("budget_charge", "fund_floor", "budget_line", "budget", "fund_resolution")
ELSEWHERE = (
    "journal_entry_is_resolved",
    "entry_seal_is_resolved",
    "fund_position_keeps_floor",
    "fund_position_of_closed",
    "fund_position_of_closed_new",
    "fund_closes_empty",
)
"""Triggers on tables that were there before."""
FUNCTION = "CREATE FUNCTION "


def statements() -> list[str]:
    """Return the trigger statements for the engine at hand."""
    text = (TRIGGERS / f"funds.{op.get_bind().dialect.name}.sql").read_text("utf-8")
    return [part for part in text.split(SEPARATOR) if part.strip()]


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "fund_resolution",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=True),
        sa.Column("target_code", sa.String(length=16), nullable=True),
        sa.Column("programme", sa.String(length=32), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("release_ref", sa.String(length=64), nullable=True),
        sa.Column("below_floor", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=True),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=True),
        sa.Column("carrier_code", sa.String(length=16), nullable=True),
        sa.Column("open_for_donations", sa.Boolean(), nullable=True),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'cover') = (ground = 'shortfall_cover')",
            name=op.f("ck_fund_resolution_covers"),
        ),
        sa.CheckConstraint(
            "(kind = 'exceed') = (source_id IS NOT NULL)",
            name=op.f("ck_fund_resolution_names_its_case"),
        ),
        sa.CheckConstraint(
            "(kind = 'open_fund') = (name IS NOT NULL AND restricted IS NOT NULL)",
            name=op.f("ck_fund_resolution_names_what_to_open"),
        ),
        sa.CheckConstraint(
            "(kind = 'set_budget') = (starts IS NOT NULL AND ends IS NOT NULL) AND (starts IS NULL OR (starts <= ends AND currency IS NOT NULL))",
            name=op.f("ck_fund_resolution_period"),
        ),
        sa.CheckConstraint(
            "(kind IN ('set_budget', 'exceed')) = (fund_code IS NULL)",
            name=op.f("ck_fund_resolution_names_its_fund"),
        ),
        sa.CheckConstraint(
            "(kind IN ('transfer', 'cover')) = (target_code IS NOT NULL) AND (kind IN ('transfer', 'cover')) = (ground IS NOT NULL) AND (target_code IS NULL OR target_code <> fund_code)",
            name=op.f("ck_fund_resolution_moves_somewhere"),
        ),
        sa.CheckConstraint(
            "(kind IN ('transfer', 'cover', 'exceed', 'set_floor')) = (amount IS NOT NULL) AND (amount IS NULL OR currency IS NOT NULL) AND (amount IS NULL OR amount BETWEEN 0 AND 1000000000000000) AND (kind = 'set_floor' OR amount IS NULL OR amount > 0)",
            name=op.f("ck_fund_resolution_amount"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_fund_resolution_decided"),
        ),
        sa.CheckConstraint(
            "NOT (kind IN ('set_budget', 'exceed')) OR programme IS NOT NULL",
            name=op.f("ck_fund_resolution_programme"),
        ),
        sa.CheckConstraint(
            "ground IS NULL OR ground IN ('board_decision', 'correction', 'donor_consent', 'shortfall_cover')",
            name=op.f("ck_fund_resolution_ground"),
        ),
        sa.CheckConstraint(
            "kind IN ('close_fund', 'close_gifts', 'cover', 'exceed', 'open_fund', 'open_gifts', 'set_budget', 'set_floor', 'transfer')",
            name=op.f("ck_fund_resolution_kind"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_fund_resolution_two_people"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_fund_resolution_state")
        ),
        sa.CheckConstraint(
            "length(trim(number)) > 0", name=op.f("ck_fund_resolution_has_its_number")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_fund_resolution_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_fund_resolution_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_resolution")),
    )
    op.create_index(
        "ix_fund_resolution_budget", "fund_resolution", ["programme", "starts"], unique=False
    )
    op.create_index(
        "ix_fund_resolution_decided_by_id", "fund_resolution", ["decided_by_id"], unique=False
    )
    op.create_index("ix_fund_resolution_fund", "fund_resolution", ["fund_code"], unique=False)
    op.create_index(
        "ix_fund_resolution_proposed_by_id", "fund_resolution", ["proposed_by_id"], unique=False
    )
    op.create_index("ix_fund_resolution_source", "fund_resolution", ["source_id"], unique=False)
    op.create_table(
        "budget",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("last_charge", NUMBER, nullable=False),
        sa.Column("resolution_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "planned BETWEEN 0 AND 1000000000000000", name=op.f("ck_budget_planned")
        ),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_budget_order")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_budget_used")),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["fund_resolution.id"], name=op.f("fk_budget_resolution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint(
            "programme",
            "currency",
            "starts",
            "category",
            name=op.f("uq_budget_programme_currency_starts_category"),
        ),
    )
    op.create_index("ix_budget_resolution_id", "budget", ["resolution_id"], unique=False)
    op.create_table(
        "budget_line",
        sa.Column("resolution_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN 0 AND 1000000000000000", name=op.f("ck_budget_line_amount")
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["fund_resolution.id"], name=op.f("fk_budget_line_resolution_id")
        ),
        sa.PrimaryKeyConstraint("resolution_id", "category", name=op.f("pk_budget_line")),
    )
    op.create_table(
        "fund_floor",
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("resolution_id", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN 0 AND 1000000000000000", name=op.f("ck_fund_floor_amount")
        ),
        sa.ForeignKeyConstraint(["fund_code"], ["fund.code"], name=op.f("fk_fund_floor_fund_code")),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["fund_resolution.id"], name=op.f("fk_fund_floor_resolution_id")
        ),
        sa.PrimaryKeyConstraint("fund_code", "currency", name=op.f("pk_fund_floor")),
    )
    op.create_index("ix_fund_floor_resolution_id", "fund_floor", ["resolution_id"], unique=False)
    op.create_table(
        "budget_charge",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("budget_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("commitment_id", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("resolution_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_budget_charge_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budget.id"], name=op.f("fk_budget_charge_budget_id")
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["grant_commitment.id"], name=op.f("fk_budget_charge_commitment_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_budget_charge_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["fund_resolution.id"], name=op.f("fk_budget_charge_resolution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_charge")),
    )
    op.create_index(
        "ix_budget_charge_budget_id", "budget_charge", ["budget_id", "id"], unique=False
    )
    op.create_index(
        "ix_budget_charge_commitment_id", "budget_charge", ["commitment_id"], unique=False
    )
    op.create_index("ix_budget_charge_entry_id", "budget_charge", ["entry_id"], unique=False)
    op.create_index(
        "ix_budget_charge_resolution_id", "budget_charge", ["resolution_id"], unique=False
    )
    op.add_column("fund", sa.Column("name", sa.String(length=80), nullable=True))
    op.add_column("fund", sa.Column("closed_on", sa.Date(), nullable=True))
    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ELSEWHERE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for statement in statements():
            found = statement[statement.find(FUNCTION) :] if FUNCTION in statement else ""
            if found:
                name = found.removeprefix(FUNCTION).split("(")[0]
                op.execute(f"DROP FUNCTION {name} CASCADE")
    for name in TABLES:
        op.drop_table(name)
    op.drop_column("fund", "closed_on")
    op.drop_column("fund", "name")
