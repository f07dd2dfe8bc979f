"""Cards of listed countries: money set aside is taken only after a look at where the card is from.

The hosted page sets the money aside and charges nothing. Here the payment is read again; the
money is taken, or let go where the card was issued in a country in which giving is prosecuted
(or in one nobody can tell). The country is looked at in passing and written down nowhere. Why it
is done in this order: docs/decisions/0022-card-countries.md.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from flask import current_app
from sqlalchemy import select

from fund_app.adapters.payments import (
    Agreement,
    Payment,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.monthly_gifts import MonthlyGift

TAKE, LET_GO = "take", "let-go"
WAITING = frozenset({"initiated", "processing"})
"""States of a gift whose money may still be taken."""
NOT_STARTED = frozenset({"initiated", "checking"})
"""States of a monthly gift whose first month may still be taken."""


def settle(provider: Provider, payment: Payment, turn: str) -> Payment:
    """Take or let go what a card has set aside; returns the payment as it stands afterwards.

    Nothing happens to a payment that is not on hold, and to one that is no gift of ours or
    differs from it: a person looks at those, and after a week the card's bank lets go by itself.
    Whoever asks twice, or beside somebody else, finds it done: the provider takes or lets go
    once. `turn` tells tries apart whose answer was a failure (the provider repeats a stored
    failure under the same key). Raises ProviderUnavailable when it is not known what happened;
    then call again.
    """
    verdict = _verdict(payment)
    if verdict is None or payment.intent is None:
        return payment
    act = provider.capture if verdict == TAKE else provider.cancel
    # Refused: it has moved on since it was read, and what counts is how it stands now.
    with suppress(ProviderRefused):
        act(payment.intent, f"{payment.reference}:{verdict}:{turn}")
    settled = provider.retrieve_payment(payment.session)
    if settled.is_on_hold:
        raise ProviderUnavailable("still_on_hold")
    return settled


def settle_agreement(provider: Provider, agreement: Agreement, turn: str) -> Agreement:
    """Start collecting a monthly gift, or undo its agreement; returns how it stands afterwards.

    It is undone, and whoever agreed removed from the provider with the card, where the card is
    from a listed country. Nothing happens to one that is collected already, that is no gift of
    ours, or whose donor has stopped. Raises ProviderUnavailable as `settle` does.
    """
    verdict = _verdict_on(agreement)
    if verdict is None or agreement.subscription is None or agreement.customer is None:
        return agreement
    with suppress(ProviderRefused, ProviderUnknown):
        if verdict == TAKE:
            provider.start_collecting(agreement.subscription, f"{agreement.reference}:start:{turn}")
        else:
            provider.forget_customer(agreement.customer)
    settled = provider.retrieve(agreement.session)
    if not isinstance(settled, Agreement) or settled.is_waiting:
        raise ProviderUnavailable("still_waiting")
    # With the customer goes the card; what it was decided by is kept for this moment.
    return replace(settled, is_card=agreement.is_card, card_country=agreement.card_country)


def is_listed(payment: Payment | Agreement) -> bool:
    """Whether the card was issued in a refused country, or nobody says in which."""
    listed = refused_countries()
    if not listed or not payment.is_card:
        return False
    return payment.card_country is None or payment.card_country.upper() in listed


def refused_countries() -> tuple[str, ...]:
    """Return the countries whose cards are refused, as codes of ISO 3166."""
    listed: tuple[str, ...] = current_app.extensions["fund.refused_card_countries"]
    return listed


def _verdict_on(agreement: Agreement) -> str | None:
    if not agreement.is_waiting:
        return None
    known = select(MonthlyGift.state, MonthlyGift.amount, MonthlyGift.currency)
    row = db.session.execute(known.where(MonthlyGift.id == agreement.reference)).one_or_none()
    if row is None or row.state not in NOT_STARTED:
        return None
    if is_listed(agreement):
        return LET_GO
    same = (agreement.amount, agreement.currency) == (row.amount, row.currency)
    return TAKE if same else None


def _verdict(payment: Payment) -> str | None:
    if not payment.is_on_hold:
        return None
    known = select(Donation.state, Donation.amount, Donation.currency)
    row = db.session.execute(known.where(Donation.id == payment.reference)).one_or_none()
    if row is None:
        return None
    if is_listed(payment) or row.state not in WAITING:
        return LET_GO
    return TAKE if (payment.amount, payment.currency) == (row.amount, row.currency) else None
