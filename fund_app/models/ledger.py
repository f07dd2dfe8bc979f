"""The ledger: funds, accounts, periods, entries, postings, seals and what they add up to.

An entry is written, its postings are written, and then it is sealed. The seal is what the
database checks: an entry without one cannot be committed (a deferred foreign key), and a seal
is refused when the entry does not balance per fund and currency, or when a decision would
spend what a fund does not have. Nothing here is ever changed or removed: mistakes are
corrected by another entry. The rules stand in migrations/sql/ledger.*.sql.

Accounts and funds are known by their codes, so that a posting can be read without looking
anything up. People never appear: a source is a type and an opaque reference.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref
from workflows.money import LARGEST

LONGEST_ACCOUNT = 48
LONGEST_FUND = 16
LONGEST_KEY = 120
_EntryId = BigInteger().with_variant(Integer, "sqlite")


class AccountType(StrEnum):
    """The five types of every chart, and memo accounts for promises not yet owed."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"
    MEMO = "memo"


class EntryKind(StrEnum):
    """Which money fact an entry records (the steps of the worked example in the design)."""

    OPENING = "opening"
    BANK_GIFT = "bank_gift"
    CARD_GIFT = "card_gift"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    STRIPE_FEE = "stripe_fee"
    STRIPE_UNKNOWN = "stripe_unknown"
    STRIPE_PAYOUT = "stripe_payout"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_ARRIVED = "payout_arrived"
    GRANT_APPROVE = "grant_approve"
    TRANCHE_RELEASE = "tranche_release"
    RELEASE_RECALLED = "release_recalled"
    BANK_EXECUTED = "bank_executed"
    PAYMENT_RETURNED = "payment_returned"
    BANK_FEE = "bank_fee"
    BANK_UNKNOWN = "bank_unknown"
    BANK_TRANSFER = "bank_transfer"
    EXCHANGE = "exchange"
    ADVANCE = "advance"
    ADVANCE_SETTLED = "advance_settled"
    WRITE_OFF = "write_off"
    COMMITMENT_CANCELLED = "commitment_cancelled"
    FUND_TRANSFER = "fund_transfer"
    REVERSAL = "reversal"


DECISIONS = frozenset(
    {
        EntryKind.GRANT_APPROVE,
        EntryKind.TRANCHE_RELEASE,
        EntryKind.ADVANCE,
        EntryKind.FUND_TRANSFER,
    }
)
"""Kinds the fund decides itself: refused when the money is not there, or the period closed.

Every other kind is a fact that already happened outside. It is always recorded, even when it
takes a fund below zero. The seal's trigger holds the same list.
"""

NEEDS_REASON = frozenset({EntryKind.FUND_TRANSFER, EntryKind.WRITE_OFF, EntryKind.REVERSAL})
"""Kinds an auditor will ask about: they carry a reason code."""


class CommitmentState(StrEnum):
    """A commitment is drafted with its tranches and opened once they add up."""

    DRAFT = "draft"
    OPEN = "open"


class TrancheState(StrEnum):
    """Where one part of a commitment stands; `cancelled` is final."""

    PLANNED = "planned"
    RELEASED = "released"
    EXECUTED = "executed"
    ADVANCED = "advanced"
    CANCELLED = "cancelled"


def one_of(column: str, values: type[StrEnum] | frozenset[EntryKind]) -> str:
    """Return the condition that a column holds one of the codes."""
    return f"{column} IN ({', '.join(sorted(repr(str(item)) for item in values))})"


def _currency(column: str = "currency") -> str:
    return f"length({column}) = 3 AND {column} = upper({column})"


class Fund(Base):
    """A pot of money with its own purpose; its public name is in the catalogues, by code."""

    __tablename__ = "fund"
    __table_args__ = (
        CheckConstraint("code = upper(code) AND length(code) >= 2", name="code"),
        Index("ix_fund_fee", "fee_fund_code"),
        Index("ix_fund_deficit", "deficit_fund_code"),
        Index("ix_fund_programme", "programme"),
    )

    code: Mapped[str] = mapped_column(
        String(LONGEST_FUND), primary_key=True, info=plain("code of a fund")
    )
    restricted: Mapped[bool]
    """Given for one purpose only; never changed once money has moved."""
    programme: Mapped[str | None] = mapped_column(String(32), info=plain("code of a programme"))
    fee_fund_code: Mapped[str | None] = mapped_column(
        ForeignKey("fund.code"), info=plain("code of a fund")
    )
    """Who carries card and bank fees; empty: the fund itself."""
    deficit_fund_code: Mapped[str | None] = mapped_column(
        ForeignKey("fund.code"), info=plain("code of a fund")
    )
    """Who carries losses; empty: the fund itself."""
    open_for_donations: Mapped[bool]
    name: Mapped[str | None] = mapped_column(String(80), info=plain("public name"))
    """As the board named a fund it opened; the first funds are named in the catalogues."""
    name_ru: Mapped[str | None] = mapped_column(String(80), info=plain("public name"))
    name_de: Mapped[str | None] = mapped_column(String(80), info=plain("public name"))
    closed_on: Mapped[date | None] = mapped_column(Date)
    """From then on no decision uses it; facts that come late are still recorded."""

    def name_in(self, language: str) -> str | None:
        """Return its name as the board wrote it in a language, else the English one."""
        return {"ru": self.name_ru, "de": self.name_de}.get(language) or self.name


