"""What follows when a line of the bank is said to be something: each kind's own action.

Nothing is booked here that has an action already: a gift is recorded, a payment confirmed or
taken back, a return noted as sent, by the services that do so anyway. Only the arrival of a
payout, a fee of the bank, a transfer between own accounts and what nobody can explain yet are
posted straight to the ledger. The same deeds clear what was kept in suspense: there the bank's
side is booked through suspense (services/ledger_banks.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund_app.models.bank import BankAccount, BankClearing, BankLine, BankMatch
from fund_app.models.disbursements import Disbursement
from fund_app.models.donations import Donation
from fund_app.models.gift_returns import GiftReturn
from fund_app.models.ledger import JournalEntry, Posting
from fund_app.models.ledger_accounts import BANK_TRANSIT, FX_CLEARING, GENERAL
from fund_app.queries import bank_candidates
from fund_app.queries import gift_returns as returns
from fund_app.queries.ledger import LONGEST_CURSOR
from fund_app.services import (
    disbursement_troubles,
    disbursements,
    donation_rows,
    donations,
    gift_returns,
    ledger_facts,
)
from fund_app.services.donations import BankGift
from fund_app.services.ledger_banks import Through
from fund_app.services.ledger_facts import Leg, Origin
from fund_app.services.transition import INTERNAL, Unknown
from workflows.bank import MatchKind
from workflows.money import Money, rate_text
from workflows.roles import Actor

UNDONE = "bank_match_undone"
REVERSED = frozenset(
    {
        MatchKind.FEE,
        MatchKind.STRIPE_PAYOUT,
        MatchKind.GIFT,
        MatchKind.OWN_TRANSFER,
        MatchKind.EXCHANGE,
        MatchKind.SUSPENSE,
    }
)
"""What only the match has booked, so that undoing it takes the booking back."""


class MatchRefused(Exception):
    """A line is not this; `code` says why and is stable."""

    def __init__(self, code: str) -> None:
        """Keep the code of the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line, or a part of it, is.

    subject_id: of the gift, payment, return or payout, or the entry's number; empty for a fee
    and for a gift of nobody known. amount: signed like the line; None means all that is open,
    and of a payment what was paid: the bank books several as one line.
    fund_code: whose a gift of nobody known is, which fund a fee belongs to, or which holds what
    nobody can explain. fee: what of a payment's line is the bank's fee.
    """

    kind: MatchKind
    subject_id: str = ""
    amount: int | None = None
    fund_code: str = GENERAL
    is_source_known: bool = False
    fee: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line that is being matched, under the id its match will have."""

    line: BankLine
    account: BankAccount
    amount: int
    match_id: str
    through: Through

    def origin(self, actor: Actor, source: tuple[str, str], reason: str | None = None) -> Origin:
        """Return the origin of an entry this match posts itself."""
        key = f"bank:{self.match_id}"
        return Origin(
            key, self.line.booked_on, source, actor.ref, reason_code=reason, through=self.through
        )


def usual_part(session: Session, line: BankLine, choice: Choice, rest: int) -> int:
    """Return how much of a line's rest a choice without an amount stands for.

    Of a line that may be several payments booked as one, what this payment is. A line that
    carries one reference is one payment, and its amount has to agree to the cent.
    """
    if choice.kind is MatchKind.PAYMENT and len(line.own_refs.split()) != 1:
        payment = session.get(Disbursement, choice.subject_id)
        if payment is not None and rest < -payment.amount - choice.fee:
            return -payment.amount - choice.fee
    return rest


