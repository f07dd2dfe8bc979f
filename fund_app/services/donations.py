"""Gifts: begun by a donor, paid by card or bank transfer, recorded by finance, given back.

A donor is a codename. Whoever gives for the first time gets one; nothing else is asked. The row
of a gift is written before anything is asked of the payment provider, and its random id is the
key under which the provider is asked, so that an answer that got lost costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund_app.adapters.clock import now
from fund_app.adapters.payments import CheckoutOrder, CheckoutPage
from fund_app.models.donations import Donation, DonationPart, Method
from fund_app.models.events import Event
from fund_app.models.ledger import Fund
from fund_app.models.ledger_accounts import GENERAL
from fund_app.models.pledges import PledgePayment
from fund_app.models.stripe import PspObject
from fund_app.services import codenames, gift_shares, pledges, transition, vault
from fund_app.services.donation_effects import BankLine
from fund_app.services.donation_progress import card_limit
from fund_app.services.donation_rows import (
    donor_of,
    new,
    normal_reference,
    parts_by_fund,
    wait_for_turn,
)
from fund_app.services.ledger_banks import AT_BANK, Through
from fund_app.services.stripe_inbox import provider
from fund_app.services.transition import INTERNAL, Request, Step, Unknown, step, take
from fund_app.services.unit import unit_of_work
from workflows import gift_policy
from workflows.roles import SYSTEM, Actor, Role

SMALLEST = 100
"""A gift by card below 1.00 would be eaten by its fee."""
LABEL = "Contribution"
"""What the payment page calls the gift: no name, no programme."""


class PurposeClosed(Exception):
    """The fund does not exist or takes no gifts at the moment."""


class AmountRefused(Exception):
    """An amount that cannot be given this way; `code` is too_small or too_large."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


class CheckoutOver(Exception):
    """This gift is past its payment page: paid, failed or begun too long ago."""


class LineTaken(Exception):
    """The bank's line with this number is recorded already."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to give: positive minor units of CURRENCY, to which fund, how.

    `also`: further funds it is shared with evenly, to the cent.
    """

    fund_code: str
    amount: int
    method: Method
    also: tuple[str, ...] = ()

    @property
    def funds(self) -> tuple[str, ...]:
        """Every fund it is for, each once, in order of code."""
        return tuple(sorted({self.fund_code, *self.also}))


@dataclass(frozen=True, slots=True)
class Begun:
    """A gift that has begun; the codename is there the first time only."""

    donation_id: str
    reference: str
    codename: codenames.NewCodename | None


@dataclass(frozen=True, slots=True)
class BankGift:
    """What finance read on the bank's statement.

    reference: as written by the sender, in any form. is_source_known: somebody has looked into
    where a large gift comes from. line: the bank's own number of the line. source: what kind of
    sender it is, a code of gift_policy.SOURCES. country: of the sender's bank (ISO 3166).
    through: where the bank's side of it is booked.
    """

    fund_code: str
    amount: int
    day: date
    reference: str
    line: str
    is_source_known: bool = False
    source: str = "unknown"
    country: str | None = None
    through: Through = AT_BANK


def begin(wish: Wish, *, language: str, request_id: str, holder_id: str | None = None) -> Begun:
    """Begin a gift; a donor who is not signed in gets a codename.

    holder_id: of the donor signed in. The same request_id again returns the same gift, without
    the codename. Raises PurposeClosed, AmountRefused. The key is kept before the gift, so a
    crash between leaves a codename nobody knows, and never a gift nobody can find.
    """
    require_amount(wish)
    with unit_of_work() as session:
        require_open(session, wish.funds)
        if (known := _begun(session, request_id)) is not None:
            return known
    fresh = None if holder_id else codenames.donors().create(language)
    with unit_of_work() as session:
        wait_for_turn(session, wish.fund_code)
        if (known := _begun(session, request_id)) is not None:
            if fresh is not None:
                vault.keystore().remove_holder(fresh.holder_id)
            return known
        donor = donor_of(session, holder_id or str(fresh and fresh.holder_id), language)
        donation = new(wish.fund_code, wish.amount, wish.method, donor)
        donation.parts = [
            DonationPart(fund_code=fund, amount=share)
            for fund, share in parts_by_fund(wish.amount, wish.funds).items()
        ]
        donation.request_id = request_id
        if wish.method is Method.CARD:
            # Its clock lets an unpaid checkout lapse; a bank transfer takes the days it takes.
            giver = Actor(donor.id, frozenset({Role.DONOR}))
            transition.begin(session, donation, "donation", giver, {})
        session.add(donation)
    return Begun(donation.id, donation.reference, fresh)


def check_out(donor: Actor, donation_id: str, *, success_url: str, cancel_url: str) -> CheckoutPage:
    """Open the hosted payment page of a donor's own gift, however often it is asked for.

    Raises Unknown for anybody else's gift, CheckoutOver when it is past paying, Refused when one
    of its funds takes no gifts any more, NotConfigured without a provider, and
    ProviderUnavailable when no answer came: then ask again.
    """
    with unit_of_work() as session:
        donation = _own(session, donor, donation_id)
        if donation.method != Method.CARD or donation.state not in {"initiated", "processing"}:
            raise CheckoutOver(donation.id)
        if donation.state == "initiated":
            funds = gift_shares.arriving(donation, donation.amount)
            facts = {
                "amount": donation.amount,
                "purpose_open": all(is_open(session, fund) for fund in funds),
            }
            step(session, donation, Step("process", donor, facts))
        order = CheckoutOrder(
            donation.id,
            donation.amount,
            donation.currency,
            donation.donor.language if donation.donor else "en",
            LABEL,
            success_url,
            cancel_url,
        )
        began = donation.created_day
    page = _page(order, began)
    with unit_of_work() as session:
        session.merge(PspObject(id=page.id, kind="checkout.session", donation_id=order.reference))
    return page


