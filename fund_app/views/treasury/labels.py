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
        "set_terms": _l("Worth in another currency"),
        "change_payee": _l("The payee's details have changed"),
        "agree_difference": _l("Agree to another amount"),
        "account_for": _l("Partner accounts for it"),
        "write_off_advance": _l("Write off what is open"),
        "found_sent": _l("Looked up: it was sent"),
        "found_not_sent": _l("Looked up: it never left"),
        "outcome_unknown": _l("Nobody knows whether it left"),
        "recall": _l("Call it back"),
        "cancel": _l("Cancel this payment"),
        "lost": _l("Traced: it is lost"),
        "give_up": _l("Give it up"),
        "write_off": _l("Write it off"),
        "frozen_at_recipient": _l("Their account is frozen"),
        "frozen_resolved": _l("They can use it after all"),
        "frozen_replace": _l("Pay it anew"),
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
        "set_terms": _l("Worth in another currency written down"),
        "change_payee": _l("Payee's details changed; signatures void"),
        "agree_difference": _l("Another amount agreed to"),
        "account_for": _l("Partner accounted for a part"),
        "write_off_advance": _l("What was open is written off by two"),
        "export": _l("Put into a payment file"),
        "take_back": _l("Taken out of its payment file"),
        "outcome_unknown": _l("Nobody knows whether it left"),
        "found_sent": _l("Looked up: it was sent"),
        "found_not_sent": _l("Looked up: it never left"),
        "recall": _l("Called back"),
        "lost": _l("Traced: it is lost"),
        "give_up": _l("Given up"),
        "write_off": _l("Written off by two"),
        "frozen_at_recipient": _l("Their account is frozen"),
        "frozen_resolved": _l("They can use it after all"),
        "frozen_replace": _l("Replaced; the loss is booked"),
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
        "payment_lost": _l("The payment is lost"),
        "stolen": _l("It was stolen"),
        "no_evidence": _l("Nothing proves where it went"),
        "partner_unreachable": _l("The partner cannot be reached"),
        "seized": _l("It was seized"),
    }
)

RATE_SOURCES = MappingProxyType(
    {
        "ecb": _l("European Central Bank"),
        "own_bank": _l("Our bank"),
        "partner": _l("The partner"),
        "agent": _l("The agent"),
    }
)

PARTS = MappingProxyType(
    {
        "handed_over": _l("Handed over to the recipient"),
        "returned": _l("Given back to the fund"),
        "written_off": _l("Written off"),
    }
)

EVIDENCE = MappingProxyType(
    {
        "signed_receipt": _l("A signed receipt"),
        "code_word": _l("The recipient's word"),
        "voucher_stub": _l("The stub of a voucher"),
        "agents_list": _l("The agent's list"),
        "bank_line": _l("A line of the bank"),
    }
)

BATCHES = MappingProxyType(
    {
        "prepared": _l("Waits to be released"),
        "released": _l("Released"),
        "handed_over": _l("Handed over"),
        "answered": _l("Answered by the bank"),
        "refused": _l("Refused"),
    }
)

BATCH_TONES = MappingProxyType(
    {"prepared": "info", "released": "info", "handed_over": "warn", "answered": "good"}
)

ANSWERS = MappingProxyType(
    {
        "accepted": _l("Accepted"),
        "rejected": _l("Rejected"),
        "taken_back": _l("Taken back"),
    }
)

VERDICTS = MappingProxyType(
    {
        "accepted": _l("The bank took the whole file"),
        "partly": _l("The bank took it without the lines marked below"),
        "file_rejected": _l("The bank refused the whole file"),
    }
)

BANK_REASONS = MappingProxyType(
    {
        "AC01": _l("account number wrong"),
        "AC04": _l("account closed"),
        "AC06": _l("account blocked"),
        "AG01": _l("not allowed on this account"),
        "AM05": _l("sent twice"),
        "BE01": _l("name does not fit the account"),
        "MS03": _l("no reason given"),
        "RC01": _l("bank unknown"),
    }
)


def bank_reason(code: str) -> str:
    """Return a bank's reason for refusing a payment: its code, in words where we have them."""
    words = BANK_REASONS.get(code)
    return f"{code} – {words}" if words else code


STATUSES = MappingProxyType(
    {
        "ACCP": _l("accepted"),
        "ACSP": _l("accepted, being settled"),
        "ACSC": _l("settled, says the bank"),
        "ACCC": _l("credited, says the bank"),
        "ACWC": _l("accepted with a change"),
        "ACTC": _l("the file is sound; nothing more is said"),
        "ACFC": _l("there is enough money; nothing more is said"),
        "RCVD": _l("received; nothing more is said"),
        "PDNG": _l("being worked on"),
        "PART": _l("some taken, some refused"),
        "RJCT": _l("refused"),
        "": _l("nothing is said"),
    }
)
"""What a bank tells of a payment (ISO 20022 codes)."""

FOLLOWING = MappingProxyType(
    {
        "sent": _l("counts as sent"),
        "failed": _l("counts as failed; it is still owed"),
        "waits_again": _l("waits again to be sent"),
        "noted": _l("nothing follows"),
        "known": _l("is so already"),
        "contradicts": _l("does not fit what is known; please ask the bank"),
    }
)
"""What follows from the bank's word for a payment."""
FOLLOWING_TONES = MappingProxyType(
    {"sent": "good", "failed": "bad", "waits_again": "warn", "contradicts": "bad"}
)

WHY_NO_REPORT = MappingProxyType(
    {
        "too_large": _l("The file is larger than any answer to a file of ours."),
        "entities": _l("The file holds a document type; no bank's answer needs one."),
        "not_a_report": _l("This is not a status report of a bank (pain.002)."),
        "several_files": _l(
            "It speaks of several files at once. Please ask the bank for one each."
        ),
        "unknown_file": _l("There is no payment file of this number here."),
        "unknown_lines": _l("These payments do not stand in the file it speaks of."),
        "not_handed_over": _l("This file has not been handed over, so no bank can have it."),
        "unknown_status": _l("It uses a status that is not known here."),
        "line_twice": _l("It tells two things of one payment."),
        "contradicts_itself": _l("It refuses the whole file and takes a part of it."),
    }
)
"""Why a status report is not taken, as a plain sentence."""


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
