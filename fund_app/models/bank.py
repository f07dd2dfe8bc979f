"""The bank's word: accounts, statements, their lines, and what each line is in the ledger.

A statement is taken whole: opening + lines = closing. Its lines are facts and never change; what
a line is (a gift, a payment, a fee) is said by matches, which tie it to the journal entry that
records it. A match is undone by marking it so, never by removing it. The rules that need to look
at other rows stand in migrations/sql/0009.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from fund_app.extensions import Base
from fund_app.models.sealed import Compartment, Sealed, plain
from fund_app.models.types import MinorUnits, Ref, UtcDateTime, new_ref
from workflows.bank import CLEARED_AS, MATCHED_AS, MatchKind
from workflows.money import LARGEST

LONGEST_NUMBER = 35
_EntryId = BigInteger().with_variant(Integer, "sqlite")


def _one_of(kinds: frozenset[MatchKind]) -> str:
    return f"kind IN ({', '.join(sorted(repr(str(kind)) for kind in kinds))})"


class BankAccount(Base):
    """An account of the fund at a bank, with a ledger account of its own for its currency.

    Its IBAN is compared and never shown, so a keyed digest and the last letters are enough.
    """

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint("code = upper(code) AND length(code) >= 2", name="code"),
        CheckConstraint("length(currency) = 3 AND currency = upper(currency)", name="currency"),
        UniqueConstraint("account_code", "currency"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    code: Mapped[str] = mapped_column(String(16), unique=True, info=plain("short code, as EUR1"))
    account_code: Mapped[str] = mapped_column(
        ForeignKey("account.code"), info=plain("code of a ledger account")
    )
    currency: Mapped[str] = mapped_column(String(3), info=plain("ISO 4217"))
    iban_digest: Mapped[str] = mapped_column(
        String(64), unique=True, info=plain("keyed digest of the fund's own IBAN")
    )
    iban_tail: Mapped[str] = mapped_column(
        String(4), info=plain("the last four of the fund's own IBAN, to tell accounts apart")
    )
    csv_mapping: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), info=plain("headings and formats of the bank's export")
    )
    opened_on: Mapped[date] = mapped_column(Date)


class BankStatement(Base):
    """One statement that was taken in, with the file's digest and what it added up to."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        CheckConstraint("opening + total = closing", name="adds_up"),
        CheckConstraint("form IN ('camt.053', 'mt940', 'csv')", name="form"),
        UniqueConstraint("bank_account_id", "file_digest", "part"),
        Index("ix_bank_statement_closes_on", "bank_account_id", "closes_on"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    bank_account_id: Mapped[str] = mapped_column(
        ForeignKey("bank_account.id"), info=plain("random")
    )
    form: Mapped[str] = mapped_column(String(8), info=plain("code of the file's format"))
    number: Mapped[str] = mapped_column(
        String(LONGEST_NUMBER), info=plain("the bank's number of the statement")
    )
    file_digest: Mapped[str] = mapped_column(String(64), info=plain("digest of the file"))
    part: Mapped[int] = mapped_column(Integer)
    """Which statement of the file this is, from 1."""
    opening: Mapped[int] = mapped_column(MinorUnits)
    total: Mapped[int] = mapped_column(MinorUnits)
    """What all lines of the file add up to, those known before included."""
    closing: Mapped[int] = mapped_column(MinorUnits)
    opens_on: Mapped[date] = mapped_column(Date)
    """The day of its first line; where it has none, the day it closes."""
    closes_on: Mapped[date] = mapped_column(Date)
    line_count: Mapped[int] = mapped_column(Integer)
    known_count: Mapped[int] = mapped_column(Integer)
    """How many of its lines an earlier statement had brought."""
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))


