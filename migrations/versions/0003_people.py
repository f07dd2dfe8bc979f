"""People: changes with two signatures, invitations, keys shared again, decisions in force."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql" / revision
SEPARATOR = "\n--;;\n"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "house_setting",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("resolution", sa.String(length=64), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_house_setting")),
    )
    op.create_table(
        "invitation",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("first_half", sa.String(length=64), nullable=False),
        sa.Column("second_half", sa.String(length=64), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_invitation")),
        sa.CheckConstraint("first_half <> second_half", name=op.f("ck_invitation_two_halves")),
    )
    op.create_table(
        "key_share",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_key_share_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_key_share_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR person_id <> decided_by_id",
            name=op.f("ck_key_share_not_signed_by_oneself"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_key_share_state")
        ),
        sa.CheckConstraint(
            "person_id <> proposed_by_id", name=op.f("ck_key_share_not_for_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_key_share_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_key_share_person_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_key_share_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_share")),
    )
    op.create_index("ix_key_share_decided_by_id", "key_share", ["decided_by_id"], unique=False)
    op.create_index("ix_key_share_proposed_by_id", "key_share", ["proposed_by_id"], unique=False)
    op.create_index(
        "uq_key_share_open",
        "key_share",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "person_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=24), nullable=True),
        sa.Column("handle", sa.String(length=64), nullable=True),
        sa.Column("display_name", sa.String(length=120), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("mail_address", sa.String(length=254), nullable=True),
        sa.Column("roles", sa.String(length=240), nullable=True),
        sa.Column("first_half", sa.String(length=64), nullable=True),
        sa.Column("resolution", sa.String(length=64), nullable=False),
        sa.Column("proposed_by_id", sa.String(length=32), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'take_on') = (handle IS NOT NULL AND display_name IS NOT NULL)",
            name=op.f("ck_person_change_names_whom_to_take_on"),
        ),
        sa.CheckConstraint(
            "(kind IN ('grant_role', 'withdraw_role')) = (role IS NOT NULL)",
            name=op.f("ck_person_change_names_its_role"),
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by_id IS NULL)",
            name=op.f("ck_person_change_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "kind = 'take_on' OR person_id IS NOT NULL",
            name=op.f("ck_person_change_is_about_somebody"),
        ),
        sa.CheckConstraint(
            "kind IN ('take_on', 'grant_role', 'withdraw_role', 'reset_key')",
            name=op.f("ck_person_change_kind"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_person_change_two_people"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR person_id <> decided_by_id",
            name=op.f("ck_person_change_not_signed_by_oneself"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'withdrawn')", name=op.f("ck_person_change_state")
        ),
        sa.CheckConstraint(
            "person_id <> proposed_by_id", name=op.f("ck_person_change_not_for_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_person_change_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_change_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_person_change_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    op.create_index(
        "ix_person_change_decided_by_id", "person_change", ["decided_by_id"], unique=False
    )
    op.create_index("ix_person_change_person_id", "person_change", ["person_id"], unique=False)
    op.create_index(
        "ix_person_change_proposed_by_id", "person_change", ["proposed_by_id"], unique=False
    )
    op.create_index(
        "uq_person_change_open",
        "person_change",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    engine = op.get_bind().dialect.name
    for path in sorted(TRIGGERS.glob(f"*.{engine}.sql")):
        for statement in path.read_text("utf-8").split(SEPARATOR):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "uq_person_change_open",
        table_name="person_change",
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index("ix_person_change_proposed_by_id", table_name="person_change")
    op.drop_index("ix_person_change_person_id", table_name="person_change")
    op.drop_index("ix_person_change_decided_by_id", table_name="person_change")
    op.drop_table("person_change")
    op.drop_index(
        "uq_key_share_open",
        table_name="key_share",
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index("ix_key_share_proposed_by_id", table_name="key_share")
    op.drop_index("ix_key_share_decided_by_id", table_name="key_share")
    op.drop_table("key_share")
    op.drop_table("invitation")
    op.drop_table("house_setting")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION person_change_refuse()")
