"""Custody: who may see who a person is, the insider brake, invented cases.

A new role, three tables, an index for counting what somebody opened, and the triggers in
migrations/sql/0004/.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / "0004"
SEPARATOR = "\n--;;\n"
BEFORE = (
    "role IN ('administrator', 'auditor', 'board_member', 'chair', 'coordinator', "
    "'finance_officer', 'reviewer', 'security_lead', 'treasurer')"
)
AFTER = BEFORE.replace("'finance_officer'", "'custodian', 'finance_officer'")
FUNCTIONS = (
    "unlock_keeps_its_facts",
    "canary_has_no_part",
    "canary_has_no_award",
    "role_grant_is_kept_apart",
)
LEFT_BY_SQLITE = (
    "canary_has_no_ballot",
    "canary_has_no_payment",
    "canary_has_no_award",
    "role_grant_is_kept_apart",
    "role_grant_is_not_rewritten",
)
"""Triggers on tables that stay: they would not go with their table."""


def statements() -> list[str]:
    """Return the trigger statements for the engine at hand."""
    text = (TRIGGERS / f"custody.{op.get_bind().dialect.name}.sql").read_text("utf-8")
    return [part for part in text.split(SEPARATOR) if part.strip()]


def roles(rule: str) -> None:
    """Let a person hold the roles of `rule` and no other."""
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint(op.f("ck_role_grant_role"), type_="check")
        table.create_check_constraint(op.f("ck_role_grant_role"), rule)


def upgrade() -> None:
    """Apply the change."""
    roles(AFTER)
    op.create_table(
        "brake",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("pulled", sa.String(length=8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.String(length=32), nullable=True),
        sa.Column("lift_reason", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "lift_reason IN ('busy_day', 'spoken_with_person', 'mistake')",
            name=op.f("ck_brake_lift_reason"),
        ),
        sa.CheckConstraint("pulled IN ('cases', 'looks', 'hand')", name=op.f("ck_brake_pulled")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)",
            name=op.f("ck_brake_lifted"),
        ),
        sa.CheckConstraint("lifted_by_id <> person_id", name=op.f("ck_brake_lifted_by_another")),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["person.id"], name=op.f("fk_brake_lifted_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_brake_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake")),
    )
    op.create_index("ix_brake_lifted_by_id", "brake", ["lifted_by_id"], unique=False)
    op.create_index("ix_brake_pulled_at", "brake", ["pulled_at"], unique=False)
    op.create_index(
        "uq_brake_in_force",
        "brake",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "canary",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("set_by_id", sa.String(length=32), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(retired_on IS NULL) = (retired_by_id IS NULL)", name=op.f("ck_canary_retired")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_canary_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["retired_by_id"], ["person.id"], name=op.f("fk_canary_retired_by_id")
        ),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_canary_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
        sa.UniqueConstraint("application_id", name=op.f("uq_canary_application_id")),
    )
    op.create_index("ix_canary_retired_by_id", "canary", ["retired_by_id"], unique=False)
    op.create_index("ix_canary_set_by_id", "canary", ["set_by_id"], unique=False)
    op.create_table(
        "unlock",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("asker_id", sa.String(length=32), nullable=False),
        sa.Column("asked_as", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=True),
        sa.Column("first_role", sa.String(length=16), nullable=True),
        sa.Column("second_id", sa.String(length=32), nullable=True),
        sa.Column("second_role", sa.String(length=16), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.String(length=32), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("deposit_id", sa.String(length=32), nullable=True),
        sa.Column("deposit_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(first_role IS NULL OR first_role = 'custodian' OR first_role = 'security_lead' AND is_urgent) AND (second_role IS NULL OR second_role = 'custodian' OR second_role = 'security_lead' AND is_urgent AND first_role = 'custodian')",
            name=op.f("ck_unlock_roles"),
        ),
        sa.CheckConstraint(
            "(state <> 'open' OR (opened_at IS NOT NULL AND closed_at IS NULL)) AND (state <> 'asked' OR (opened_at IS NULL AND closed_at IS NULL)) AND (state IN ('asked', 'open') OR closed_at IS NOT NULL)",
            name=op.f("ck_unlock_moments"),
        ),
        sa.CheckConstraint(
            "asked_as <> 'custodian' OR words_sealed IS NOT NULL", name=op.f("ck_unlock_words")
        ),
        sa.CheckConstraint(
            "asked_as IN ('coordinator', 'custodian')", name=op.f("ck_unlock_asked_as")
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR second_id IS NOT NULL OR (asked_as = 'custodian' AND first_id IS NOT NULL)",
            name=op.f("ck_unlock_opened_by_two"),
        ),
        sa.CheckConstraint(
            "purpose IN ('arrange_payment', 'reach_safely', 'verify', 'danger_to_life')",
            name=op.f("ck_unlock_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'refused', 'withdrawn', 'lapsed', 'ended', 'over')",
            name=op.f("ck_unlock_state"),
        ),
        sa.CheckConstraint(
            "(first_id IS NULL) = (first_role IS NULL) AND (second_id IS NULL) = (second_role IS NULL)",
            name=op.f("ck_unlock_signed_in_a_role"),
        ),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_unlock_opened_until")
        ),
        sa.CheckConstraint(
            "first_id <> asker_id AND second_id <> asker_id AND first_id <> second_id",
            name=op.f("ck_unlock_different_people"),
        ),
        sa.CheckConstraint("hours BETWEEN 1 AND 24", name=op.f("ck_unlock_hours")),
        sa.CheckConstraint(
            "second_id IS NULL OR first_id IS NOT NULL", name=op.f("ck_unlock_first_before_second")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_unlock_application_id")
        ),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_unlock_asker_id")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_unlock_closed_by_id")
        ),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_unlock_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_unlock_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlock")),
    )
    op.create_index("ix_unlock_asker_id", "unlock", ["asker_id"], unique=False)
    op.create_index("ix_unlock_closed_by_id", "unlock", ["closed_by_id"], unique=False)
    op.create_index("ix_unlock_first_id", "unlock", ["first_id"], unique=False)
    op.create_index("ix_unlock_second_id", "unlock", ["second_id"], unique=False)
    op.create_index("ix_unlock_state", "unlock", ["state", "asked_at"], unique=False)
    op.create_index(
        "uq_unlock_live",
        "unlock",
        ["application_id", "asker_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'open')"),
        postgresql_where=sa.text("state IN ('asked', 'open')"),
    )
    op.create_index("ix_event_actor_ref", "event", ["actor_ref", "at"], unique=False)
    for statement in statements():
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name} CASCADE")
    else:
        for name in LEFT_BY_SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_index("ix_event_actor_ref", table_name="event")
    op.drop_index(
        "uq_unlock_live",
        table_name="unlock",
        sqlite_where=sa.text("state IN ('asked', 'open')"),
        postgresql_where=sa.text("state IN ('asked', 'open')"),
    )
    op.drop_index("ix_unlock_state", table_name="unlock")
    op.drop_index("ix_unlock_second_id", table_name="unlock")
    op.drop_index("ix_unlock_first_id", table_name="unlock")
    op.drop_index("ix_unlock_closed_by_id", table_name="unlock")
    op.drop_index("ix_unlock_asker_id", table_name="unlock")
    op.drop_table("unlock")
    op.drop_index("ix_canary_set_by_id", table_name="canary")
    op.drop_index("ix_canary_retired_by_id", table_name="canary")
    op.drop_table("canary")
    op.drop_index(
        "uq_brake_in_force",
        table_name="brake",
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_index("ix_brake_pulled_at", table_name="brake")
    op.drop_index("ix_brake_lifted_by_id", table_name="brake")
    op.drop_table("brake")
    op.execute("DELETE FROM role_grant WHERE role = 'custodian'")
    roles(BEFORE)
