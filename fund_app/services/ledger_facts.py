"""Money facts: what happens to the fund from outside. Always recorded, never refused for want.

Each function posts one entry and names its postings (debit +, credit -) and its step in the
worked example of MONEY.md 3.4. Amounts are positive minor units; shares say how a sum falls
on several funds ({"EMG": 7000, "GEN": 3000}). Fees are what the bank or Stripe took, never
computed. Replaying a fact (same key, same content) changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.models import ledger_accounts as chart
from fund_app.models.ledger import EntryKind, Fund, JournalEntry, Posting
from fund_app.services.ledger import Entry, LedgerRefused, Line, post
from fund_app.services.ledger_banks import AT_BANK, Through
from workflows.money import split

Shares = Mapping[str, int]

_REVERSIBLE = frozenset(
    {
        EntryKind.OPENING,
        EntryKind.BANK_GIFT,
        EntryKind.BANK_FEE,
        EntryKind.BANK_UNKNOWN,
        EntryKind.BANK_TRANSFER,
        EntryKind.EXCHANGE,
        EntryKind.PAYOUT_ARRIVED,
        EntryKind.STRIPE_UNKNOWN,
    }
)
"""What a person records by hand, and what was kept until somebody could explain it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact comes from: its key, its day, its source, and who reports it.

    `key` names the fact for good (stripe:txn_...); `source` is a type and an opaque
    reference; `actor` an opaque reference; `at` the moment it happened (UTC), else now;
    `through` where the bank's side of it is booked.
    """

    key: str
    on: date
    source: tuple[str, str]
    actor: str
    at: datetime | None = None
    reason_code: str | None = None
    through: Through = AT_BANK


def record(
    session: Session, kind: EntryKind, origin: Origin, lines: Iterator[Line]
) -> JournalEntry:
    """Post the lines that are not zero as one entry of this kind."""
    return post(
        session,
        Entry(
            kind=kind,
            idem_key=origin.key,
            book_date=origin.on,
            lines=tuple(line for line in origin.through.lines(lines) if line.amount != 0),
            source=origin.source,
            actor=origin.actor,
            event_time=origin.at,
            reason_code=origin.reason_code,
        ),
    )


def move(debit: str, credit: str, fund: str, amount: int, currency: str) -> Iterator[Line]:
    """Yield the two lines that move an amount within one fund."""
    yield Line(debit, fund, amount, currency)
    yield Line(credit, fund, -amount, currency)


def opening_balance(
    session: Session, origin: Origin, shares: Shares, currency: str
) -> JournalEntry:
    """Take over what lay in a bank account: Bank +, OpeningBalances - (before step 0)."""
    lines = _moves(chart.BANK, chart.OPENING_BALANCES, shares, currency)
    return record(session, EntryKind.OPENING, origin, lines)


def bank_gift(session: Session, origin: Origin, shares: Shares, currency: str) -> JournalEntry:
    """Record a gift seen on the bank account: Bank +, Donations - (step 0)."""
    lines = _moves(chart.BANK, chart.DONATIONS, shares, currency)
    return record(session, EntryKind.BANK_GIFT, origin, lines)


def card_gift(
    session: Session, origin: Origin, shares: Shares, *, fee: int, net: int, currency: str
) -> JournalEntry:
    """Record a card gift from its balance transaction (steps 1 and 3).

    Stripe +, Donations - for each fund; ProcessingFees +, Stripe - for the fund that bears
    fees. Raises LedgerRefused("amounts_differ") unless the shares minus the fee are the net.
    """
    _require_sum(sum(shares.values()) - fee, net)

    def lines() -> Iterator[Line]:
        yield from _moves(chart.STRIPE, chart.DONATIONS, shares, currency)
        yield from fee_lines(
            session, chart.PROCESSING_FEES, chart.STRIPE, shares, fee=fee, currency=currency
        )

    return record(session, EntryKind.CARD_GIFT, origin, lines())


def refund(session: Session, origin: Origin, shares: Shares, currency: str) -> JournalEntry:
    """Record a refund; Stripe keeps its fee: Refunds +, Stripe - (step 2)."""
    lines = _moves(chart.REFUNDS, chart.STRIPE, shares, currency)
    return record(session, EntryKind.REFUND, origin, lines)


def refund_failed(session: Session, origin: Origin, shares: Shares, currency: str) -> JournalEntry:
    """Take back a refund that did not arrive: Stripe +, Refunds - (step 2 undone)."""
    lines = _moves(chart.STRIPE, chart.REFUNDS, shares, currency)
    return record(session, EntryKind.REFUND_FAILED, origin, lines)


def dispute_opened(
    session: Session, origin: Origin, shares: Shares, *, fee: int, currency: str
) -> JournalEntry:
    """Record a dispute when the money leaves, not when it is decided (step 4).

    Disputes +, Stripe - for each fund; DisputeFees +, Stripe - for the fund that bears fees.
    """

    def lines() -> Iterator[Line]:
        yield from _moves(chart.DISPUTES, chart.STRIPE, shares, currency)
        yield from fee_lines(
            session, chart.DISPUTE_FEES, chart.STRIPE, shares, fee=fee, currency=currency
        )

    return record(session, EntryKind.DISPUTE_OPENED, origin, lines())


def dispute_lost(session: Session, origin: Origin, shares: Shares, currency: str) -> JournalEntry:
    """Write off the disputed money: Chargebacks +, Disputes - (step 5a)."""
    lines = _moves(chart.CHARGEBACKS, chart.DISPUTES, shares, currency)
    return record(session, EntryKind.DISPUTE_LOST, origin, lines)


def dispute_won(
    session: Session, origin: Origin, shares: Shares, *, fee_returned: int = 0, currency: str
) -> JournalEntry:
    """Take the disputed money back (step 5b).

    Stripe +, Disputes - for each fund; Stripe +, DisputeFees - only for a fee that Stripe's
    own transaction returns.
    """

    def lines() -> Iterator[Line]:
        yield from _moves(chart.STRIPE, chart.DISPUTES, shares, currency)
        yield from fee_lines(
            session, chart.STRIPE, chart.DISPUTE_FEES, shares, fee=fee_returned, currency=currency
        )

    return record(session, EntryKind.DISPUTE_WON, origin, lines())


def stripe_fee(
    session: Session, origin: Origin, fund: str, amount: int, currency: str
) -> JournalEntry:
    """Record a fee Stripe charges on its own: ProcessingFees +, Stripe - (as in step 1)."""
    lines = fee_lines(
        session, chart.PROCESSING_FEES, chart.STRIPE, {fund: amount}, fee=amount, currency=currency
    )
    return record(session, EntryKind.STRIPE_FEE, origin, lines)


def stripe_unknown(session: Session, origin: Origin, amount: int, currency: str) -> JournalEntry:
    """Keep a movement nobody can explain yet in suspense; it raises no fund's means.

    Money in (amount > 0): Stripe +, SuspenseReceived -. Money out (amount < 0): SuspensePaid +,
    Stripe -. The general fund holds it (MONEY.md 3.3 point 7).
    """
    other = chart.SUSPENSE_RECEIVED if amount > 0 else chart.SUSPENSE_PAID
    lines = move(chart.STRIPE, other, chart.GENERAL, amount, currency)
    return record(session, EntryKind.STRIPE_UNKNOWN, origin, lines)


def stripe_payout(
    session: Session, origin: Origin, shares: Shares, *, net: int, currency: str
) -> JournalEntry:
    """Record that Stripe sends its balance to the bank: PayoutTransit +, Stripe - (step 6).

    Shares come from stripe_shares() and may be negative for a fund that bears fees. Raises
    LedgerRefused("amounts_differ") unless they add up to the payout's net.
    """
    _require_sum(sum(shares.values()), net)
    lines = _moves(chart.PAYOUT_TRANSIT, chart.STRIPE, shares, currency)
    return record(session, EntryKind.STRIPE_PAYOUT, origin, lines)


def payout_failed(session: Session, origin: Origin, shares: Shares, currency: str) -> JournalEntry:
    """Take a payout back that the bank refused: Stripe +, PayoutTransit - (step 6 undone)."""
    lines = _moves(chart.STRIPE, chart.PAYOUT_TRANSIT, shares, currency)
    return record(session, EntryKind.PAYOUT_FAILED, origin, lines)


def payout_arrived(
    session: Session, origin: Origin, shares: Shares, *, bank_line: int, currency: str
) -> JournalEntry:
    """Record the payout on the bank's own statement: Bank +, PayoutTransit - (step 6).

    Raises LedgerRefused("amounts_differ") unless the bank line is the payout to the cent.
    """
    _require_sum(sum(shares.values()), bank_line)
    lines = _moves(chart.BANK, chart.PAYOUT_TRANSIT, shares, currency)
    return record(session, EntryKind.PAYOUT_ARRIVED, origin, lines)


def bank_fee(
    session: Session, origin: Origin, fund: str, amount: int, currency: str
) -> JournalEntry:
    """Record a fee of the bank: BankFees +, Bank - for the fund that bears fees (step 9)."""
    lines = fee_lines(
        session, chart.BANK_FEES, chart.BANK, {fund: amount}, fee=amount, currency=currency
    )
    return record(session, EntryKind.BANK_FEE, origin, lines)


def bank_unknown(
    session: Session, origin: Origin, fund: str, amount: int, currency: str
) -> JournalEntry:
    """Keep a line of the bank nobody can explain yet in suspense; it raises no fund's means.

    Money in (amount > 0): Bank +, SuspenseReceived -. Money out: SuspensePaid +, Bank -. Cleared
    by the entry of what it turns out to be (services/ledger_banks.py).
    """
    other = chart.SUSPENSE_RECEIVED if amount > 0 else chart.SUSPENSE_PAID
    lines = move(chart.BANK, other, fund, amount, currency)
    return record(session, EntryKind.BANK_UNKNOWN, origin, lines)


def bank_transfer(
    session: Session, origin: Origin, fund: str, amount: int, currency: str
) -> JournalEntry:
    """Record one side of a transfer between two accounts of the fund.

    BankTransit +, Bank - where it leaves (amount < 0); Bank +, BankTransit - where it arrives.
    """
    lines = move(chart.BANK, chart.BANK_TRANSIT, fund, amount, currency)
    return record(session, EntryKind.BANK_TRANSFER, origin, lines)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an exchange: signed minor units as the bank booked them, and their currency."""

    amount: int
    currency: str