def _gift(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    if part.amount <= 0:
        raise MatchRefused("amount_differs")
    reference = ""
    if choice.subject_id:
        known = session.get(Donation, choice.subject_id)
        if known is None or known.currency != part.account.currency:
            raise Unknown(choice.subject_id)
        reference = known.reference
    elif part.account.currency != donation_rows.CURRENCY:
        raise MatchRefused("currency_differs")
    gift = BankGift(
        choice.fund_code, part.amount, part.line.booked_on, reference, part.match_id,
        choice.is_source_known, through=part.through,
    )  # fmt: skip
    donation_id = donations.record_bank_gift(actor, gift, INTERNAL)
    return donation_id, _entry_of(session, f"gift:{donation_id}")


def _gift_return(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    row = session.get(GiftReturn, choice.subject_id)
    if row is None:
        raise Unknown(choice.subject_id)
    if -part.amount != row.amount or row.currency != part.account.currency:
        raise MatchRefused("amount_differs")
    gift_returns.record_sent(
        actor, row.id, line=part.match_id, day=part.line.booked_on, through=part.through
    )
    return row.id, _entry_of(session, f"gift:{row.donation_id}:back:{part.match_id}")


def _payment(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    payment = _payment_of(session, part, choice)
    paid = -part.amount - choice.fee
    # What a payment in another currency may cost is for its own guard to say.
    if paid <= 0 or choice.fee < 0 or (payment.terms is None and paid != payment.amount):
        raise MatchRefused("amount_differs")
    line = disbursements.BankLine(
        paid, payment.reference, choice.fee, part.line.booked_on, part.through
    )
    is_named = payment.reference in part.line.own_refs.split()
    disbursement_troubles.seen_at_bank(actor, payment.id, line, is_named=is_named)
    return payment.id, _entry_of(session, f"{payment.id}:{payment.step}:executed")


def _payment_back(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    payment = _payment_of(session, part, choice)
    back = part.amount + choice.fee
    if part.amount <= 0 or choice.fee < 0 or back > payment.amount:
        raise MatchRefused("amount_differs")
    line = disbursements.BankLine(
        back, payment.reference, choice.fee, part.line.booked_on, part.through
    )
    disbursements.bounce(actor, payment.id, line, INTERNAL)
    return payment.id, _entry_of(session, f"{payment.id}:{payment.step}:returned")


def _payment_of(session: Session, part: Part, choice: Choice) -> Disbursement:
    payment = session.get(Disbursement, choice.subject_id)
    if payment is None:
        raise Unknown(choice.subject_id)
    if payment.currency != part.account.currency:
        raise MatchRefused("currency_differs")
    return payment


def _stripe_payout(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    shares = bank_candidates.open_payout(choice.subject_id, part.account.currency)
    if not shares:
        raise MatchRefused("not_open")
    if sum(shares.values()) != part.amount:
        raise MatchRefused("amount_differs")
    entry = ledger_facts.payout_arrived(
        session, part.origin(actor, ("payout", choice.subject_id)), shares,
        bank_line=part.amount, currency=part.account.currency,
    )  # fmt: skip
    return choice.subject_id, entry.id


def _fee(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    if part.amount >= 0:
        raise MatchRefused("amount_differs")
    origin = part.origin(actor, ("bank_line", part.line.id))
    fund, currency = choice.fund_code, part.account.currency
    entry = ledger_facts.bank_fee(session, origin, fund, -part.amount, currency)
    return part.line.id, entry.id


def _own_transfer(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    """Begin a transfer between two own accounts, or, given its id, end it on the other one."""
    transfer_id = choice.subject_id or part.match_id
    fund = choice.fund_code
    if choice.subject_id:
        fund = _begun(session, part, transfer_id)
    elif not _has_another(session, part.account, in_its_currency=True):
        raise MatchRefused("no_other_account")
    entry = ledger_facts.bank_transfer(
        session, part.origin(actor, ("bank_transfer", transfer_id)), fund, part.amount,
        part.account.currency,
    )  # fmt: skip
    return transfer_id, entry.id


def _begun(session: Session, part: Part, transfer_id: str) -> str:
    """Return the fund of a transfer whose other side this part is."""
    first, fund = _first_leg(session, part, MatchKind.OWN_TRANSFER, transfer_id)
    if first != Leg(-part.amount, part.account.currency):
        raise MatchRefused("amount_differs")
    return fund


def _exchange(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    """Begin an exchange between accounts of two currencies, or, given its id, settle it.

    What arrives for what left is what the bank has made of it: nothing is computed but its rate.
    """
    exchange_id = choice.subject_id or part.match_id
    origin = part.origin(actor, ("exchange", exchange_id))
    leg = Leg(part.amount, part.account.currency)
    if not choice.subject_id:
        if not _has_another(session, part.account, in_its_currency=False):
            raise MatchRefused("no_other_currency")
        return exchange_id, ledger_facts.exchange_begun(session, origin, choice.fund_code, leg).id
    first, fund = _first_leg(session, part, MatchKind.EXCHANGE, exchange_id)
    if first.currency == leg.currency or (first.amount > 0) == (leg.amount > 0):
        raise MatchRefused("amount_differs")
    left, arrived = (first, leg) if leg.amount > 0 else (leg, first)
    rate = rate_text(Money(-left.amount, left.currency), Money(arrived.amount, arrived.currency))
    entry = ledger_facts.exchange_settled(
        session, origin, fund, first, leg, rate_text=f"{rate} bank {part.line.booked_on}"
    )
    return exchange_id, entry.id


def _first_leg(session: Session, part: Part, kind: MatchKind, begun_id: str) -> tuple[Leg, str]:
    """Return the side of something between own accounts that was seen first, locked, and its fund.

    Raises Unknown, MatchRefused("not_open") where both sides are seen or it is this account's own.
    """
    legs = session.execute(
        select(BankMatch.amount, BankMatch.entry_id, BankAccount.id, BankAccount.currency)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(BankAccount, BankAccount.id == BankLine.bank_account_id)
        .where(
            BankMatch.kind == kind.value,
            BankMatch.subject_id == begun_id,
            BankMatch.undone_at.is_(None),
        )
        .with_for_update(of=BankMatch)
    ).all()
    if not legs:
        raise Unknown(begun_id)
    amount, entry_id, account_id, currency = legs[0]
    if len(legs) > 1 or account_id == part.account.id:
        raise MatchRefused("not_open")
    transit = Posting.account_code.in_((BANK_TRANSIT, FX_CLEARING))
    fund = session.scalars(
        select(Posting.fund_code).where(Posting.entry_id == entry_id, transit)
    ).one()
    return Leg(amount, currency), fund


def _has_another(session: Session, account: BankAccount, *, in_its_currency: bool) -> bool:
    same = BankAccount.currency == account.currency
    others = select(BankAccount.id).where(
        BankAccount.id != account.id, same if in_its_currency else ~same
    )
    return session.scalar(others.limit(1)) is not None


def _suspense(session: Session, actor: Actor, part: Part, choice: Choice) -> tuple[str, int]:
    origin = part.origin(actor, ("bank_line", part.line.id))
    entry = ledger_facts.bank_unknown(
        session, origin, choice.fund_code, part.amount, part.account.currency
    )
    return part.line.id, entry.id


def _entry(session: Session, _actor: Actor, _part: Part, choice: Choice) -> tuple[str, int]:
    number = choice.subject_id
    is_number = number.isascii() and number.isdigit() and len(number) < LONGEST_CURSOR
    entry = session.get(JournalEntry, int(number)) if is_number else None
    if entry is None:
        raise Unknown(number)
    # As it is numbered, not as it was typed: what is seen of an entry is added up by this.
    return str(entry.id), entry.id


DEEDS: Mapping[
    MatchKind, Callable[[Session, Actor, Part, Choice], tuple[str, int]]
] = {
    MatchKind.GIFT: _gift,
    MatchKind.GIFT_RETURN: _gift_return,
    MatchKind.PAYMENT: _payment,
    MatchKind.PAYMENT_BACK: _payment_back,
    MatchKind.STRIPE_PAYOUT: _stripe_payout,
    MatchKind.FEE: _fee,
    MatchKind.ENTRY: _entry,
    MatchKind.OWN_TRANSFER: _own_transfer,
    MatchKind.EXCHANGE: _exchange,
    MatchKind.SUSPENSE: _suspense,
}  # fmt: skip
"""What follows from each kind of match: returns the subject and the entry that records it."""


def reverse(session: Session, actor: Actor, line: BankLine, done: BankMatch | BankClearing) -> int:
    """Take back what a match or clearing of one of REVERSED has booked; returns the entry's number.

    Raises MatchRefused("gift_moved_on") for a gift that is held, on its way back or receipted.
    """
    entry = session.get_one(JournalEntry, done.entry_id)
    if done.kind == MatchKind.GIFT:
        require_unmoved(session, done.subject_id, done.amount)
    source = (entry.source_type, entry.source_id)
    origin = Origin(f"bank:{done.id}:undone", line.booked_on, source, actor.ref, reason_code=UNDONE)
    return ledger_facts.reverse(session, origin, entry).id


def require_unmoved(session: Session, donation_id: str, amount: int) -> None:
    """Refuse to take a gift back that has gone on: only accepted and whole it may be a mistake.

    Raises MatchRefused("gift_moved_on") where it is held, on its way back or on a receipt.
    """
    donation = session.get(Donation, donation_id, with_for_update=True, populate_existing=True)
    if (
        donation is None
        or donation.state != "accepted"
        or returns.left_of(session, donation_id) != amount
        or session.scalar(
            select(func.count())
            .select_from(GiftReturn)
            .where(GiftReturn.donation_id == donation_id, GiftReturn.state.in_(("asked", "agreed")))
        )
    ):
        raise MatchRefused("gift_moved_on")


def _entry_of(session: Session, key: str) -> int:
    found = session.scalar(select(JournalEntry.id).where(JournalEntry.idem_key == key))
    if found is None:
        raise MatchRefused("not_open")
    return found
