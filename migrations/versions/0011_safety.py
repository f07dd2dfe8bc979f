"""Safety of payments: the matrix and its stops, official lists, and who was looked for in them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"
PROPOSED = sa.text("state = 'proposed'")
STOPPED = sa.text("state = 'stopped'")
NEWEST = sa.text("is_newest")
TABLES = (
    "screening_list",
    "screening_decision",
    "screening",
    "official_list",
    "channel_stop",
    "channel_change",
)
ON_OTHER_TABLES = (
    ("approval_wants_a_clean_screening", "approval"),
    ("disbursement_keeps_off_stopped_channels", "disbursement"),
)
FUNCTIONS = ("safety_refuse", "disbursement_channel_check", "approval_screening_check")


def upgrade() -> None:
    """Apply the change; payments there are get the group of countries of their case."""
    _create_official_list()
    _create_channel_change()
    _create_channel_stop()
    _create_screening()
    _create_screening_decision()
    _create_screening_list()
    group = sa.Column(
        "receipt_region", sa.String(length=24), nullable=False, server_default="other"
    )
    op.add_column("disbursement", group)
    op.execute(
        "UPDATE disbursement SET receipt_region = COALESCE((SELECT application.region"
        " FROM application WHERE application.id = disbursement.application_id), 'other')"
    )
    for statement in _statements():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take the change back."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for trigger, table in ON_OTHER_TABLES:
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if on_postgresql else ""))
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("disbursement", "receipt_region")
    if on_postgresql:
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")


def _create_official_list() -> None:
    op.create_table(
        "official_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.Column("unnamed", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(length=32), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "code IN ('eu', 'un', 'ofac', 'uk')", name=op.f("ck_official_list_code")
        ),
        sa.CheckConstraint(
            "entries > 0 AND names >= entries", name=op.f("ck_official_list_counts")
        ),
        sa.CheckConstraint(
            "is_newest = (content IS NOT NULL)", name=op.f("ck_official_list_newest_has_its_names")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_list")),
        sa.UniqueConstraint("sha256", name=op.f("uq_official_list_sha256")),
    )
    op.create_index(
        "uq_official_list_newest",
        "official_list",
        ["code"],
        unique=True,
        sqlite_where=NEWEST,
        postgresql_where=NEWEST,
    )


def _create_channel_change() -> None:
    op.create_table(
        "channel_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("person_status", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("resolution", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (version IS NOT NULL)",
            name=op.f("ck_channel_change_has_its_version"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_channel_change_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(verdict = 'allowed') = (reason_code IS NULL)", name=op.f("ck_channel_change_says_why")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_channel_change_two_people"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_channel_change_state")
        ),
        sa.CheckConstraint(
            "verdict IN ('allowed', 'discouraged', 'forbidden')",
            name=op.f("ck_channel_change_verdict"),
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_channel_change_version")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_channel_change_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_channel_change_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_change")),
    )
    op.create_index(
        "ix_channel_change_decided_by_id", "channel_change", ["decided_by_id"], unique=False
    )
    op.create_index(
        "ix_channel_change_proposed_by_id", "channel_change", ["proposed_by_id"], unique=False
    )
    op.create_index(
        "uq_channel_change_open",
        "channel_change",
        ["place", "channel", "person_status"],
        unique=True,
        sqlite_where=PROPOSED,
        postgresql_where=PROPOSED,
    )
    op.create_index("uq_channel_change_version", "channel_change", ["version"], unique=True)


def _create_channel_stop() -> None:
    op.create_table(
        "channel_stop",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("stopped_by_id", sa.String(length=32), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("lifted_by_id", sa.String(length=32), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state <> 'lifted' OR (lifted_by_id IS NOT NULL AND lifted_on IS NOT NULL AND proposed_by_id IS NOT NULL AND proposed_by_id <> lifted_by_id)",
            name=op.f("ck_channel_stop_two_people"),
        ),
        sa.CheckConstraint("state IN ('stopped', 'lifted')", name=op.f("ck_channel_stop_state")),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["person.id"], name=op.f("fk_channel_stop_lifted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_channel_stop_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by_id"], ["person.id"], name=op.f("fk_channel_stop_stopped_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_stop")),
    )
    op.create_index("ix_channel_stop_lifted_by_id", "channel_stop", ["lifted_by_id"], unique=False)
    op.create_index(
        "ix_channel_stop_proposed_by_id", "channel_stop", ["proposed_by_id"], unique=False
    )
    op.create_index(
        "ix_channel_stop_stopped_by_id", "channel_stop", ["stopped_by_id"], unique=False
    )
    op.create_index(
        "uq_channel_stop_open",
        "channel_stop",
        ["region", "channel"],
        unique=True,
        sqlite_where=STOPPED,
        postgresql_where=STOPPED,
    )


def _create_screening() -> None:
    op.create_table(
        "screening",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payee_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("result_hash", sa.String(length=64), nullable=False),
        sa.Column("match_hash", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("screened_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "result = 'clean' OR match_hash IS NOT NULL",
            name=op.f("ck_screening_hit_has_its_match"),
        ),
        sa.CheckConstraint("result IN ('clean', 'hit')", name=op.f("ck_screening_result")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_screening_number")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_screening_disbursement_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint(
            "disbursement_id", "number", name=op.f("uq_screening_disbursement_id_number")
        ),
    )
    op.create_index("ix_screening_person_id", "screening", ["person_id"], unique=False)


def _create_screening_decision() -> None:
    op.create_table(
        "screening_decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("match_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'false_alarm') = (reason_code IS NOT NULL)",
            name=op.f("ck_screening_decision_says_why"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_screening_decision_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "outcome IN ('false_alarm', 'true_hit')", name=op.f("ck_screening_decision_outcome")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_screening_decision_two_people"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')",
            name=op.f("ck_screening_decision_state"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_screening_decision_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_screening_decision_disbursement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_screening_decision_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decision")),
    )
    op.create_index(
        "ix_screening_decision_decided_by_id", "screening_decision", ["decided_by_id"], unique=False
    )
    op.create_index(
        "ix_screening_decision_disbursement_id",
        "screening_decision",
        ["disbursement_id"],
        unique=False,
    )
    op.create_index(
        "ix_screening_decision_match_hash", "screening_decision", ["match_hash"], unique=False
    )
    op.create_index(
        "ix_screening_decision_proposed_by_id",
        "screening_decision",
        ["proposed_by_id"],
        unique=False,
    )
    op.create_index(
        "uq_screening_decision_open",
        "screening_decision",
        ["disbursement_id"],
        unique=True,
        sqlite_where=PROPOSED,
        postgresql_where=PROPOSED,
    )


def _create_screening_list() -> None:
    op.create_table(
        "screening_list",
        sa.Column("screening_id", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["official_list.id"], name=op.f("fk_screening_list_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screening.id"], name=op.f("fk_screening_list_screening_id")
        ),
        sa.PrimaryKeyConstraint("screening_id", "list_id", name=op.f("pk_screening_list")),
    )
    op.create_index("ix_screening_list_list_id", "screening_list", ["list_id"], unique=False)


def _statements() -> list[str]:
    path = TRIGGERS / f"safety.{op.get_bind().dialect.name}.sql"
    return path.read_text("utf-8").split(SEPARATOR)
