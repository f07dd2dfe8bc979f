"""Published figures, frozen, and single grants as open data; both signed by two."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
LIVE = sa.text("state IN ('proposed', 'published')")


def upgrade() -> None:
    """Apply the change."""
    _create_publication()
    _create_published_cell()
    _create_grant_record()
    engine = op.get_bind().dialect.name
    text = (TRIGGERS / f"publications.{engine}.sql").read_text("utf-8")
    for statement in text.split(SEPARATOR):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("grant_record")
    op.drop_table("published_cell")
    op.drop_table("publication")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION publication_refuse()")
        op.execute("DROP FUNCTION published_cell_check()")


def _create_publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("broken_down", sa.String(length=12), nullable=False),
        sa.Column("since", sa.String(length=7), nullable=False),
        sa.Column("until", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("refusal_code", sa.String(length=16), nullable=True),
        sa.Column("against", sa.String(length=400), nullable=False),
        sa.Column("rules_from", sa.Date(), nullable=False),
        *_signatures("publication"),
        sa.CheckConstraint(
            "state IN ('proposed', 'refused', 'published', 'withdrawn')",
            name=op.f("ck_publication_state"),
        ),
        sa.CheckConstraint(
            "measure IN ('received', 'awarded')", name=op.f("ck_publication_measure")
        ),
        sa.CheckConstraint(
            "broken_down IN ('whole', 'programme', 'region')",
            name=op.f("ck_publication_broken_down"),
        ),
        sa.CheckConstraint(
            "since <= until OR state = 'refused'", name=op.f("ck_publication_quarters")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal_code IS NOT NULL)",
            name=op.f("ck_publication_refusal"),
        ),
        sa.CheckConstraint(
            "state <> 'published' OR (decided_by_id IS NOT NULL AND decided_on IS NOT NULL"
            " AND decided_by_id <> proposed_by_id)",
            name=op.f("ck_publication_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_index(
        "uq_publication_live",
        "publication",
        ["measure", "broken_down", "since", "until", "currency"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_publication_state", "publication", ["state", "decided_on", "id"])
    op.create_index(
        "ix_publication_proposed_by_id", "publication", ["proposed_by_id", "proposed_on"]
    )
    op.create_index("ix_publication_decided_by_id", "publication", ["decided_by_id"])


def _create_published_cell() -> None:
    op.create_table(
        "published_cell",
        sa.Column("publication_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(length=24), nullable=False),
        sa.Column("hidden", sa.String(length=8), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("shown_people", sa.Integer(), nullable=True),
        sa.Column("shown_amount", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "hidden IN ('', 'few', 'beside', 'large')", name=op.f("ck_published_cell_hidden")
        ),
        sa.CheckConstraint(
            "(hidden = '') = (people IS NOT NULL) AND (hidden = '') = (shown_people IS NOT NULL)"
            " AND (hidden = '' OR shown_amount IS NULL)",
            name=op.f("ck_published_cell_hidden_holds_nothing"),
        ),
        sa.CheckConstraint(
            "people IS NULL OR people = 0 OR people >= 5", name=op.f("ck_published_cell_fewest")
        ),
        sa.CheckConstraint(
            "shown_people IS NULL OR shown_people <= people",
            name=op.f("ck_published_cell_rounded_down"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_published_cell_publication_id"),
        ),
        sa.PrimaryKeyConstraint("publication_id", "place", name=op.f("pk_published_cell")),
    )


def _create_grant_record() -> None:
    op.create_table(
        "grant_record",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("public_number", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=False),
        sa.Column("programme", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=24), nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("names_searched", sa.Boolean(), nullable=False),
        *_signatures("grant_record"),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'published', 'declined', 'withdrawn')",
            name=op.f("ck_grant_record_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('published', 'withdrawn') OR (decided_by_id IS NOT NULL"
            " AND decided_on IS NOT NULL AND decided_by_id <> proposed_by_id)",
            name=op.f("ck_grant_record_two_people"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)",
            name=op.f("ck_grant_record_withdrawn"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_grant_record_amount")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_grant_record_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_record")),
        sa.UniqueConstraint("public_number", name=op.f("uq_grant_record_public_number")),
    )
    op.create_index(
        "uq_grant_record_live",
        "grant_record",
        ["application_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_grant_record_application_id", "grant_record", ["application_id"])
    op.create_index("ix_grant_record_state", "grant_record", ["state", "public_number"])
    op.create_index(
        "ix_grant_record_proposed_by_id", "grant_record", ["proposed_by_id", "proposed_on"]
    )
    op.create_index("ix_grant_record_decided_by_id", "grant_record", ["decided_by_id"])


def _signatures(table: str) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    people = ("proposed_by_id", "decided_by_id")
    return [
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))
            for column in people
        ),
    ]
