"""What states, sources, reasons and kinds of pledges and gifts in kind are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "offered": _l("Offered"),
    "screening": _l("Before the board"),
    "scheduled": _l("Agreed"),
    "part_paid": _l("Paid in part"),
    "overdue": _l("Overdue"),
    "fulfilled": _l("Fulfilled"),
    "declined": _l("Declined"),
    "cancelled": _l("Cancelled"),
    "written_off": _l("Written off"),
}
TONES = {
    "screening": "info", "scheduled": "info", "part_paid": "info", "overdue": "bad",
    "fulfilled": "good", "written_off": "bad",
}  # fmt: skip
SOURCES = {
    "unknown": _l("Not known"),
    "person": _l("A person"),
    "foundation": _l("A foundation"),
    "institution": _l("A public institution of a free country"),
    "company": _l("A company"),
    "state_body": _l("A body of a state that persecutes"),
    "ruling_party": _l("A ruling party"),
    "armed_group": _l("An armed group"),
    "surveillance_vendor": _l("A maker of surveillance or weapons"),
}
REASONS = {
    "donor_asked": _l("The donor asked for it"),
    "source_doubtful": _l("Where the money comes from is in doubt"),
    "purpose_not_feasible": _l("We cannot keep the purpose"),
    "donor_unreachable": _l("The donor cannot be reached"),
    "other": _l("Another reason, in the minutes"),
}
CATEGORIES = {
    "equipment": _l("Equipment"),
    "software": _l("Software and licences"),
    "translation": _l("Translation"),
    "legal_work": _l("Legal work"),
    "housing": _l("Places to stay"),
    "transport": _l("Transport"),
    "medicine": _l("Medicine and medical help"),
    "premises": _l("Rooms"),
    "other_service": _l("Other work"),
    "other_goods": _l("Other things"),
}
GAPS = {
    "not_booked": _l("The provider has it, our books do not"),
    "not_theirs": _l("Our books have it, the provider does not"),
    "differs": _l("The amounts differ"),
}


def state(code: str) -> str:
    """Return how far a pledge has come."""
    return str(STATES[code])


def tone(code: str) -> str:
    """Return the tone of a pledge's badge."""
    return TONES.get(code, "neutral")


def source(code: str) -> str:
    """Return what a kind of source is called."""
    return str(SOURCES[code])


def reason(code: str) -> str:
    """Return why a pledge has ended."""
    return str(REASONS[code])


def category(code: str) -> str:
    """Return what a kind of gift in kind is called."""
    return str(CATEGORIES[code])


def gap(code: str) -> str:
    """Return on which side a line is missing."""
    return str(GAPS[code])
