"""What funds, ways to give and kinds of movement are called, in the reader's language."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from fund_app.extensions import db
from fund_app.models.ledger import Fund
from fund_app.queries.donations import GiftRow
from fund_app.queries.monthly_gifts import MonthlyRow

FUNDS = {
    "GEN": _l("General fund: wherever help is needed most"),
    "EMG": _l("Emergency support"),
    "LEG": _l("Legal defence"),
    "FAM": _l("Families and prisoners"),
    "DIG": _l("Digital security"),
    "RES": _l("Reserve"),
}
METHODS = {
    "card": _l("Card"),
    "bank_transfer": _l("Bank transfer"),
}
STATES = {
    "initiated": _l("Waiting for the payment"),
    "processing": _l("Payment under way"),
    "cleared": _l("Arrived"),
    "held": _l("Being looked at"),
    "accepted": _l("Accepted"),
    "receipted": _l("Accepted"),
    "disputed": _l("Disputed by the card holder's bank"),
    "refunded": _l("Given back"),
    "refused": _l("Refused"),
    "failed": _l("Not paid"),
    "receipt_cancelled": _l("Given back"),
}
MOVEMENTS = {
    "gift": _l("Gift"),
    "refund": _l("Given back"),
    "refund_failed": _l("Return that did not arrive"),
    "chargeback": _l("Taken back by the bank"),
    "mistake": _l("Recorded by mistake, and taken back"),
}

GIVERS = {
    "codename": _l("by codename"),
    "ended": _l("record ended"),
    "nobody": _l("nobody yet"),
}
REASONS = {
    "donor_asked": _l("The donor asked for it"),
    "given_twice": _l("Given twice by mistake"),
    "source_doubtful": _l("Where the money comes from is in doubt"),
    "wrong_amount": _l("The amount was a mistake"),
    "other": _l("Another reason, in the minutes"),
}
RETURNS = {
    "asked": _l("Waits for the board"),
    "agreed": _l("Agreed, on its way"),
    "withdrawn": _l("Taken back"),
    "declined": _l("Declined"),
    "done": _l("Gone back"),
    "failed": _l("Did not go through"),
}
MONTHLY_STATES = {
    "initiated": _l("Not agreed on the payment page yet."),
    "checking": _l("Agreed. We look at the card before we take the first month."),
    "active": _l("It is collected each month."),
    "overdue": _l("The last month could not be collected."),
    "paused": _l("Paused: nothing is collected."),
    "stopping": _l("Stopped. The payment provider is being told."),
    "ended": _l("Ended: nothing more is collected."),
    "refused": _l("Refused: the card's country. Nothing was charged."),
    "lapsed": _l("Not agreed in time, so nothing was charged."),
}
MONTHLY_BADGES = {
    "initiated": _l("Not agreed yet"),
    "checking": _l("Card is looked at"),
    "active": _l("Collected each month"),
    "overdue": _l("Last month not collected"),
    "paused": _l("Paused"),
    "stopping": _l("Being stopped"),
    "ended": _l("Ended"),
    "refused": _l("Refused"),
    "lapsed": _l("Not agreed in time"),
}
MONTHS = {
    "draft": _l("Being prepared"),
    "open": _l("Not collected yet"),
    "paid": _l("Collected"),
    "uncollectible": _l("Given up"),
    "void": _l("Called off"),
}
HELD = {
    "large_gift": _l("It is large, and nobody has looked into where it comes from yet."),
    "watched_country": _l("It comes from a bank in a country where giving is prosecuted."),
    "hostile_source": _l("It comes from a source nothing is taken from. It can only go back."),
    "card_country": _l("It came by a card of a listed country."),
}
PARKED = {
    "object_unknown": _l("The provider does not know what the message names."),
    "not_ours": _l("The payment belongs to no gift of ours."),
    "amount_differs": _l("Amount or currency differ from the gift."),
    "payout_not_itemised": _l("The lines of the payout do not add up to it."),
}


def parked(code: str) -> str:
    """Return why a message of the provider waits for a person."""
    return str(PARKED[code])


def giver(code: str) -> str:
    """Return whether somebody stands behind a gift."""
    return str(GIVERS[code])


def reason(code: str) -> str:
    """Return why a gift goes back."""
    return str(REASONS[code])


def returned(code: str) -> str:
    """Return how far a return has come."""
    return str(RETURNS[code])


def fund(code: str) -> str:
    """Return what a fund is called: as in the catalogues, else as the board named it.

    In the reader's language where it was named in it, else in English.
    """
    if code in FUNDS:
        return str(FUNDS[code])
    found = db.session.get(Fund, code)
    language = getattr(get_locale(), "language", "en")
    return (found.name_in(language) if found is not None else None) or code


def method(code: str) -> str:
    """Return what a way to give is called."""
    return str(METHODS[code])


def state(code: str) -> str:
    """Return how far a gift has come, in words."""
    return str(STATES[code])


def purpose(gift: GiftRow | MonthlyRow) -> str:
    """Return what a gift is for, in words."""
    return str(_l("Shared between several purposes")) if gift.is_shared else fund(gift.fund_code)


def monthly_state(code: str) -> str:
    """Return how a monthly gift stands, as a sentence for its donor."""
    return str(MONTHLY_STATES[code])


def monthly_badge(code: str) -> str:
    """Return how a monthly gift stands, in a word or two for staff."""
    return str(MONTHLY_BADGES[code])


def month(code: str) -> str:
    """Return how one month of a monthly gift stands; the provider's own code where it is new."""
    return str(MONTHS.get(code, code))


def held_because(code: str) -> str:
    """Return why a gift is held."""
    return str(HELD[code])


def standing(gift: GiftRow) -> str:
    """Return how far a gift has come as its donor reads it: with the reason, and what is left."""
    if gift.failed_because == "card_country":
        return str(_l("Refused: the card's country. Nothing was charged."))
    if gift.on_its_way:
        return str(_l("On its way: a debit takes some days"))
    if gift.state == "accepted" and gift.gone and not gift.kept:
        return str(_l("Recorded by mistake, and taken back"))
    if gift.state == "accepted" and gift.gone:
        return str(_l("Accepted, partly given back"))
    return state(gift.state)


def movement(code: str) -> str:
    """Return what a line of a statement is called."""
    return str(MOVEMENTS[code])
