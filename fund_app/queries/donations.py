"""Reads about gifts: one donor's own, and the list finance works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import aliased

from fund_app.extensions import db
from fund_app.models import ledger_accounts as codes
from fund_app.models.donations import Donation, DonationPart, Donor
from fund_app.models.events import Event
from fund_app.models.ledger import Account, EntryKind, Fund, JournalEntry, Posting
from fund_app.models.stripe import PspObject, StripeEvent
from fund_app.queries import gift_returns
from fund_app.queries.ledger_gifts import OWNED, SPENT
from fund_app.queries.pages import Page, after, amount_of, page
from fund_app.queries.told_quarters import Stretch

SORTS = {
    "day": Donation.created_day,
    "amount": Donation.amount,
}
PARKED_SHOWN = 50
KINDS = {
    EntryKind.BANK_GIFT.value: "gift",
    EntryKind.CARD_GIFT.value: "gift",
    EntryKind.REFUND.value: "refund",
    EntryKind.REFUND_FAILED.value: "refund_failed",
    EntryKind.DISPUTE_LOST.value: "chargeback",
    EntryKind.REVERSAL.value: "mistake",
}


@dataclass(frozen=True, slots=True)
class DonorRow:
    """A donor, known by random references only."""

    id: str
    holder_id: str
    language: str


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A gift as finance and its donor see it: minor units, days, codes."""

    id: str
    reference: str
    fund_code: str
    amount: int
    currency: str
    method: str
    state: str
    step: int
    created_day: date
    received_day: date | None
    giver: str
    """codename: somebody can come back to it; ended: they ended their record; nobody: unmatched."""
    gone: int = 0
    """How much of it went back or was taken back, in minor units, by the ledger."""
    failed_because: str | None = None
    on_its_way: bool = False
    """Whether a debit of it has been started that takes days to arrive."""
    held_because: str | None = None
    is_shared: bool = False
    """Whether it is for several funds."""

    @property
    def has_arrived(self) -> bool:
        """Whether its money was ever there."""
        return self.received_day is not None

    @property
    def kept(self) -> int:
        """What is left of it with the fund."""
        return self.amount - self.gone if self.has_arrived else 0


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One line of a donor's statement, from the ledger: + given, - gone back."""

    day: date
    kind: str
    fund_code: str
    restricted: bool
    amount: int
    currency: str
    donation_id: str


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A message of the provider nobody could follow: its id, kind, why, and when it was made."""

    id: str
    type: str
    reason_code: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UseRow:
    """What the money of a fund did: what was there, what came, went and stayed."""

    carried_in: int
    carried_out: int
    cases: int
    """Number of cases helped, exactly: workflows/disclosure.py says what may be told of it."""


def open_funds() -> tuple[str, ...]:
    """Return the codes of the funds that take gifts, the general one first. One statement."""
    query = select(Fund.code).where(Fund.open_for_donations)
    return tuple(db.session.scalars(query.order_by(Fund.restricted, Fund.code)))


def donor_by_holder(holder_id: str) -> DonorRow | None:
    """Return the donor a codename belongs to, or None. One statement."""
    return _donor(select(Donor).where(Donor.holder_id == holder_id))


def donor_by_id(donor_id: str) -> DonorRow | None:
    """Return a donor by reference, or None. One statement."""
    return _donor(select(Donor).where(Donor.id == donor_id))


def donors_with_movements(since: date, until: date) -> tuple[str, ...]:
    """Return the references of the donors whose statement of these days is not empty."""
    query = (
        select(Donation.donor_id)
        .join(JournalEntry, JournalEntry.source_id == Donation.id)
        .join(Donor, Donor.id == Donation.donor_id)
        .where(
            JournalEntry.source_type == "donation",
            JournalEntry.kind.in_(KINDS),
            JournalEntry.book_date.between(since, until),
            Donor.ended_on.is_(None),
        )
        .distinct()
        .order_by(Donation.donor_id)
    )
    return tuple(str(found) for found in db.session.scalars(query))


def own_gift(holder_id: str, donation_id: str) -> GiftRow | None:
    """Return one gift if it is this donor's, else None: foreign and unknown look the same."""
    query = (
        _gifts()
        .join(Donor, Donor.id == Donation.donor_id)
        .where(Donation.id == donation_id, Donor.holder_id == holder_id)
    )
    found = db.session.execute(query).one_or_none()
    return GiftRow(*found) if found else None


def own_gifts(donor_id: str) -> tuple[GiftRow, ...]:
    """Return all gifts of a donor, the newest first. One statement."""
    query = _gifts().where(Donation.donor_id == donor_id)
    rows = db.session.execute(query.order_by(Donation.created_day.desc(), Donation.id))
    return tuple(GiftRow(*row) for row in rows)


def gift(donation_id: str) -> GiftRow | None:
    """Return one gift for finance and the board, or None. One statement."""
    found = db.session.execute(_gifts().where(Donation.id == donation_id)).one_or_none()
    return GiftRow(*found) if found else None


def gifts(search: str = "", sort: str = "-day", cursor: str | None = None) -> Page[GiftRow]:
    """Return a page of all gifts for finance. One statement.

    search: part of a reference or a fund's code. sort: a key of SORTS, "-key" for descending;
    anything else sorts by day, the newest first.
    """
    descending = sort.startswith("-")
    key = sort.lstrip("-") if sort.lstrip("-") in SORTS else "day"
    query = _gifts()
    wanted = "".join(each for each in search.upper() if each.isalnum())
    if wanted:
        query = query.where(or_(Donation.reference.contains(wanted), Donation.fund_code == wanted))
    read = date.fromisoformat if key == "day" else amount_of
    query = after(query, SORTS[key], Donation.id, cursor, read, descending=descending)
    rows: Sequence[GiftRow] = [GiftRow(*row) for row in db.session.execute(query)]
    return page(rows, lambda row: (_mark(row, key), row.id))