def record_bank_gift(actor: Actor, gift: BankGift, request: Request) -> str:
    """Record a gift seen on the bank account and return the donation's id.

    The reference finds the donor: the gift announced under it if it still waits, otherwise a
    further gift of the same donor (a standing order keeps its reference); a pledge's reference
    counts the gift towards it. A reference nobody has goes to the bucket of unmatched gifts, for
    the fund finance chose. A gift the policy does not take unseen (workflows/gift_policy.py) is
    in the books like any other, and held. Raises PurposeClosed for an
    unknown fund, LineTaken for a line recorded before, Refused when the actor may not.
    """
    with unit_of_work() as session:
        wait_for_turn(session, GENERAL)
        taken = session.scalar(select(Donation).where(Donation.bank_line == gift.line))
        if taken is not None:
            return _same_request(session, request, taken)
        donation = _announced(session, gift)
        donation.amount, donation.received_day = gift.amount, gift.day
        donation.bank_line = gift.line
        session.flush()
        why = gift_policy.why_held(
            gift_policy.in_force(now()), gift.amount, gift.source, gift.country,
            is_source_known=gift.is_source_known,
        )  # fmt: skip
        facts = {"amount": gift.amount, "statement_matches": True, "gift_clean": why is None}
        line = BankLine(gift.amount, donation.currency, gift.day, gift.line, gift.through)
        step(session, donation, Step("bank_in", actor, facts, request, data=line))
        after = "accept" if why is None else "screen_hit"
        step(session, donation, Step(after, SYSTEM, facts, reason_code=why))
        return donation.id


def _same_request(session: Session, request: Request, taken: Donation) -> str:
    """Answer a form sent twice as the first time; refuse another form with the same line."""
    made = select(Event.id).where(Event.request_id == request.id, Event.subject_id == taken.id)
    if request.id is None or session.scalar(made) is None:
        raise LineTaken(taken.id)
    return taken.id


def _begun(session: Session, request_id: str) -> Begun | None:
    known = session.scalar(select(Donation).where(Donation.request_id == request_id))
    return None if known is None else Begun(known.id, known.reference, None)


def require_amount(wish: Wish) -> None:
    """Raise AmountRefused for less than a fee would leave, or more than a card may bring."""
    if wish.amount < SMALLEST:
        raise AmountRefused("too_small")
    if wish.method is Method.CARD and wish.amount >= card_limit():
        raise AmountRefused("too_large")


def require_open(session: Session, funds: Iterable[str]) -> None:
    """Raise PurposeClosed unless each of these funds takes gifts at the moment."""
    for fund in funds:
        if not is_open(session, fund):
            raise PurposeClosed(fund)


def is_open(session: Session, fund_code: str) -> bool:
    """Whether a fund is there and takes gifts at the moment."""
    fund = session.get(Fund, fund_code)
    return fund is not None and fund.open_for_donations


def _own(session: Session, donor: Actor, donation_id: str) -> Donation:
    donation = take(session, Donation, donation_id, INTERNAL)
    if donation.donor is None or donation.donor.holder_id != donor.ref:
        raise Unknown(donation_id)
    return donation


def _page(order: CheckoutOrder, began: date) -> CheckoutPage:
    moment = now()
    # The provider forgets a key after a day, so from the next day on we look before we ask.
    if moment.date() > began:
        since = moment - timedelta(days=(moment.date() - began).days + 1)
        found = provider().find_checkout_session(order.reference, since)
        if found is not None:
            if found.url is None:
                raise CheckoutOver(order.reference)
            return found
    page = provider().create_checkout_session(order)
    if page.url is None:
        raise CheckoutOver(order.reference)
    return page


def _announced(session: Session, gift: BankGift) -> Donation:
    """Find or make the donation a bank line belongs to, locked."""
    reference = normal_reference(gift.reference)
    known = session.scalar(
        select(Donation).where(
            Donation.reference == reference, Donation.method == Method.BANK_TRANSFER.value
        )
    )
    if known is not None and known.state == "initiated":
        return take(session, Donation, known.id, INTERNAL)
    pledge = pledges.of_reference(session, reference)
    chosen = known or pledge
    fund_code = chosen.fund_code if chosen is not None else gift.fund_code
    if session.get(Fund, fund_code) is None:
        raise PurposeClosed(fund_code)
    donor = known.donor if known is not None else None
    donation = new(fund_code, gift.amount, Method.BANK_TRANSFER, donor)
    if known is not None:
        donation.parts = [
            DonationPart(fund_code=part.fund_code, amount=part.amount) for part in known.parts
        ]
    session.add(donation)
    session.flush()
    if pledge is not None:
        session.add(PledgePayment(donation_id=donation.id, pledge_id=pledge.id))
    return donation
