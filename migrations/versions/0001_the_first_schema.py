"""The first schema: every table, its indexes, and the rules the database itself enforces.

The triggers stand in migrations/sql/, one file per noun and engine; they belong to this revision,
so a later change brings files of its own.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TRIGGERS = Path(__file__).resolve().parents[1] / "sql"
NOUNS = ("disbursements", "events", "ledger")
"""Whose triggers belong to this revision; later ones load files of their own."""
SEPARATOR = "\n--;;\n"
SEAL = ("fk_entry_seal_entry_id", "entry_seal", "journal_entry")
FUNCTION = "CREATE FUNCTION "


def statements() -> list[str]:
    """Return the trigger statements for the engine at hand, in order of file."""
    engine = op.get_bind().dialect.name
    files = [TRIGGERS / f"{noun}.{engine}.sql" for noun in NOUNS]
    texts = [part for path in files for part in path.read_text("utf-8").split(SEPARATOR)]
    return [text for text in texts if text.strip()]


def functions() -> list[str]:
    """Return the names of the functions the triggers call (PostgreSQL only)."""
    texts = (text.lstrip() for text in statements())
    return [
        text.removeprefix(FUNCTION).split("(")[0].strip()
        for text in texts
        if text.startswith(FUNCTION)
    ]


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "account",
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("type", sa.String(length=9), nullable=False),
        sa.Column("spendable", sa.Boolean(), nullable=False),
        sa.Column("commit_leg", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT (spendable AND type = 'memo')", name=op.f("ck_account_spendable_is_real")
        ),
        sa.CheckConstraint(
            "NOT commit_leg OR type = 'memo'", name=op.f("ck_account_commit_leg_is_memo")
        ),
        sa.CheckConstraint(
            "type IN ('asset', 'equity', 'expense', 'income', 'liability', 'memo')",
            name=op.f("ck_account_type"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_account")),
    )
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "subject_id", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_type", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_mark", sa.Integer(), nullable=True),
        sa.Column("next_mark_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("elapsed_hours", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_at IS NOT NULL)", name=op.f("ck_clock_paused")
        ),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'kept', 'broken', 'cancelled')",
            name=op.f("ck_clock_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index("ix_clock_next_mark_at", "clock", ["next_mark_at"], unique=False)
    op.create_index("ix_clock_subject_id", "clock", ["subject_id", "state"], unique=False)
    op.create_index(
        "uq_clock_running",
        "clock",
        ["subject_id", "name"],
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'paused')"),
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_table(
        "donor",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("holder_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("holder_id", name=op.f("uq_donor_holder_id")),
    )
    op.create_table(
        "entry_seal",
        sa.Column(
            "entry_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_entry_seal_entry_id"), use_alter=True
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_seal")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("dest", sa.String(length=32), nullable=False),
        sa.Column("actor_ref", sa.String(length=32), nullable=False),
        sa.Column("actor_role", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.String(length=48), nullable=True),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "chain", "subject_id", "step", name=op.f("uq_event_chain_subject_id_step")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_event_request_id")),
    )
    op.create_index("ix_event_day", "event", ["day"], unique=False)
    op.create_table(
        "fund",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("programme", sa.String(length=32), nullable=True),
        sa.Column("fee_fund_code", sa.String(length=16), nullable=True),
        sa.Column("deficit_fund_code", sa.String(length=16), nullable=True),
        sa.Column("open_for_donations", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code = upper(code) AND length(code) >= 2", name=op.f("ck_fund_code")),
        sa.ForeignKeyConstraint(
            ["deficit_fund_code"], ["fund.code"], name=op.f("fk_fund_deficit_fund_code")
        ),
        sa.ForeignKeyConstraint(
            ["fee_fund_code"], ["fund.code"], name=op.f("fk_fund_fee_fund_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fund")),
    )
    op.create_index("ix_fund_deficit", "fund", ["deficit_fund_code"], unique=False)
    op.create_index("ix_fund_fee", "fund", ["fee_fund_code"], unique=False)
    op.create_index("ix_fund_programme", "fund", ["programme"], unique=False)
    op.create_table(
        "job",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("order_key", sa.String(length=200), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_from", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("hard_until", sa.BigInteger(), nullable=True),
        sa.Column("last_error_code", sa.String(length=64), nullable=True),
        sa.Column("created_day", sa.Date(), nullable=False),
        sa.Column("finished_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL) AND (state = 'running') = (lease_until IS NOT NULL) AND (state = 'running') = (hard_until IS NOT NULL)",
            name=op.f("ck_job_lease"),
        ),
        sa.CheckConstraint(
            "lane IN ('clocks', 'default', 'mail', 'stripe', 'documents')", name=op.f("ck_job_lane")
        ),
        sa.CheckConstraint(
            "length(payload) <= 1000 AND replace(payload, ' ', '') = payload AND replace(payload, '\\', '') = payload",
            name=op.f("ck_job_payload_is_codes"),
        ),
        sa.CheckConstraint("replace(key, ' ', '') = key", name=op.f("ck_job_key_is_codes")),
        sa.CheckConstraint(
            "state <> 'dead' OR last_error_code IS NOT NULL", name=op.f("ck_job_dead_says_why")
        ),
        sa.CheckConstraint(
            "state IN ('ready', 'running', 'done', 'dead')", name=op.f("ck_job_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_job_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index("ix_job_due", "job", ["state", "lane", "run_at", "id"], unique=False)
    op.create_index("ix_job_lease", "job", ["state", "lease_until"], unique=False)
    op.create_index("ix_job_order", "job", ["order_key", "id"], unique=False)
    op.create_table(
        "period",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_period_closed_by_somebody")
        ),
        sa.CheckConstraint("starts <= ends", name=op.f("ck_period_order")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_period")),
        sa.UniqueConstraint("ends", name=op.f("uq_period_ends")),
        sa.UniqueConstraint("starts", name=op.f("uq_period_starts")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("mail_address", sa.String(length=254), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("handle", name=op.f("uq_person_handle")),
    )
    op.create_table(
        "psp_watermark",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_psp_watermark")),
    )
    op.create_table(
        "rules_version",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("resolution", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rules_version")),
        sa.UniqueConstraint("in_force_from", name=op.f("uq_rules_version_in_force_from")),
    )
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(state = 'parked') = (reason_code IS NOT NULL)",
            name=op.f("ck_stripe_event_parked_says_why"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'done', 'ignored', 'parked')", name=op.f("ck_stripe_event_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_stripe_event_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index("ix_stripe_event_state", "stripe_event", ["state", "created_at"], unique=False)
    op.create_table(
        "application",
        sa.Column("designation", sa.String(length=64), nullable=False),
        sa.Column("programme", sa.String(length=16), nullable=False),
        sa.Column("holder_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=24), nullable=True),
        sa.Column("band", sa.String(length=16), nullable=True),
        sa.Column("intake", sa.String(length=12), nullable=False),
        sa.Column("lead_id", sa.String(length=32), nullable=True),
        sa.Column("rules_code", sa.String(length=16), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("verification_level", sa.Integer(), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=True),
        sa.Column("awarded", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("line_categories", sa.String(length=400), nullable=True),
        sa.Column("reason_code", sa.String(length=48), nullable=True),
        sa.Column("merged_into_id", sa.String(length=32), nullable=True),
        sa.Column("contact_mark", sa.String(length=5), nullable=True),
        sa.Column("duplicates_cleared", sa.Boolean(), nullable=False),
        sa.Column("report_settled", sa.Boolean(), nullable=False),
        sa.Column("is_shared_device", sa.Boolean(), nullable=False),
        sa.Column("demo_tag", sa.String(length=40), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("touched_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("retention_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "band IS NULL OR band IN ('life_threat', 'urgent', 'standard')",
            name=op.f("ck_application_band"),
        ),
        sa.CheckConstraint(
            "state <> 'merged' OR merged_into_id IS NOT NULL",
            name=op.f("ck_application_merged_into"),
        ),
        sa.CheckConstraint(
            "state = 'draft' OR state = 'expired' OR rules_code IS NOT NULL",
            name=op.f("ck_application_rules"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'offered', 'accepted', 'active', 'reporting') OR (awarded IS NOT NULL AND fund_code IS NOT NULL)",
            name=op.f("ck_application_decided_with_amount"),
        ),
        sa.CheckConstraint("awarded IS NULL OR awarded > 0", name=op.f("ck_application_awarded")),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_application_lead_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["application.id"], name=op.f("fk_application_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["rules_code"], ["rules_version.code"], name=op.f("fk_application_rules_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("designation", name=op.f("uq_application_designation")),
        sa.UniqueConstraint("holder_id", name=op.f("uq_application_holder_id")),
    )
    op.create_index("ix_application_contact_mark", "application", ["contact_mark"], unique=False)
    op.create_index(
        "ix_application_due", "application", ["programme", "due_at", "id"], unique=False
    )
    op.create_index("ix_application_lead_id", "application", ["lead_id"], unique=False)
    op.create_index(
        "ix_application_merged_into_id", "application", ["merged_into_id"], unique=False
    )
    op.create_index("ix_application_queue", "application", ["programme", "state"], unique=False)
    op.create_index("ix_application_rules_code", "application", ["rules_code"], unique=False)
    op.create_index(
        "ix_application_touched", "application", ["programme", "touched_on", "id"], unique=False
    )
    op.create_table(
        "clock_pause",
        sa.Column("clock_id", sa.String(length=32), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_clock_pause_clock_id")),
        sa.PrimaryKeyConstraint("clock_id", "paused_at", name=op.f("pk_clock_pause")),
    )
    op.create_table(
        "countersignature",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("reason_code", sa.String(length=48), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_countersignature_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countersignature")),
    )
    op.create_index(
        "ix_countersignature_person_id", "countersignature", ["person_id"], unique=False
    )
    op.create_index(
        "uq_countersignature_open",
        "countersignature",
        ["subject_id", "action", "person_id", "step"],
        unique=True,
        sqlite_where=sa.text("NOT is_used"),
        postgresql_where=sa.text("NOT is_used"),
    )
    op.create_table(
        "donation",
        sa.Column("donor_id", sa.String(length=32), nullable=True),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("bank_line", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created_day", sa.Date(), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=True),
        sa.Column("thanked_day", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "method = 'bank_transfer' OR donor_id IS NOT NULL",
            name=op.f("ck_donation_card_has_donor"),
        ),
        sa.CheckConstraint("method IN ('card', 'bank_transfer')", name=op.f("ck_donation_method")),
        sa.CheckConstraint(
            "state NOT IN ('cleared', 'accepted', 'receipted') OR received_day IS NOT NULL",
            name=op.f("ck_donation_received_has_day"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_donation_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_donation_currency")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donation_donor_id")),
        sa.ForeignKeyConstraint(["fund_code"], ["fund.code"], name=op.f("fk_donation_fund_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation")),
        sa.UniqueConstraint("reference", name=op.f("uq_donation_reference")),
        sa.UniqueConstraint("request_id", name=op.f("uq_donation_request_id")),
    )
    op.create_index("ix_donation_donor_id", "donation", ["donor_id", "received_day"], unique=False)
    op.create_index("ix_donation_fund_code", "donation", ["fund_code"], unique=False)
    op.create_index("ix_donation_state", "donation", ["state", "created_day"], unique=False)
    op.create_index(
        "uq_donation_bank_line",
        "donation",
        ["bank_line"],
        unique=True,
        sqlite_where=sa.text("bank_line IS NOT NULL"),
        postgresql_where=sa.text("bank_line IS NOT NULL"),
    )
    op.create_table(
        "journal_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement="ignore_fk",
            nullable=False,
        ),
        sa.Column("idem_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("book_date", sa.Date(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_code", sa.String(length=16), nullable=False),
        sa.Column("source_type", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("reason_code", sa.String(length=48), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)",
            name=op.f("ck_journal_entry_reversal"),
        ),
        sa.CheckConstraint(
            "NOT (kind IN ('fund_transfer', 'reversal', 'write_off')) OR reason_code IS NOT NULL",
            name=op.f("ck_journal_entry_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('advance', 'advance_settled', 'bank_executed', 'bank_fee', 'bank_gift', 'card_gift', 'commitment_cancelled', 'dispute_lost', 'dispute_opened', 'dispute_won', 'fund_transfer', 'grant_approve', 'opening', 'payment_returned', 'payout_arrived', 'payout_failed', 'refund', 'refund_failed', 'release_recalled', 'reversal', 'stripe_fee', 'stripe_payout', 'stripe_unknown', 'tranche_release', 'write_off')",
            name=op.f("ck_journal_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry_seal.entry_id"],
            name=op.f("fk_journal_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["period_code"], ["period.code"], name=op.f("fk_journal_entry_period_code")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["journal_entry.id"], name=op.f("fk_journal_entry_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_journal_entry_idem_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entry_reverses_id")),
    )
    op.create_index(
        "ix_journal_entry_book_date", "journal_entry", ["book_date", "id"], unique=False
    )
    op.create_index("ix_journal_entry_kind", "journal_entry", ["kind", "id"], unique=False)
    op.create_index("ix_journal_entry_period", "journal_entry", ["period_code"], unique=False)
    op.create_index(
        "ix_journal_entry_source", "journal_entry", ["source_type", "source_id"], unique=False
    )
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("resolution", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "role IN ('administrator', 'auditor', 'board_member', 'chair', 'coordinator', 'finance_officer', 'reviewer', 'security_lead', 'treasurer')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_role", "role_grant", ["role"], unique=False)
    op.create_table(
        "account_balance",
        sa.Column("account_code", sa.String(length=48), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column(
            "last_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_code"], ["account.code"], name=op.f("fk_account_balance_account_code")
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_account_balance_fund_code")
        ),
        sa.ForeignKeyConstraint(
            ["last_entry"], ["journal_entry.id"], name=op.f("fk_account_balance_last_entry")
        ),
        sa.PrimaryKeyConstraint(
            "account_code", "fund_code", "currency", name=op.f("pk_account_balance")
        ),
    )
    op.create_index("ix_account_balance_fund", "account_balance", ["fund_code"], unique=False)
    op.create_index(
        "ix_account_balance_last_entry", "account_balance", ["last_entry"], unique=False
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.String(length=48), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("compartment", sa.String(length=12), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "compartment IN ('identity', 'narrative', 'documents', 'messages', 'payout')",
            name=op.f("ck_answer_compartment"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "application_id",
            "question",
            "item",
            "version",
            name=op.f("uq_answer_application_id_question_item_version"),
        ),
    )
    op.create_table(
        "award_line",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("awarded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("awarded <= requested", name=op.f("ck_award_line_within_request")),
        sa.CheckConstraint("awarded >= 0", name=op.f("ck_award_line_awarded")),
        sa.CheckConstraint("requested > 0", name=op.f("ck_award_line_requested")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_award_line_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "line", name=op.f("pk_award_line")),
    )
    op.create_table(
        "ballot",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("panel_size", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("closing_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint("kind IN ('decision', 'ratification')", name=op.f("ck_ballot_kind")),
        sa.CheckConstraint(
            "result IS NULL OR result IN ('approve', 'approve_partially', 'reject')",
            name=op.f("ck_ballot_result"),
        ),
        sa.CheckConstraint(
            "state <> 'decided' OR result IS NOT NULL", name=op.f("ck_ballot_decided_with_result")
        ),
        sa.CheckConstraint("quorum BETWEEN 1 AND panel_size", name=op.f("ck_ballot_quorum")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_ballot_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    op.create_index("ix_ballot_application_id", "ballot", ["application_id"], unique=False)
    op.create_index(
        "uq_ballot_live",
        "ballot",
        ["application_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('decided', 'void')"),
        postgresql_where=sa.text("state NOT IN ('decided', 'void')"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("stored_as", sa.String(length=32), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('evidence', 'award_letter', 'refusal_letter')", name=op.f("ck_document_kind")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_document_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_document_stored_as")),
    )
    op.create_index("ix_document_application_id", "document", ["application_id"], unique=False)
    op.create_table(
        "fund_position",
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("spendable", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column(
            "last_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_fund_position_fund_code")
        ),
        sa.ForeignKeyConstraint(
            ["last_entry"], ["journal_entry.id"], name=op.f("fk_fund_position_last_entry")
        ),
        sa.PrimaryKeyConstraint("fund_code", "currency", name=op.f("pk_fund_position")),
    )
    op.create_index("ix_fund_position_last_entry", "fund_position", ["last_entry"], unique=False)
    op.create_table(
        "grant_commitment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("source_type", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column(
            "approve_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "(state = 'open') = (approve_entry_id IS NOT NULL)",
            name=op.f("ck_grant_commitment_opened"),
        ),
        sa.CheckConstraint("state IN ('draft', 'open')", name=op.f("ck_grant_commitment_state")),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000000", name=op.f("ck_grant_commitment_amount")
        ),
        sa.CheckConstraint(
            "length(currency) = 3 AND currency = upper(currency)",
            name=op.f("ck_grant_commitment_currency"),
        ),
        sa.ForeignKeyConstraint(
            ["approve_entry_id"],
            ["journal_entry.id"],
            name=op.f("fk_grant_commitment_approve_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_code"], ["fund.code"], name=op.f("fk_grant_commitment_fund_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_commitment")),
        sa.UniqueConstraint("approve_entry_id", name=op.f("uq_grant_commitment_approve_entry_id")),
    )
    op.create_index("ix_grant_commitment_fund", "grant_commitment", ["fund_code"], unique=False)
    op.create_index(
        "ix_grant_commitment_source", "grant_commitment", ["source_type", "source_id"], unique=False
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("placed_by", sa.String(length=32), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_hold_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_application_id", "hold", ["application_id"], unique=False)
    op.create_index(
        "uq_hold_active",
        "hold",
        ["application_id", "kind"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("answers_id", sa.String(length=32), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('question', 'answer', 'note')", name=op.f("ck_message_kind")),
        sa.CheckConstraint(
            "sender IN ('applicant', 'coordinator')", name=op.f("ck_message_sender")
        ),
        sa.ForeignKeyConstraint(["answers_id"], ["message.id"], name=op.f("fk_message_answers_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_message_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_answers_id", "message", ["answers_id"], unique=False)
    op.create_index("ix_message_application_id", "message", ["application_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_code", sa.String(length=48), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("foreign_amount", sa.BigInteger(), nullable=True),
        sa.Column("foreign_currency", sa.String(length=3), nullable=True),
        sa.Column("rate_text", sa.String(length=48), nullable=True),
        sa.CheckConstraint(
            "(foreign_amount IS NULL) = (foreign_currency IS NULL) AND (foreign_amount IS NULL) = (rate_text IS NULL)",
            name=op.f("ck_posting_foreign"),
        ),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_posting_amount"),
        ),
        sa.CheckConstraint(
            "length(currency) = 3 AND currency = upper(currency)", name=op.f("ck_posting_currency")
        ),
        sa.CheckConstraint("line >= 1", name=op.f("ck_posting_line")),
        sa.ForeignKeyConstraint(
            ["account_code"], ["account.code"], name=op.f("fk_posting_account_code")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_posting_entry_id")
        ),
        sa.ForeignKeyConstraint(["fund_code"], ["fund.code"], name=op.f("fk_posting_fund_code")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_posting")),
    )
    op.create_index(
        "ix_posting_account", "posting", ["account_code", "fund_code", "currency"], unique=False
    )
    op.create_index("ix_posting_fund", "posting", ["fund_code", "entry_id"], unique=False)
    op.create_table(
        "psp_balance_txn",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=48), nullable=False),
        sa.Column("category", sa.String(length=48), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("payout_id", sa.String(length=64), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("available_on", sa.Date(), nullable=False),
        sa.Column("donation_id", sa.String(length=32), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount - fee = net", name=op.f("ck_psp_balance_txn_net")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_psp_balance_txn_currency")),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_psp_balance_txn_donation_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_psp_balance_txn_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_psp_balance_txn")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_psp_balance_txn_entry_id")),
    )
    op.create_index(
        "ix_psp_balance_txn_donation_id", "psp_balance_txn", ["donation_id"], unique=False
    )
    op.create_index("ix_psp_balance_txn_payout_id", "psp_balance_txn", ["payout_id"], unique=False)
    op.create_table(
        "psp_object",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("donation_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "kind IN ('checkout.session', 'payment_intent', 'charge', 'dispute')",
            name=op.f("ck_psp_object_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["donation_id"], ["donation.id"], name=op.f("fk_psp_object_donation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_psp_object")),
    )
    op.create_index("ix_psp_object_donation_id", "psp_object", ["donation_id"], unique=False)
    op.create_table(
        "review_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("written_by", sa.String(length=32), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("narrative_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lines_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_review_file_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_file")),
        sa.UniqueConstraint("application_id", name=op.f("uq_review_file_application_id")),
    )
    op.create_table(
        "verification_check",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('identity', 'incident', 'activity', 'need')",
            name=op.f("ck_verification_check_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'confirmed', 'not_confirmed', 'waived')",
            name=op.f("ck_verification_check_status"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_verification_check_level")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_verification_check_application_id"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_verification_check_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_check")),
        sa.UniqueConstraint(
            "application_id", "kind", name=op.f("uq_verification_check_application_id_kind")
        ),
    )
    op.create_index("ix_verification_check_by_id", "verification_check", ["by_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ballot_id", sa.String(length=32), nullable=False),
        sa.Column("reviewer_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("is_substitute", sa.Boolean(), nullable=False),
        sa.CheckConstraint("status IN ('drawn', 'free', 'recused')", name=op.f("ck_seat_status")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_seat_ballot_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_seat_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("ballot_id", "position", name=op.f("uq_seat_ballot_id_position")),
        sa.UniqueConstraint("ballot_id", "reviewer_id", name=op.f("uq_seat_ballot_id_reviewer_id")),
    )
    op.create_index("ix_seat_reviewer_id", "seat", ["reviewer_id", "status"], unique=False)
    op.create_table(
        "tranche",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("commitment_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("condition_code", sa.String(length=48), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled = amount)", name=op.f("ck_tranche_cancelled_whole")
        ),
        sa.CheckConstraint(
            "state IN ('advanced', 'cancelled', 'executed', 'planned', 'released')",
            name=op.f("ck_tranche_state"),
        ),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000000", name=op.f("ck_tranche_amount")
        ),
        sa.CheckConstraint("cancelled BETWEEN 0 AND amount", name=op.f("ck_tranche_cancelled")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_tranche_number")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["grant_commitment.id"], name=op.f("fk_tranche_commitment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.UniqueConstraint(
            "commitment_id", "number", name=op.f("uq_tranche_commitment_id_number")
        ),
    )
    op.create_table(
        "disbursement",
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("tranche_id", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fund_code", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("payee_hash", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("signatures_round", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("workflow", sa.String(length=32), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_clock", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "(attempt = 1) = (parent_id IS NULL)", name=op.f("ck_disbursement_reissue")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_disbursement_amount")),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_disbursement_attempt")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_disbursement_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["disbursement.id"], name=op.f("fk_disbursement_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["tranche_id"], ["tranche.id"], name=op.f("fk_disbursement_tranche_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint("reference", name=op.f("uq_disbursement_reference")),
    )
    op.create_index(
        "ix_disbursement_application_id", "disbursement", ["application_id"], unique=False
    )
    op.create_index("ix_disbursement_due", "disbursement", ["state", "due_at"], unique=False)
    op.create_index("ix_disbursement_parent_id", "disbursement", ["parent_id"], unique=False)
    op.create_index("ix_disbursement_tranche_id", "disbursement", ["tranche_id"], unique=False)
    op.create_index(
        "uq_disbursement_live",
        "disbursement",
        ["application_id", "tranche_id"],
        unique=True,
        sqlite_where=sa.text(
            "state NOT IN ('reissued', 'cancelled', 'written_off', 'reconciled', 'frozen_incident')"
        ),
        postgresql_where=sa.text(
            "state NOT IN ('reissued', 'cancelled', 'written_off', 'reconciled', 'frozen_incident')"
        ),
    )
    op.create_table(
        "vote",
        sa.Column("seat_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("choice_boxed", sa.LargeBinary(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_vote_application_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_vote_seat_id")),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_vote")),
    )
    op.create_index("ix_vote_application_id", "vote", ["application_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("disbursement_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('safety_check', 'first', 'second')", name=op.f("ck_approval_kind")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_approval_disbursement_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "disbursement_id",
            "kind",
            "subject_hash",
            name=op.f("uq_approval_disbursement_id_kind_subject_hash"),
        ),
        sa.UniqueConstraint(
            "disbursement_id",
            "person_id",
            "subject_hash",
            name=op.f("uq_approval_disbursement_id_person_id_subject_hash"),
        ),
    )
    op.create_index("ix_approval_person_id", "approval", ["person_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(*SEAL, ["entry_id"], ["id"])
    for statement in statements():
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take the change back."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(SEAL[0], SEAL[1], type_="foreignkey")
    op.drop_index("ix_approval_person_id", table_name="approval")
    op.drop_table("approval")
    op.drop_index("ix_vote_application_id", table_name="vote")
    op.drop_table("vote")
    op.drop_index(
        "uq_disbursement_live",
        table_name="disbursement",
        sqlite_where=sa.text(
            "state NOT IN ('reissued', 'cancelled', 'written_off', 'reconciled', 'frozen_incident')"
        ),
        postgresql_where=sa.text(
            "state NOT IN ('reissued', 'cancelled', 'written_off', 'reconciled', 'frozen_incident')"
        ),
    )
    op.drop_index("ix_disbursement_tranche_id", table_name="disbursement")
    op.drop_index("ix_disbursement_parent_id", table_name="disbursement")
    op.drop_index("ix_disbursement_due", table_name="disbursement")
    op.drop_index("ix_disbursement_application_id", table_name="disbursement")
    op.drop_table("disbursement")
    op.drop_table("tranche")
    op.drop_index("ix_seat_reviewer_id", table_name="seat")
    op.drop_table("seat")
    op.drop_index("ix_verification_check_by_id", table_name="verification_check")
    op.drop_table("verification_check")
    op.drop_table("review_file")
    op.drop_index("ix_psp_object_donation_id", table_name="psp_object")
    op.drop_table("psp_object")
    op.drop_index("ix_psp_balance_txn_payout_id", table_name="psp_balance_txn")
    op.drop_index("ix_psp_balance_txn_donation_id", table_name="psp_balance_txn")
    op.drop_table("psp_balance_txn")
    op.drop_index("ix_posting_fund", table_name="posting")
    op.drop_index("ix_posting_account", table_name="posting")
    op.drop_table("posting")
    op.drop_index("ix_message_application_id", table_name="message")
    op.drop_index("ix_message_answers_id", table_name="message")
    op.drop_table("message")
    op.drop_index(
        "uq_hold_active",
        table_name="hold",
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_index("ix_hold_application_id", table_name="hold")
    op.drop_table("hold")
    op.drop_index("ix_grant_commitment_source", table_name="grant_commitment")
    op.drop_index("ix_grant_commitment_fund", table_name="grant_commitment")
    op.drop_table("grant_commitment")
    op.drop_index("ix_fund_position_last_entry", table_name="fund_position")
    op.drop_table("fund_position")
    op.drop_index("ix_document_application_id", table_name="document")
    op.drop_table("document")
    op.drop_index(
        "uq_ballot_live",
        table_name="ballot",
        sqlite_where=sa.text("state NOT IN ('decided', 'void')"),
        postgresql_where=sa.text("state NOT IN ('decided', 'void')"),
    )
    op.drop_index("ix_ballot_application_id", table_name="ballot")
    op.drop_table("ballot")
    op.drop_table("award_line")
    op.drop_table("answer")
    op.drop_index("ix_account_balance_last_entry", table_name="account_balance")
    op.drop_index("ix_account_balance_fund", table_name="account_balance")
    op.drop_table("account_balance")
    op.drop_index("ix_role_grant_role", table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index("ix_journal_entry_source", table_name="journal_entry")
    op.drop_index("ix_journal_entry_period", table_name="journal_entry")
    op.drop_index("ix_journal_entry_kind", table_name="journal_entry")
    op.drop_index("ix_journal_entry_book_date", table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_index(
        "uq_donation_bank_line",
        table_name="donation",
        sqlite_where=sa.text("bank_line IS NOT NULL"),
        postgresql_where=sa.text("bank_line IS NOT NULL"),
    )
    op.drop_index("ix_donation_state", table_name="donation")
    op.drop_index("ix_donation_fund_code", table_name="donation")
    op.drop_index("ix_donation_donor_id", table_name="donation")
    op.drop_table("donation")
    op.drop_index(
        "uq_countersignature_open",
        table_name="countersignature",
        sqlite_where=sa.text("NOT is_used"),
        postgresql_where=sa.text("NOT is_used"),
    )
    op.drop_index("ix_countersignature_person_id", table_name="countersignature")
    op.drop_table("countersignature")
    op.drop_table("clock_pause")
    op.drop_index("ix_application_touched", table_name="application")
    op.drop_index("ix_application_rules_code", table_name="application")
    op.drop_index("ix_application_queue", table_name="application")
    op.drop_index("ix_application_merged_into_id", table_name="application")
    op.drop_index("ix_application_lead_id", table_name="application")
    op.drop_index("ix_application_due", table_name="application")
    op.drop_index("ix_application_contact_mark", table_name="application")
    op.drop_table("application")
    op.drop_index("ix_stripe_event_state", table_name="stripe_event")
    op.drop_table("stripe_event")
    op.drop_table("rules_version")
    op.drop_table("psp_watermark")
    op.drop_table("person")
    op.drop_table("period")
    op.drop_index("ix_job_order", table_name="job")
    op.drop_index("ix_job_lease", table_name="job")
    op.drop_index("ix_job_due", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_fund_programme", table_name="fund")
    op.drop_index("ix_fund_fee", table_name="fund")
    op.drop_index("ix_fund_deficit", table_name="fund")
    op.drop_table("fund")
    op.drop_index("ix_event_day", table_name="event")
    op.drop_table("event")
    op.drop_table("entry_seal")
    op.drop_table("donor")
    op.drop_index(
        "uq_clock_running",
        table_name="clock",
        sqlite_where=sa.text("state IN ('running', 'paused')"),
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.drop_index("ix_clock_subject_id", table_name="clock")
    op.drop_index("ix_clock_next_mark_at", table_name="clock")
    op.drop_table("clock")
    op.drop_table("chain_head")
    op.drop_table("account")
    for name in functions():
        op.execute(f"DROP FUNCTION {name} CASCADE")
