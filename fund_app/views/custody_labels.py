"""What the codes around names, brakes and invented cases are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fund_app.models.unlocks import Unlock
from workflows.brakes import LiftReason, Measured, Pulled
from workflows.unlocks import DEFAULT_HOURS, HOURS, SIGNATURES, Purpose

PURPOSES = {
    Purpose.PAYMENT: _l("To arrange the payment"),
    Purpose.CONTACT: _l("To reach the person safely"),
    Purpose.CHECK: _l("To check who the person is"),
    Purpose.DANGER: _l("A life is in danger"),
}
"""Why somebody needs the names, as they choose it."""

REASONS: Mapping[str, object] = {
    Purpose.PAYMENT: _l("to arrange your payment"),
    Purpose.CONTACT: _l("to reach you safely"),
    Purpose.CHECK: _l("to check who you are"),
    Purpose.DANGER: _l("because a life was in danger"),
}
"""The same, as the applicant reads it behind a role."""

STATES = {
    "asked": _l("Waits for agreement"),
    "open": _l("Open"),
    "refused": _l("Refused"),
    "withdrawn": _l("Taken back"),
    "lapsed": _l("Not answered in a day"),
    "ended": _l("Ended early"),
    "over": _l("Time over"),
}
STATE_TONES = {"asked": "warn", "open": "info", "refused": "bad"}

PULLED = {
    Pulled.CASES: _l("Many different cases"),
    Pulled.LOOKS: _l("Very many looks"),
    Pulled.HAND: _l("By the security lead"),
}

LIFT_REASONS = {
    LiftReason.BUSY_DAY: _l("There was that much honest work"),
    LiftReason.SPOKEN: _l("I have spoken with the person"),
    LiftReason.MISTAKE: _l("It was a mistake"),
}


def hours_listed() -> list[tuple[str, str]]:
    """Return how long an unlock may last, the usual first."""
    listed = sorted(HOURS, key=lambda hours: (hours != DEFAULT_HOURS, hours))
    return [(str(hours), ngettext("%(num)s hour", "%(num)s hours", hours)) for hours in listed]


def purposes_listed() -> list[tuple[str, object]]:
    """Return the purposes with their words."""
    return [(str(code), words) for code, words in PURPOSES.items()]


def counted(measured: Measured | Pulled, count: int) -> str:
    """Return what somebody opened within the window, with the exact number."""
    if measured == Measured.CASES:
        return str(
            ngettext(
                "You have opened %(num)s case within ten minutes.",
                "You have opened %(num)s different cases within ten minutes.",
                count,
            )
        )
    return str(
        ngettext(
            "You have looked into cases %(num)s time within ten minutes.",
            "You have looked into cases %(num)s times within ten minutes.",
            count,
        )
    )


def missing(unlock: Unlock) -> int:
    """Return how many signatures a question still needs."""
    signed = (unlock.first_id is not None) + (unlock.second_id is not None)
    return SIGNATURES - signed - (unlock.asked_as == "custodian")
