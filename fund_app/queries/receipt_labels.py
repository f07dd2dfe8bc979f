"""What packs, reasons and outcomes of receipts are called, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PACKS = {
    "DE": _l("Germany"),
    "GB": _l("United Kingdom"),
    "US": _l("United States"),
    "INT": _l("Everywhere else"),
}
FACTS = {
    "name": _l("Name of the organisation"),
    "address": _l("Address of the organisation"),
    "purposes": _l("Purposes, as they follow the words “wegen Förderung”"),
    "tax_office": _l("Tax office"),
    "tax_number": _l("Tax number"),
    "notice_kind": _l("Which notice it has"),
    "notice_day": _l("Date of the notice"),
    "assessment_period": _l("Latest period assessed"),
    "machine_day": _l("Day the tax office was told that receipts are made by machine"),
    "place": _l("Place"),
    "charity_number": _l("Charity number"),
    "hmrc_reference": _l("HMRC reference"),
    "ein": _l("Employer identification number (EIN)"),
    "registration": _l("Registration, as it should be printed"),
}
NOTICES = {
    "exemption_notice": _l("Exemption notice (Freistellungsbescheid), valid for 5 years"),
    "section_60a": _l("Notice under section 60a AO, valid for 3 years"),
}
VOIDS = {
    "wrong_details": _l("Name or address were wrong"),
    "wrong_amount": _l("The amount was wrong"),
    "gift_gone": _l("A gift on it has gone back"),
    "other": _l("Another reason, in the minutes"),
}
OUTCOMES = {
    "issued": _l("Issued"),
    "gone": _l("Taken back by the donor meanwhile"),
    "no_gifts": _l("No gift of that year is without a valid receipt"),
    "no_key": _l("Your key does not open the name; a colleague's does"),
    "issuer_missing": _l("Nobody has written down yet who issues receipts there"),
    "notice_too_old": _l("The tax office's notice is too old to issue receipts under"),
    "currency": _l("Receipts of that country are not made out in this currency"),
    "year_not_over": _l("The year is not over; receipts are for whole years"),
    "no_requests": _l("Nobody waits for a receipt of that year"),
}
KINDS = {
    "single": _l("For one gift"),
    "collective": _l("For several gifts"),
}


def pack(code: str) -> str:
    """Return where a pack's receipts are for."""
    return str(PACKS.get(code, code))


def fact(code: str) -> str:
    """Return what a fact about the issuer is called."""
    return str(FACTS.get(code, code))


def void(code: str) -> str:
    """Return why a receipt is void."""
    return str(VOIDS[code])


def outcome(code: str) -> str:
    """Return how a request went, or why nothing could be issued."""
    return str(OUTCOMES[code])


def kind(code: str) -> str:
    """Return whether a receipt is for one gift or for several."""
    return str(KINDS[code])
