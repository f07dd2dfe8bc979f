"""Referees and originals: requests answered once, and the untouched file beside the cleaned one.

One table with its triggers in migrations/sql/0006/, one more kind of document, and room for the
longer names of office documents.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / "0006"
SEPARATOR = "\n--;;\n"
FUNCTIONS = ("referee_request_has_ended", "referee_request_keeps_its_facts")
BEFORE = "kind IN ('evidence', 'award_letter', 'refusal_letter')"
AFTER = "kind IN ('evidence', 'original', 'award_letter', 'refusal_letter')"
OPEN = sa.text("status = 'asked'")
PARTS = ("answered_on", "counts", "scope", "answer_sealed", "answered_by")


def statements() -> list[str]:
    """Return the trigger statements for the engine at hand."""
    text = (TRIGGERS / f"referees.{op.get_bind().dialect.name}.sql").read_text("utf-8")
    return [part for part in text.split(SEPARATOR) if part.strip()]


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("document") as table:
        table.alter_column(
            "media_type", existing_type=sa.String(32), type_=sa.String(80), existing_nullable=False
        )
        table.add_column(sa.Column("cleaned_id", sa.String(length=32), nullable=True))
        table.drop_constraint(op.f("ck_document_kind"), type_="check")
        table.create_check_constraint(op.f("ck_document_kind"), AFTER)
        table.create_check_constraint(
            op.f("ck_document_cleaned"), "(kind = 'original') = (cleaned_id IS NOT NULL)"
        )
        table.create_unique_constraint(op.f("uq_document_cleaned_id"), ["cleaned_id"])
        table.create_foreign_key(
            op.f("fk_document_cleaned_id_document"), "document", ["cleaned_id"], ["id"]
        )
    op.create_table(
        "referee_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.String(length=32), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("may_tell", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lookup_mac", sa.String(length=64), nullable=False),
        sa.Column("code_mac", sa.String(length=64), nullable=True),
        sa.Column("quiet_mac", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=True),
        sa.Column("scope", sa.String(length=32), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked', 'answered', 'withdrawn', 'expired', 'burnt')",
            name=op.f("ck_referee_request_status"),
        ),
        sa.CheckConstraint("way IN ('given', 'found')", name=op.f("ck_referee_request_way")),
        sa.CheckConstraint(
            "may_tell IN ('existence', 'full')", name=op.f("ck_referee_request_may_tell")
        ),
        sa.CheckConstraint(
            "item IS NOT NULL OR way = 'found'", name=op.f("ck_referee_request_own_find")
        ),
        sa.CheckConstraint("hours BETWEEN 1 AND 336", name=op.f("ck_referee_request_hours")),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_referee_request_tries")),
        sa.CheckConstraint(
            "(status = 'asked') = (code_mac IS NOT NULL)", name=op.f("ck_referee_request_code")
        ),
        sa.CheckConstraint(
            "code_mac IS NOT NULL OR quiet_mac IS NULL", name=op.f("ck_referee_request_quiet")
        ),
        *(
            sa.CheckConstraint(
                f"(status = 'answered') = ({part} IS NOT NULL)",
                name=op.f(f"ck_referee_request_{part}"),
            )
            for part in PARTS
        ),
        sa.CheckConstraint(
            "(seen_on IS NULL) = (seen_by_id IS NULL)", name=op.f("ck_referee_request_seen")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_referee_request_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_referee_request_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["seen_by_id"], ["person.id"], name=op.f("fk_referee_request_seen_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referee_request")),
        sa.UniqueConstraint("lookup_mac", name=op.f("uq_referee_request_lookup_mac")),
        sa.UniqueConstraint("scope", name=op.f("uq_referee_request_scope")),
    )
    op.create_index(
        "uq_referee_request_open",
        "referee_request",
        ["application_id", "item"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_referee_request_application_id", "referee_request", ["application_id"])
    op.create_index("ix_referee_request_asked_by_id", "referee_request", ["asked_by_id"])
    op.create_index("ix_referee_request_seen_by_id", "referee_request", ["seen_by_id"])
    for statement in statements():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take the change back; originals and office documents go with it, no row can hold them."""
    op.drop_table("referee_request")
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
    op.execute("DELETE FROM document WHERE kind = 'original'")
    op.execute("DELETE FROM document WHERE length(media_type) > 32")
    with op.batch_alter_table("document") as table:
        table.drop_constraint(op.f("fk_document_cleaned_id_document"), type_="foreignkey")
        table.drop_constraint(op.f("uq_document_cleaned_id"), type_="unique")
        table.drop_constraint(op.f("ck_document_cleaned"), type_="check")
        table.drop_constraint(op.f("ck_document_kind"), type_="check")
        table.create_check_constraint(op.f("ck_document_kind"), BEFORE)
        table.drop_column("cleaned_id")
        table.alter_column(
            "media_type", existing_type=sa.String(80), type_=sa.String(32), existing_nullable=False
        )
