"""What the codes of payments are called on the pages of those who make them."""

from __future__ import annotations

from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

STATES = MappingProxyType(
    {
        "planned": _l("Planned"),
        "ready": _l("Ready to be checked"),
        "payee_checked": _l("Payee checked"),
        "held": _l("On hold"),
        "part_authorised": _l("Signed once"),
        "authorised": _l("Signed by two"),
        "exported": _l("In a payment file"),
        "unknown": _l("Outcome unknown"),
        "sent": _l("Sent"),
        "confirmed": _l("Seen at the bank"),
        "unconfirmed": _l("No word yet"),
        "received": _l("Received"),
        "failed": _l("Not executed"),
        "returned": _l("Came back"),
        "frozen_incident": _l("Frozen at the recipient"),
        "reissued": _l("Replaced by a new attempt"),
        "cancelled": _l("Cancelled"),
        "written_off": _l("Written off"),
        "reconciled": _l("Reconciled"),
    }
)

TONES = MappingProxyType(
    {
        "held": "warn",
        "unknown": "bad",
        "unconfirmed": "warn",
        "failed": "bad",
        "returned": "bad",
        "frozen_incident": "bad",
        "written_off": "bad",
        "confirmed": "good",
        "received": "good",
        "reconciled": "good",
        "authorised": "info",
        "sent": "info",
    }
)

CHANNELS = MappingProxyType(
    {
        "direct_to_supplier": _l("Bill paid to the supplier"),
        "partner_payout": _l("Through a partner"),
        "voucher": _l("Voucher"),
        "cash_agent": _l("Cash at a pick-up point"),
        "bank_transfer": _l("Bank transfer"),
    }
)

CLOCKS = MappingProxyType(
    {
        "plan": _l("to begin"),
        "auth": _l("to sign"),
        "hold_review": _l("to look at the hold"),
        "send": _l("to send"),
        "look_up": _l("to look it up"),
        "confirm": _l("for it to arrive"),
        "trace": _l("to trace it"),
        "reconcile": _l("to reconcile"),
        "return": _l("to find another way"),
        "frozen": _l("to help with the frozen account"),
    }
)

ACTIONS = MappingProxyType(
    {
        "conditions_met": _l("Begin with this payment"),
        "safety_check": _l("Safety check"),
        "safety_block": _l("Stop this payment"),
        "release_hold": _l("Let it go on"),
        "authorise_first": _l("Sign first"),
        "authorise_second": _l("Sign second and release"),
        "refuse_authorisation": _l("Refuse to sign"),
        "send": _l("Record that it was sent"),
        "bank_ok": _l("Found on the bank statement"),
        "reconcile": _l("Reconcile"),
        "late_ok": _l("It did arrive"),
        "fail": _l("The bank did not execute it"),
        "bounce": _l("The money came back"),
        "retry": _l("Try again by another way"),
    }
)

HISTORY = MappingProxyType(
    {
        "begin": _l("Planned"),
        "conditions_met": _l("Ready to be checked"),
        "safety_check": _l("Payee, lists and reference checked"),
        "safety_block": _l("Stopped"),
        "release_hold": _l("Released from hold by two"),
        "authorise_first": _l("Signed first"),
        "authorise_second": _l("Signed second: released"),
        "refuse_authorisation": _l("Signature refused"),
        "cancel": _l("Cancelled"),
        "send": _l("Sent"),
        "bank_ok": _l("Seen on the bank statement"),
        "recipient_ok": _l("The recipient says it has come"),
        "no_confirmation": _l("No word within the time"),
        "late_ok": _l("The recipient's word came late"),
        "fail": _l("The bank did not execute it"),
        "bounce": _l("The money came back"),
        "retry": _l("Replaced by a new attempt"),
        "reconcile": _l("Reconciled and locked"),
        "escalate": _l("A clock has run out"),
    }
)

REASONS = MappingProxyType(
    {
        "way_unsafe": _l("This way is not safe for the person"),
        "list_hit": _l("A possible hit on a list"),
        "payee_doubtful": _l("The payee could not be verified"),
        "details_wrong": _l("Details do not fit together"),
        "amount_wrong": _l("The amount is not right"),
        "other": _l("Another reason, told to the case lead"),
        "other_birth": _l("A false alarm: another date of birth"),
        "other_place": _l("A false alarm: another place"),
        "other_person": _l("A false alarm: known as another person"),
        "name_only": _l("A false alarm: only a part of the name agrees"),
        "true_hit": _l("The payee is on a list"),
    }
)

SIGNATURES = MappingProxyType(
    {
        "safety_check": _l("Safety check"),
        "first": _l("First signature"),
        "second": _l("Second signature"),
    }
)

PAYEE = MappingProxyType(
    {
        "payee_name": _l("Who receives it"),
        "payee_account": _l("Account, wallet or pick-up place"),
    }
)


def history(action: str) -> LazyString | str:
    """Return what a step of a payment is called; a step without words goes by its code."""
    return HISTORY.get(action, action)