def shares(donation_id: str) -> dict[str, int]:
    """Return what of a shared gift was for each fund as it was begun; empty for any other."""
    query = select(DonationPart.fund_code, DonationPart.amount).order_by(DonationPart.fund_code)
    rows = db.session.execute(query.where(DonationPart.donation_id == donation_id))
    return {fund: int(amount) for fund, amount in rows}


def movements(donor_id: str, since: date, until: date) -> tuple[MovementRow, ...]:
    """Return what the ledger says of a donor's gifts in these days (inclusive), by day.

    One statement; amounts are those of the income accounts, so their sum is the ledger's.
    """
    given = (codes.DONATIONS, codes.REFUNDS, codes.CHARGEBACKS)
    query = (
        select(
            JournalEntry.book_date,
            JournalEntry.kind,
            Posting.fund_code,
            Fund.restricted,
            -func.sum(Posting.amount),
            Posting.currency,
            JournalEntry.source_id,
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .join(Fund, Fund.code == Posting.fund_code)
        .join(Donation, Donation.id == JournalEntry.source_id)
        .where(
            JournalEntry.source_type == "donation",
            JournalEntry.kind.in_(KINDS),
            JournalEntry.book_date.between(since, until),
            Donation.donor_id == donor_id,
            Posting.account_code.in_(given),
        )
        .group_by(
            JournalEntry.id, JournalEntry.book_date, JournalEntry.kind, Posting.fund_code,
            Fund.restricted, Posting.currency, JournalEntry.source_id,
        )
        .order_by(JournalEntry.book_date, JournalEntry.id, Posting.fund_code)
    )  # fmt: skip
    return tuple(
        MovementRow(day, KINDS[kind], fund, restricted, int(amount), currency, source)
        for day, kind, fund, restricted, amount, currency, source in db.session.execute(query)
    )


def parked_messages() -> tuple[ParkedRow, ...]:
    """Return the provider's messages that wait for a person, the oldest first. One statement."""
    query = (
        select(StripeEvent.id, StripeEvent.type, StripeEvent.reason_code, StripeEvent.created_at)
        .where(StripeEvent.state == "parked")
        .order_by(StripeEvent.created_at)
        .limit(PARKED_SHOWN)
    )
    return tuple(ParkedRow(*row) for row in db.session.execute(query))


def use_of(fund_code: str, currency: str, stretch: Stretch) -> UseRow:
    """Return what a fund held before and after a stretch, and how many cases it helped."""
    before = stretch.earlier
    held = (
        select(
            func.coalesce(func.sum(case((before, Posting.amount), else_=0)), 0),
            func.coalesce(func.sum(Posting.amount), 0),
        )
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(Account, Account.code == Posting.account_code)
        .where(
            Account.type.in_(OWNED),
            Posting.fund_code == fund_code,
            Posting.currency == currency,
            stretch.until.holds,
        )
    )
    carried_in, carried_out = db.session.execute(held).one()
    helped = (
        select(func.count(JournalEntry.source_id.distinct()))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            Posting.account_code.in_(SPENT),
            Posting.fund_code == fund_code,
            Posting.currency == currency,
            JournalEntry.source_type != "donation",
            stretch.within,
        )
    )
    cases = db.session.scalar(helped) or 0
    return UseRow(int(carried_in), int(carried_out), cases)


def _donor(query: Select[Donor]) -> DonorRow | None:
    found = db.session.scalar(query)
    return DonorRow(found.id, found.holder_id, found.language) if found else None


def _gone() -> ScalarSelect[int]:
    given = select(func.coalesce(func.sum(Posting.amount), 0))
    return (
        given.join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == "donation",
            JournalEntry.source_id == Donation.id,
            gift_returns.is_gone(),
        )
        .correlate(Donation)
        .scalar_subquery()
    )


def _gifts() -> Select[*tuple[Any, ...]]:
    whose = aliased(Donor)
    ended = (
        select(whose.ended_on)
        .where(whose.id == Donation.donor_id)
        .correlate(Donation)
        .scalar_subquery()
    )
    reason = (
        select(Event.reason_code)
        .where(Event.chain == "donation", Event.subject_id == Donation.id)
        .correlate(Donation)
        .limit(1)
    )
    held = reason.where(Event.action == "screen_hit")
    under_way = (
        select(PspObject.id)
        .where(
            PspObject.donation_id == Donation.id,
            PspObject.kind == "payment_intent",
            PspObject.status == "processing",
            Donation.state == "processing",
        )
        .correlate(Donation)
        .exists()
    )
    shared = select(DonationPart.fund_code).where(DonationPart.donation_id == Donation.id)
    return select(
        Donation.id,
        Donation.reference,
        Donation.fund_code,
        Donation.amount,
        Donation.currency,
        Donation.method,
        Donation.state,
        Donation.step,
        Donation.created_day,
        Donation.received_day,
        case(
            (Donation.donor_id.is_(None), "nobody"),
            (ended.is_not(None), "ended"),
            else_="codename",
        ),
        _gone(),
        reason.where(Event.action == "fail").scalar_subquery(),
        under_way,
        held.scalar_subquery(),
        shared.correlate(Donation).exists(),
    )


def _mark(row: GiftRow, key: str) -> str:
    return row.created_day.isoformat() if key == "day" else str(row.amount)
