"""What the steps of a gift oblige the service to do; wired by name into the effects table.

A step's `data` is what was seen outside: the provider's Payment, or a BankLine. Booking is by
the fact's own key, so an effect that runs twice books once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from fund_app.adapters.payments import Payment
from fund_app.models import ledger_accounts as chart
from fund_app.models.donations import Donation
from fund_app.models.ledger import EntryKind, GrantCommitment, Tranche, TrancheState
from fund_app.queries import ledger as positions
from fund_app.services import (
    gift_shares,
    ledger_facts,
    ledger_grants,
    receipt_issuing,
    receipt_voids,
    stripe_facts,
)
from fund_app.services.ledger import Overspent
from fund_app.services.ledger_banks import AT_BANK, Through
from fund_app.services.ledger_facts import Origin
from fund_app.services.notifications import notify_role
from fund_app.services.receipt_issuing import Certified
from fund_app.services.transition import Context
from workflows.roles import Role


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of the bank's statement: positive minor units, the bank's day and its number.

    through: where the bank's side of it is booked.
    """

    amount: int
    currency: str
    day: date
    number: str
    through: Through = AT_BANK


def post_gift(context: Context) -> None:
    """Book the gift as it arrived: the provider's lines with the fee, or the bank's line."""
    donation: Donation = context.subject
    if isinstance(context.data, Payment):
        _book(context)
        return
    line: BankLine = context.data
    origin = Origin(
        f"gift:{donation.id}", line.day, ("donation", donation.id), context.actor.ref,
        through=line.through,
    )  # fmt: skip
    shares = gift_shares.arriving(donation, line.amount)
    ledger_facts.bank_gift(context.session, origin, shares, line.currency)


def post_refund(context: Context) -> None:
    """Book a refund: the provider's lines, or what went back by bank transfer."""
    unblock_spending(context)
    donation: Donation = context.subject
    if isinstance(context.data, Payment):
        _book(context)
        return
    line: BankLine = context.data
    origin = Origin(
        f"gift:{donation.id}:back:{line.number}",
        line.day,
        ("donation", donation.id),
        context.actor.ref,
        through=line.through,
    )
    lines = (
        posting
        for fund, amount in gift_shares.going_back(donation, line.amount).items()
        for posting in ledger_facts.move(chart.REFUNDS, chart.BANK, fund, amount, line.currency)
    )
    ledger_facts.record(context.session, EntryKind.REFUND, origin, lines)


def post_dispute(context: Context) -> None:
    """Book what the cardholder's bank took, at opening: the amount is no longer spendable."""
    unblock_spending(context)
    _book(context)


def post_dispute_won(context: Context) -> None:
    """Book what came back."""
    _book(context)


def post_dispute_lost(context: Context) -> None:
    """Write off what stays away."""
    _book(context)
    for dispute in context.data.disputes:
        if dispute.status == stripe_facts.LOST:
            stripe_facts.book_lost_dispute(context.session, context.subject, dispute)


def thank_donor(context: Context) -> None:
    """Leave a note of thanks on the donor's own page, once; donors are never written to."""
    donation: Donation = context.subject
    donation.thanked_day = donation.thanked_day or context.moment.date()


def check_shortfall(context: Context) -> None:
    """Tell finance when a fund now lacks money for what it has promised."""
    donation: Donation = context.subject
    funds = gift_shares.arriving(donation, donation.amount)
    if any(positions.position(fund, donation.currency).available < 0 for fund in funds):
        notify_role(context.session, Role.FINANCE_OFFICER)


def tell_finance(context: Context) -> None:
    """Tell finance that something waits, without content."""
    notify_role(context.session, Role.FINANCE_OFFICER)


def block_spending(context: Context) -> None:
    """Set a held gift's money aside and call finance: promised to nobody, it cannot be spent.

    A fund that has less than that left has nothing to set aside, and can promise nothing anyway.
    """
    donation: Donation = context.subject
    source = ("donation", donation.id)
    for fund, amount in gift_shares.arriving(donation, donation.amount).items():
        key = f"gift:{donation.id}:held:{context.event.step}:{fund}"
        origin = Origin(key, context.moment.date(), source, context.actor.ref)
        part = ledger_grants.Part(amount)
        with suppress(Overspent):
            ledger_grants.approve_grant(context.session, origin, fund, [part], donation.currency)
    notify_role(context.session, Role.FINANCE_OFFICER)


def unblock_spending(context: Context) -> None:
    """Give what was set aside for a held gift back to its fund; nothing where nothing was."""
    donation: Donation = context.subject
    waiting = (
        select(Tranche.id)
        .join(GrantCommitment)
        .where(
            GrantCommitment.source_type == "donation",
            GrantCommitment.source_id == donation.id,
            Tranche.state == TrancheState.PLANNED,
        )
    )
    for tranche_id in context.session.scalars(waiting).all():
        origin = Origin(
            f"gift:{donation.id}:free:{tranche_id}",
            context.moment.date(),
            ("donation", donation.id),
            context.actor.ref,
        )
        ledger_grants.cancel_commitment(context.session, origin, tranche_id)


def issue_receipt(context: Context) -> None:
    """Write the gift's line of the receipt being issued; nothing where none is."""
    if isinstance(context.data, Certified):
        receipt_issuing.certify(context.session, context.data)


def void_receipt(context: Context) -> None:
    """Make the gift's receipt void with a number of its own, if a valid one covers it."""
    receipt_voids.void_of_gift(context.session, context.subject.id)


def _book(context: Context) -> None:
    stripe_facts.book_gift_lines(context.session, context.subject, context.data.movements)


EFFECTS: Mapping[str, Callable[[Context], None]] = {
    "post_gift": post_gift,
    "post_refund": post_refund,
    "post_dispute": post_dispute,
    "post_dispute_won": post_dispute_won,
    "post_dispute_lost": post_dispute_lost,
    "thank_donor": thank_donor,
    "check_shortfall": check_shortfall,
    "block_spending": block_spending,
    "unblock_spending": unblock_spending,
    "tell_finance": tell_finance,
    "issue_receipt": issue_receipt,
    "void_receipt": void_receipt,
}
"""The effects of a gift by the names its workflow uses."""