class Account(Base):
    """A line of the chart of accounts; its flags never change once it has been used."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(one_of("type", AccountType), name="type"),
        CheckConstraint("NOT (spendable AND type = 'memo')", name="spendable_is_real"),
        CheckConstraint("NOT commit_leg OR type = 'memo'", name="commit_leg_is_memo"),
    )

    code: Mapped[str] = mapped_column(
        String(LONGEST_ACCOUNT), primary_key=True, info=plain("code of an account")
    )
    type: Mapped[str] = mapped_column(String(9), info=plain("code of a list"))
    spendable: Mapped[bool]
    """Counts towards what a fund can spend (payables count against it)."""
    commit_leg: Mapped[bool]
    """Its credit balance is what a fund has promised."""


class Period(Base):
    """A stretch of days that is closed as a whole; no two overlap."""

    __tablename__ = "period"
    __table_args__ = (
        CheckConstraint("starts <= ends", name="order"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True, info=plain("such as 2026"))
    starts: Mapped[date] = mapped_column(Date, unique=True)
    ends: Mapped[date] = mapped_column(Date, unique=True)
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    """Who asked for it to be closed; somebody else closes it (migrations/sql/0009)."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))


class JournalEntry(Base):
    """One money fact; committed only together with its seal."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", EntryKind), name="kind"),
        CheckConstraint(
            f"NOT ({one_of('kind', NEEDS_REASON)}) OR reason_code IS NOT NULL", name="reason"
        ),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        Index("ix_journal_entry_book_date", "book_date", "id"),
        Index("ix_journal_entry_kind", "kind", "id"),
        Index("ix_journal_entry_source", "source_type", "source_id"),
        Index("ix_journal_entry_period", "period_code"),
    )

    id: Mapped[int] = mapped_column(
        _EntryId,
        ForeignKey("entry_seal.entry_id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement="ignore_fk",
    )
    idem_key: Mapped[str] = mapped_column(
        String(LONGEST_KEY), unique=True, info=plain("key of the fact, such as stripe:txn_...")
    )
    kind: Mapped[str] = mapped_column(String(24), info=plain("code of a list"))
    book_date: Mapped[date] = mapped_column(Date)
    event_time: Mapped[datetime] = mapped_column(UtcDateTime)
    period_code: Mapped[str] = mapped_column(
        ForeignKey("period.code", onupdate="CASCADE"), info=plain("a period")
    )
    """The period its day lies in: the only thing that follows when an open one is cut."""
    source_type: Mapped[str] = mapped_column(String(32), info=plain("kind of subject"))
    source_id: Mapped[str] = mapped_column(String(64), info=plain("opaque reference"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    actor: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    reason_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    content_hash: Mapped[str] = mapped_column(String(64), info=plain("hash of the content"))


class Posting(Base):
    """One line of an entry: so much to one account of one fund; debit is +, credit is -."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}", name="amount"),
        CheckConstraint(_currency(), name="currency"),
        CheckConstraint(
            "(foreign_amount IS NULL) = (foreign_currency IS NULL)"
            " AND (foreign_amount IS NULL) = (rate_text IS NULL)",
            name="foreign",
        ),
        CheckConstraint("line >= 1", name="line"),
        Index("ix_posting_account", "account_code", "fund_code", "currency"),
        Index("ix_posting_fund", "fund_code", "entry_id"),
    )

    entry_id: Mapped[int] = mapped_column(
        _EntryId, ForeignKey("journal_entry.id"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_code: Mapped[str] = mapped_column(
        ForeignKey("account.code"), info=plain("code of an account")
    )
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"), info=plain("code of a fund"))
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    foreign_amount: Mapped[int | None] = mapped_column(MinorUnits)
    foreign_currency: Mapped[str | None] = mapped_column(String(3), info=plain("ISO 4217"))
    rate_text: Mapped[str | None] = mapped_column(
        String(48), info=plain("exchange rate with its source, as text: never a float")
    )


class EntrySeal(Base):
    """The seal of an entry: inserting it runs the checks and moves the balances."""

    __tablename__ = "entry_seal"

    # Each refers to the other, so one key is added after both tables exist. It is this one:
    # SQLAlchemy leaves such a key out of every later CREATE TABLE of the same process, and the
    # other is the one an unsealed entry fails at.
    entry_id: Mapped[int] = mapped_column(
        _EntryId,
        ForeignKey("journal_entry.id", use_alter=True),
        primary_key=True,
        autoincrement=False,
    )
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))