def exchange_begun(session: Session, origin: Origin, fund: str, leg: Leg) -> JournalEntry:
    """Record the first side seen of an exchange between two accounts of the fund.

    FxClearing +, Bank - where it leaves; Bank +, FxClearing - where it arrives: until the other
    side is seen the fund's position stays what it was.
    """
    lines = move(chart.BANK, chart.FX_CLEARING, fund, leg.amount, leg.currency)
    return record(session, EntryKind.EXCHANGE, origin, lines)


def exchange_settled(
    session: Session, origin: Origin, fund: str, first: Leg, second: Leg, *, rate_text: str
) -> JournalEntry:
    """Record the other side of an exchange, and settle both currencies in one entry.

    Bank and Exchanges for the second side; FxClearing and Exchanges for the first, so that
    FxClearing is nothing in either. `rate_text` says what the bank's rate was, and of which day.
    """

    def lines() -> Iterator[Line]:
        yield Line(chart.BANK, fund, second.amount, second.currency)
        yield Line(
            chart.EXCHANGES, fund, -second.amount, second.currency,
            -first.amount, first.currency, rate_text,
        )  # fmt: skip
        yield Line(chart.FX_CLEARING, fund, first.amount, first.currency)
        yield Line(
            chart.EXCHANGES, fund, -first.amount, first.currency,
            -second.amount, second.currency, rate_text,
        )  # fmt: skip

    return record(session, EntryKind.EXCHANGE, origin, lines())


