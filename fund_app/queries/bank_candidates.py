"""What lines of the bank may be: gifts, payments, payouts, returns, and what is booked already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Subquery, and_, cast, func, or_, select, union_all

from fund_app.extensions import db
from fund_app.models import ledger_accounts as chart
from fund_app.models.bank import BankAccount, BankClearing, BankLine, BankMatch
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation, Method
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.ledger import JournalEntry, Posting
from workflows.bank import MatchKind
from workflows.bank_matching import ANNOUNCED, WINDOW, Candidate, OpenLine

BACK_FROM = ("sent", "confirmed", "unconfirmed")
"""States of a payment whose money may come back."""
ANNOUNCED_STATE, SENT = "initiated", "sent"
TO_BE_SEEN = ("exported", "unknown", "sent", "received", "unconfirmed")
"""States of a payment that may have left and that no statement has shown; beside SENT only a
line with its very reference speaks of it."""


@dataclass(frozen=True, slots=True)
class UnseenEntry:
    """A journal entry on the bank account, with the part no line of the bank stands for."""

    entry_id: int
    book_date: date
    kind: str
    idem_key: str
    source: tuple[str, str]
    rest: int
    reverses_id: int | None


def candidates(account: BankAccount, lines: Sequence[OpenLine]) -> list[Candidate]:
    """Return what any of these lines may be; a handful of statements, however many lines."""
    if not lines:
        return []
    references = {each for line in lines for each in line.own_refs}
    amounts = {line.rest for line in lines}
    first = min(line.booked_on for line in lines)
    last = max(line.booked_on for line in lines)
    return [
        *_booked(account, amounts, first - WINDOW, last + WINDOW),
        *_payments(account.currency, references, amounts),
        *_gifts(account.currency, references, amounts, first - ANNOUNCED),
        *_payouts(account.currency),
        *_returns(account.currency, amounts),
        *_transfers(account, amounts),
        *_exchanges(account),
    ]


def search(account: BankAccount, text: str) -> list[Candidate]:
    """Return gifts and payments whose reference begins with a text, for a match by hand."""
    wanted = "".join(each for each in text.upper() if each.isalnum())
    if not wanted:
        return []
    donations = select(Donation).where(
        Donation.reference.startswith(wanted, autoescape=True),
        Donation.method == Method.BANK_TRANSFER,
        Donation.currency == account.currency,
    )
    payments = select(Disbursement).where(
        Disbursement.reference.startswith(wanted, autoescape=True),
        Disbursement.currency == account.currency,
    )
    return [
        *(_gift(each) for each in db.session.scalars(donations.limit(20))),
        *(found for each in db.session.scalars(payments.limit(20)) for found in _ways_of(each)),
    ]


def unseen_entries(
    account: BankAccount, since: date, until: date, amounts: Collection[int] | None = None
) -> tuple[UnseenEntry, ...]:
    """Return the entries of these days that moved the bank account and were not seen there.

    amounts: only entries with one of these rests. A mistake and its reversal that no line
    stands for cancel each other and are left out. One statement.
    """
    matched = _seen_by_entry()
    rest = func.sum(Posting.amount) - func.coalesce(func.max(matched.c.matched), 0)
    query = (
        select(
            JournalEntry.id, JournalEntry.book_date, JournalEntry.kind, JournalEntry.idem_key,
            JournalEntry.source_type, JournalEntry.source_id, rest, JournalEntry.reverses_id,
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(matched, matched.c.entry_id == JournalEntry.id)
        .where(
            Posting.account_code == account.account_code,
            Posting.currency == account.currency,
            JournalEntry.book_date.between(since, until),
        )
        .group_by(
            JournalEntry.id, JournalEntry.book_date, JournalEntry.kind, JournalEntry.idem_key,
            JournalEntry.source_type, JournalEntry.source_id, JournalEntry.reverses_id,
        )
        .having(rest != 0 if amounts is None else func.abs(rest).in_(map(abs, amounts)))
        .order_by(JournalEntry.book_date, JournalEntry.id)
    )  # fmt: skip
    found = [
        UnseenEntry(number, day, kind, key, (type_, source), int(left), reverses)
        for number, day, kind, key, type_, source, left, reverses in db.session.execute(query)
    ]
    kept = _without_pairs(found)
    return tuple(each for each in kept if amounts is None or each.rest in amounts)


def _seen_by_entry() -> Subquery:
    """Return what of each entry is seen at the bank: matched, or cleared onto it from suspense.

    What clears it there moves the account back, and is seen to the same amount.
    """
    cleared = (BankClearing.kind == MatchKind.ENTRY.value, BankClearing.undone_at.is_(None))
    parts = union_all(
        select(BankMatch.entry_id, BankMatch.amount).where(BankMatch.undone_at.is_(None)),
        select(cast(BankClearing.subject_id, BigInteger), BankClearing.amount).where(*cleared),
        select(BankClearing.entry_id, -BankClearing.amount).where(*cleared),
    ).subquery()
    entry_id, amount = parts.c
    return (
        select(entry_id.label("entry_id"), func.sum(amount).label("matched"))
        .group_by(entry_id)
        .subquery()
    )


def open_payout(payout_id: str, currency: str) -> dict[str, int]:
    """Return what of a Stripe payout is on its way, by fund; empty for one that has arrived."""
    query = (
        select(Posting.fund_code, func.sum(Posting.amount))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.source_type == "payout",
            JournalEntry.source_id == payout_id,
            Posting.account_code == chart.PAYOUT_TRANSIT,
            Posting.currency == currency,
        )
        .group_by(Posting.fund_code)
        .order_by(Posting.fund_code)
    )
    return {fund: int(amount) for fund, amount in db.session.execute(query) if amount}


def _without_pairs(found: Iterable[UnseenEntry]) -> list[UnseenEntry]:
    rows = {each.entry_id: each for each in found}
    for each in tuple(rows.values()):
        other = rows.get(each.reverses_id) if each.reverses_id is not None else None
        if other is not None and other.rest == -each.rest:
            del rows[each.entry_id], rows[other.entry_id]
    return list(rows.values())


def _booked(
    account: BankAccount, amounts: Collection[int], since: date, until: date
) -> list[Candidate]:
    found = unseen_entries(account, since, until, amounts)
    names = references(found)
    return [
        Candidate(
            MatchKind.ENTRY, str(each.entry_id), each.rest, names.get(each.entry_id, ""),
            each.book_date,
        )
        for each in found
    ]  # fmt: skip


def references(found: Sequence[UnseenEntry]) -> dict[int, str]:
    """Return the reference each entry's gift or payment goes by, by the entry's number.

    The key of a payment's entry begins with the payment's id (services/transition.Context.key).
    """
    gifts = {each.source[1]: each.entry_id for each in found if each.source[0] == "donation"}
    payments = {
        each.idem_key.partition(":")[0]: each.entry_id
        for each in found
        if each.source[0] == "application"
    }
    names: dict[int, str] = {}
    for model, entries in ((Donation, gifts), (Disbursement, payments)):
        if entries:
            query = select(model.id, model.reference).where(model.id.in_(list(entries)))
            names.update({entries[key]: reference for key, reference in db.session.execute(query)})
    return names


def _payments(
    currency: str, references: Collection[str], amounts: Collection[int]
) -> list[Candidate]:
    query = select(Disbursement).where(
        Disbursement.currency == currency,
        or_(
            Disbursement.reference.in_(references),
            and_(
                Disbursement.state == SENT,
                Disbursement.amount.in_([-each for each in amounts if each < 0]),
            ),
        ),
    )
    return [found for each in db.session.scalars(query) for found in _ways_of(each)]


def _ways_of(payment: Disbursement) -> list[Candidate]:
    """Return what the bank may say of a payment: that it left, that it came back."""
    found = []
    if payment.state in TO_BE_SEEN and payment.confirmed_on is None:
        found.append(
            Candidate(
                MatchKind.PAYMENT, payment.id, -payment.amount, payment.reference,
                payment.sent_on, payment.fund_code,
            )
        )  # fmt: skip
    if payment.state in BACK_FROM:
        found.append(
            Candidate(
                MatchKind.PAYMENT_BACK, payment.id, payment.amount, payment.reference,
                payment.sent_on, payment.fund_code,
            )
        )  # fmt: skip
    return found


def _gifts(
    currency: str, references: Collection[str], amounts: Collection[int], since: date
) -> list[Candidate]:
    query = select(Donation).where(
        Donation.currency == currency,
        Donation.method == Method.BANK_TRANSFER,
        or_(
            Donation.reference.in_(references),
            and_(
                Donation.state == ANNOUNCED_STATE,
                Donation.amount.in_([each for each in amounts if each > 0]),
                Donation.created_day >= since,
            ),
        ),
    )
    return [_gift(each) for each in db.session.scalars(query)]


def _gift(donation: Donation) -> Candidate:
    """Return a gift announced, or, once it has arrived, a further one under its reference."""
    waits = donation.state == ANNOUNCED_STATE
    return Candidate(
        MatchKind.GIFT, donation.id, donation.amount if waits else None, donation.reference,
        donation.created_day, donation.fund_code,
    )  # fmt: skip


def _payouts(currency: str) -> list[Candidate]:
    query = (
        select(JournalEntry.source_id, func.sum(Posting.amount), func.max(JournalEntry.book_date))
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            JournalEntry.source_type == "payout",
            Posting.account_code == chart.PAYOUT_TRANSIT,
            Posting.currency == currency,
        )
        .group_by(JournalEntry.source_id)
        .having(func.sum(Posting.amount) != 0)
        .order_by(JournalEntry.source_id)
    )
    return [
        Candidate(MatchKind.STRIPE_PAYOUT, payout, int(amount), day=day)
        for payout, amount, day in db.session.execute(query)
    ]


def _transfers(account: BankAccount, amounts: Collection[int]) -> list[Candidate]:
    """Return the transfers between own accounts whose one side was seen on another account."""
    query = (
        select(BankMatch.subject_id, func.sum(BankMatch.amount), func.max(BankLine.booked_on))
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .where(
            BankMatch.kind == MatchKind.OWN_TRANSFER.value,
            BankMatch.undone_at.is_(None),
            BankAccount.currency == account.currency,
        )
        .group_by(BankMatch.subject_id)
        .having(
            func.sum(BankMatch.amount).in_([-each for each in amounts]),
            func.max(BankLine.bank_account_id) != account.id,
        )
        .order_by(BankMatch.subject_id)
    )
    return [
        Candidate(MatchKind.OWN_TRANSFER, transfer, -int(amount), day=day)
        for transfer, amount, day in db.session.execute(query)
    ]


def _exchanges(account: BankAccount) -> list[Candidate]:
    """Return the exchanges whose one side was seen on an account in another currency."""
    query = (
        select(
            BankMatch.subject_id, func.sum(BankMatch.amount), func.max(BankLine.booked_on),
            func.max(BankAccount.currency),
        )
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .where(BankMatch.kind == MatchKind.EXCHANGE.value, BankMatch.undone_at.is_(None))
        .group_by(BankMatch.subject_id)
        .having(func.count() == 1, func.max(BankAccount.currency) != account.currency)
        .order_by(BankMatch.subject_id)
    )  # fmt: skip
    return [
        Candidate(MatchKind.EXCHANGE, exchange, int(amount), day=day, currency=currency)
        for exchange, amount, day, currency in db.session.execute(query)
    ]


def _returns(currency: str, amounts: Collection[int]) -> list[Candidate]:
    query = (
        select(GiftReturn, Donation.reference)
        .join(Donation, Donation.id == GiftReturn.donation_id)
        .where(
            GiftReturn.state == "agreed",
            Donation.method == Method.BANK_TRANSFER,
            GiftReturn.currency == currency,
            GiftReturn.amount.in_([-each for each in amounts if each < 0]),
        )
    )
    return [
        Candidate(MatchKind.GIFT_RETURN, row.id, -row.amount, reference, row.answered_on)
        for row, reference in db.session.execute(query)
    ]