class AccountBalance(Base):
    """What an account of a fund adds up to; moved by seals only."""

    __tablename__ = "account_balance"
    __table_args__ = (
        Index("ix_account_balance_fund", "fund_code"),
        Index("ix_account_balance_last_entry", "last_entry"),
    )

    account_code: Mapped[str] = mapped_column(
        ForeignKey("account.code"), primary_key=True, info=plain("code of an account")
    )
    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("code of a fund")
    )
    currency: Mapped[str] = mapped_column(String(3), primary_key=True, info=plain("ISO 4217"))
    balance: Mapped[int] = mapped_column(MinorUnits)
    last_entry: Mapped[int] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))


class FundPosition(Base):
    """What a fund can spend and has promised: the row every decision queues up at.

    No CHECK stands on `committed`: an upsert checks its candidate row first, which for a
    released commitment is negative on its own. The seal's trigger looks afterwards instead.
    """

    __tablename__ = "fund_position"
    __table_args__ = (Index("ix_fund_position_last_entry", "last_entry"),)

    fund_code: Mapped[str] = mapped_column(
        ForeignKey("fund.code"), primary_key=True, info=plain("code of a fund")
    )
    currency: Mapped[str] = mapped_column(String(3), primary_key=True, info=plain("ISO 4217"))
    spendable: Mapped[int] = mapped_column(MinorUnits)
    committed: Mapped[int] = mapped_column(MinorUnits)
    last_entry: Mapped[int] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))


class GrantCommitment(Base):
    """Money promised from one fund for one decision; its tranches add up to it exactly."""

    __tablename__ = "grant_commitment"
    __table_args__ = (
        CheckConstraint(one_of("state", CommitmentState), name="state"),
        CheckConstraint(f"amount > 0 AND amount <= {LARGEST}", name="amount"),
        CheckConstraint(_currency(), name="currency"),
        CheckConstraint("(state = 'open') = (approve_entry_id IS NOT NULL)", name="opened"),
        Index("ix_grant_commitment_fund", "fund_code"),
        Index("ix_grant_commitment_source", "source_type", "source_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"), info=plain("code of a fund"))
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    amount: Mapped[int] = mapped_column(MinorUnits)
    state: Mapped[str] = mapped_column(String(5), info=plain("code of the state"))
    source_type: Mapped[str] = mapped_column(String(32), info=plain("kind of subject"))
    source_id: Mapped[str] = mapped_column(String(64), info=plain("opaque reference"))
    approve_entry_id: Mapped[int | None] = mapped_column(
        _EntryId, ForeignKey("journal_entry.id"), unique=True
    )


class Tranche(Base):
    """One part of a commitment, paid when its condition is met.

    `amount` stays as it was promised; what is given back is counted in `cancelled`.
    """

    __tablename__ = "tranche"
    __table_args__ = (
        UniqueConstraint("commitment_id", "number"),
        CheckConstraint(one_of("state", TrancheState), name="state"),
        CheckConstraint(f"amount > 0 AND amount <= {LARGEST}", name="amount"),
        CheckConstraint("cancelled BETWEEN 0 AND amount", name="cancelled"),
        CheckConstraint("(state = 'cancelled') = (cancelled = amount)", name="cancelled_whole"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    commitment_id: Mapped[str] = mapped_column(
        ForeignKey("grant_commitment.id"), info=plain("random")
    )
    number: Mapped[int]
    amount: Mapped[int] = mapped_column(MinorUnits)
    cancelled: Mapped[int] = mapped_column(MinorUnits, default=0)
    condition_code: Mapped[str | None] = mapped_column(String(48), info=plain("code of a list"))
    due: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(9), info=plain("code of the state"))

    @property
    def owed(self) -> int:
        """What is still to be paid of it, in minor units."""
        return self.amount - self.cancelled