def bank_loss(
    session: Session, origin: Origin, fund: str, amount: int, currency: str
) -> JournalEntry:
    """Give up money that left the bank and that nobody can explain: Losses +, Bank -.

    The fund that bears the deficits of `fund` bears it; `origin.reason_code` is required.
    """
    found = session.get(Fund, fund)
    bearer = (found and found.deficit_fund_code) or fund
    lines = move(chart.LOSSES, chart.BANK, bearer, amount, currency)
    return record(session, EntryKind.WRITE_OFF, origin, lines)


def reverse(session: Session, origin: Origin, mistaken: JournalEntry) -> JournalEntry:
    """Undo an entry recorded by mistake with its mirror image; each can be undone once.

    `origin.reason_code` says why and is required. Corrections of decisions have functions of
    their own (services/ledger_grants.py); asking for one here is LedgerRefused("not_reversible").
    """
    if mistaken.kind not in _REVERSIBLE:
        raise LedgerRefused("not_reversible")
    postings = session.scalars(
        select(Posting).where(Posting.entry_id == mistaken.id).order_by(Posting.line)
    )
    lines = tuple(
        Line(one.account_code, one.fund_code, -one.amount, one.currency) for one in postings
    )
    return post(
        session,
        Entry(
            kind=EntryKind.REVERSAL,
            idem_key=origin.key,
            book_date=origin.on,
            lines=lines,
            source=origin.source,
            actor=origin.actor,
            event_time=origin.at,
            reason_code=origin.reason_code,
            reverses_id=mistaken.id,
        ),
    )


def refund_shares(remaining: Shares, amount: int) -> dict[str, int]:
    """Split a refund over what can still be refunded per fund (MONEY.md 3.4, rounding).

    Never takes more from a fund than remains there. Raises LedgerRefused("refund_too_large")
    when the amount exceeds the sum.
    """
    if amount > sum(remaining.values()):
        raise LedgerRefused("refund_too_large")
    parts = split(amount, list(remaining.values()))
    return {fund: part for fund, part in zip(remaining, parts, strict=True) if part}


def fee_lines(
    session: Session, debit: str, credit: str, shares: Shares, *, fee: int, currency: str
) -> Iterator[Line]:
    """Yield the lines of a fee, split as the shares are, on the funds that bear their fees."""
    if fee == 0:
        return
    bearers: dict[str, int] = {}
    for fund, part in zip(shares, split(fee, list(shares.values())), strict=True):
        bearer = _bearer(session, fund)
        bearers[bearer] = bearers.get(bearer, 0) + part
    yield from _moves(debit, credit, bearers, currency)


def _moves(debit: str, credit: str, shares: Shares, currency: str) -> Iterator[Line]:
    for fund, amount in shares.items():
        yield from move(debit, credit, fund, amount, currency)


def _bearer(session: Session, fund: str) -> str:
    found = session.get(Fund, fund)
    if found is None:
        raise LedgerRefused("unknown_fund")
    return found.fee_fund_code or fund


def _require_sum(found: int, expected: int) -> None:
    if found != expected:
        raise LedgerRefused("amounts_differ")