class BankLine(Base):
    """One line of the bank: so much came in (+) or went out (-) on a day.

    The words on it are other people's: sealed for the treasury under the statement's own key,
    and only where no reference of ours was found in them. They go when the period is closed.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}", name="amount"),
        CheckConstraint("hint IN ('', 'fee', 'stripe', 'return')", name="hint"),
        UniqueConstraint("statement_id", "number"),
        Index("ix_bank_line_account", "bank_account_id", "booked_on", "id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    statement_id: Mapped[str] = mapped_column(ForeignKey("bank_statement.id"), info=plain("random"))
    bank_account_id: Mapped[str] = mapped_column(
        ForeignKey("bank_account.id"), info=plain("random")
    )
    number: Mapped[int] = mapped_column(Integer)
    booked_on: Mapped[date] = mapped_column(Date)
    value_on: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(MinorUnits)
    fingerprint: Mapped[str] = mapped_column(
        String(64), unique=True, info=plain("keyed digest, so that no line is taken twice")
    )
    hint: Mapped[str] = mapped_column(String(8), info=plain("code of a list"))
    charge: Mapped[int] = mapped_column(MinorUnits, default=0)
    """What the bank says it took within the amount, as camt.053 has it; positive."""
    own_refs: Mapped[str] = mapped_column(
        String(120), default="", info=plain("references we issued ourselves, found in the words")
    )
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    text = Sealed(column="text_sealed", compartment=Compartment.PAYOUT, case="statement_id")


class BankMatch(Base):
    """A part of a line, what it is, and the journal entry that records it."""

    __tablename__ = "bank_match"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(_one_of(MATCHED_AS), name="kind"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        CheckConstraint("undo_entry_id IS NULL OR undone_at IS NOT NULL", name="undo_is_undone"),
        Index("ix_bank_match_line", "line_id"),
        Index("ix_bank_match_entry", "entry_id"),
        Index("ix_bank_match_undo_entry", "undo_entry_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    line_id: Mapped[str] = mapped_column(ForeignKey("bank_line.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(16), info=plain("code of a list"))
    subject_id: Mapped[str] = mapped_column(
        String(64), info=plain("opaque reference of the gift, payment or payout")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    entry_id: Mapped[int] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    undo_entry_id: Mapped[int | None] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))


class BankClearing(Base):
    """A part of an amount in suspense, what it turned out to be, and the entry that says so.

    A loss waits without an entry until a second person has agreed to it.
    """

    __tablename__ = "bank_clearing"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(_one_of(CLEARED_AS), name="kind"),
        CheckConstraint(
            "(agreed_by IS NOT NULL) = (kind = 'loss' AND entry_id IS NOT NULL)"
            " AND (agreed_at IS NULL) = (agreed_by IS NULL)"
            " AND (agreed_by IS NULL OR agreed_by <> made_by)",
            name="loss_by_two",
        ),
        CheckConstraint("kind = 'loss' OR entry_id IS NOT NULL", name="posted"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        CheckConstraint(
            "(undo_entry_id IS NOT NULL) = (undone_at IS NOT NULL AND entry_id IS NOT NULL)",
            name="undo_is_posted",
        ),
        Index("ix_bank_clearing_match", "match_id"),
        Index("ix_bank_clearing_undo_entry", "undo_entry_id"),
    )

    id: Mapped[str] = mapped_column(Ref, primary_key=True, default=new_ref, info=plain("random"))
    match_id: Mapped[str] = mapped_column(ForeignKey("bank_match.id"), info=plain("random"))
    kind: Mapped[str] = mapped_column(String(16), info=plain("code of a list"))
    subject_id: Mapped[str] = mapped_column(
        String(64), info=plain("opaque reference of the gift, payment or payout")
    )
    amount: Mapped[int] = mapped_column(MinorUnits)
    """Signed as on the bank's line."""
    entry_id: Mapped[int | None] = mapped_column(
        _EntryId, ForeignKey("journal_entry.id"), unique=True
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(Ref, info=plain("opaque reference"))
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(Ref, info=plain("opaque reference"))
    undo_entry_id: Mapped[int | None] = mapped_column(_EntryId, ForeignKey("journal_entry.id"))
