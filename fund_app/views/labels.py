"""What codes are called on pages. Codes are stable; these words live in the catalogues."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forms.needs import CATEGORIES as NEEDS
from workflows.guards import sentence_for
from workflows.roles import Role

ROLES = {
    Role.APPLICANT: _l("Applicant"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.REVIEWER: _l("Reviewer"),
    Role.CHAIR: _l("Chair of the panel"),
    Role.FINANCE_OFFICER: _l("Finance officer"),
    Role.TREASURER: _l("Treasurer"),
    Role.SECURITY_LEAD: _l("Security lead"),
    Role.CUSTODIAN: _l("Custodian of names"),
    Role.BOARD_MEMBER: _l("Board member"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.DONOR: _l("Donor"),
    Role.SYSTEM: _l("The software"),
}

PURPOSES = {
    Role.APPLICANT: _l("Asks for help, comes back with seven words, follows the case."),
    Role.COORDINATOR: _l("Reads the queue by time left, checks, asks, opens the vote."),
    Role.REVIEWER: _l("Votes on a story without learning whose it is."),
    Role.FINANCE_OFFICER: _l("Plans and releases payments without reading the story."),
    Role.TREASURER: _l("Releases payments as the second person and keeps the books."),
    Role.SECURITY_LEAD: _l("Holds back what may harm, and lifts a freeze beside a second person."),
    Role.CUSTODIAN: _l("Keeps the names of cases; it takes two to open one, for some hours."),
    Role.DONOR: _l("Gives, and gets a statement to the cent, without an account."),
    Role.BOARD_MEMBER: _l("Agrees to large sums and sees the whole, never a person."),
    Role.AUDITOR: _l("Verifies the trail of every step and the ledger."),
    Role.ADMINISTRATOR: _l("Keeps accounts and the machine running, and can read no case."),
}

PROGRAMMES = {
    "emergency": _l("Emergency support"),
    "relocation": _l("Relocation"),
    "long_term": _l("Long-term support"),
}


STATES = {
    "draft": _l("Draft"),
    "submitted": _l("Submitted"),
    "triage": _l("First look"),
    "verification": _l("Verification"),
    "review": _l("With the panel"),
    "fast_track": _l("Fast track"),
    "waiting_for_money": _l("Waiting for money"),
    "approved": _l("Approved"),
    "offered": _l("Offered"),
    "accepted": _l("Accepted"),
    "active": _l("Paid"),
    "reporting": _l("Report received"),
    "rejected": _l("Refused"),
    "appealed": _l("Under appeal"),
    "rejected_final": _l("Refused for good"),
    "merged": _l("Merged"),
    "referred_out": _l("Referred to others"),
    "expired": _l("Expired"),
    "withdrawn": _l("Withdrawn"),
    "closed": _l("Closed"),
}
"""What staff call the states of an application."""

STATE_TONES = {
    "submitted": "warn", "triage": "info", "verification": "info", "review": "info",
    "fast_track": "warn", "waiting_for_money": "warn", "approved": "good", "offered": "good",
    "accepted": "good", "active": "good", "reporting": "info", "rejected": "bad",
    "appealed": "warn",
}  # fmt: skip
"""How the state's badge is coloured; the words carry the meaning."""

BALLOT_STATES = {
    "prepared": _l("Waiting for declarations"),
    "open": _l("Voting"),
    "counting": _l("Being counted"),
    "chair_vote": _l("Equal votes, the chair decides"),
    "no_quorum": _l("Too few votes"),
    "decided": _l("Decided"),
    "void": _l("Void"),
}

RESULTS = {
    "approve": _l("Approved in full"),
    "approve_partially": _l("Approved in part"),
    "reject": _l("Refused"),
}

CHOICES = {
    "approve": _l("Approve all of it"),
    "partial": _l("Approve a part, line by line"),
    "reject": _l("Refuse"),
    "abstain": _l("Abstain"),
}
"""What a reviewer can vote."""

SEATS = {
    "drawn": _l("Drawn, has not declared yet"),
    "free": _l("Free of conflicts"),
    "recused": _l("Has stepped back"),
}

BANDS = {
    "life_threat": _l("Life in danger"),
    "urgent": _l("Urgent"),
    "standard": _l("Standard"),
}
BAND_TONES = {"life_threat": "bad", "urgent": "warn", "standard": "neutral"}

HOLDS = {
    "info_requested": _l("Waiting for the applicant's answers"),
    "suspended_security": _l("Frozen for safety"),
    "person_event_hold": _l("Something has happened to the person"),
}

CHECKS = {
    "identity": _l("Identity"),
    "incident": _l("What happened"),
    "activity": _l("Link to the person's work"),
    "need": _l("Need"),
}
"""The four tests of a case."""

CHECK_PURPOSES = {
    "identity": _l("Is this the person, or somebody they have sent?"),
    "incident": _l("Did it happen, or is it about to?"),
    "activity": _l("Is it because of what the person does for others?"),
    "need": _l("Would this help, and does it cost what it says?"),
}

CHECK_STATUSES = {
    "planned": _l("Planned"),
    "confirmed": _l("Confirmed"),
    "not_confirmed": _l("Not confirmed"),
    "waived": _l("Waived"),
}
CHECK_TONES = {"confirmed": "good", "not_confirmed": "bad", "waived": "warn"}

LEVELS = {
    0: _l("V0: nothing but the person's own word"),
    1: _l("V1: one sign that supports it"),
    2: _l("V2: two independent signs"),
    3: _l("V3: a document or a person we trust"),
    4: _l("V4: checked on the spot or by two people we trust"),
}

CLOCKS = {
    "draft": _l("Draft kept"),
    "ack": _l("Acknowledge"),
    "triage": _l("First look"),
    "decide": _l("Decide"),
    "ratify": _l("Ratify"),
    "money": _l("Find the money"),
    "letter": _l("Make the offer"),
    "offer": _l("Applicant accepts"),
    "pay": _l("Pay"),
    "report": _l("Applicant reports"),
    "check_report": _l("Look at the report"),
    "appeal": _l("Time to appeal"),
    "appeal_decision": _l("Decide the appeal"),
    "info": _l("Applicant answers"),
    "safe_contact": _l("Find a safe contact"),
    "person_event": _l("Act on what happened"),
    "declare": _l("Declare conflicts"),
    "vote": _l("Vote"),
    "vote_extra": _l("Vote, extra time"),
    "count": _l("Count"),
    "chair": _l("Chair decides"),
    "substitute": _l("Draw substitutes"),
    "plan": _l("Payment: prepare"),
    "auth": _l("Payment: sign"),
    "hold_review": _l("Payment: look at the hold"),
    "send": _l("Payment: send"),
    "look_up": _l("Payment: find out whether it left"),
    "confirm": _l("Payment: word that it arrived"),
    "trace": _l("Payment: trace it"),
    "reconcile": _l("Payment: reconcile"),
    "return": _l("Payment: another way after it came back"),
    "frozen": _l("Payment: frozen at the recipient"),
    "checkout": _l("Gift: payment begun"),
    "clear": _l("Gift: payment arrives"),
    "screen": _l("Gift: first look"),
    "gift_review": _l("Gift: review"),
    "receipt": _l("Gift: receipt"),
    "dispute": _l("Gift: answer the dispute"),
}

UNITS = {
    "hours": _l("%(count)s hours, day and night"),
    "days": _l("%(count)s days, day and night"),
    "working_days": _l("%(count)s working days"),
}
"""How much a clock counts; filled with `count`."""

ACTIONS = {
    "acknowledge": _l("Acknowledge"),
    "assign": _l("Hand to a colleague"),
    "set_band": _l("Set the urgency"),
    "start_verification": _l("Start verification"),
    "verify": _l("Record a check"),
    "waive_verification": _l("Waive verification"),
    "clear_duplicates": _l("Say that they are different people"),
    "merge_duplicate": _l("Merge with another case"),
    "propose_fast_track": _l("Propose the fast track"),
    "fast_track": _l("Give at once, as the second officer"),
    "request_info": _l("Ask the applicant"),
    "write_redaction": _l("Write for the panel"),
    "to_review": _l("Send to the panel"),
    "substitutes": _l("Draw substitutes"),
    "reject": _l("Refuse on formal grounds"),
    "offer": _l("Make the offer"),
    "no_money": _l("Say that there is no money"),
    "return_report": _l("Ask once more about the report"),
    "close": _l("Close"),
    "suspend_security": _l("Freeze for safety"),
    "person_event": _l("Something has happened to the person"),
    "directive_continue": _l("Go on as the person wished"),
    "directive_redecide": _l("Have it decided again"),
    "directive_close": _l("End the case for good"),
    "resume": _l("Agree to lift the freeze"),
    "reopen": _l("Open again"),
    "refer_out": _l("Refer to others"),
    "appeal_upheld": _l("Uphold the appeal, as the board has signed"),
    "appeal_dismissed": _l("Dismiss the appeal, as the board has signed"),
    "hand_over": _l("Hand the file to the board"),
}
"""What a coordinator can do, as it stands on the button."""

REASONS = {
    "not_a_defender": _l("The person's work is not what the fund exists for"),
    "risk_not_linked_to_work": _l("The danger does not come from the person's work"),
    "no_acute_risk": _l("There is no acute danger"),
    "outside_mandate": _l("Outside of what the fund may do"),
    "retrospective_cost": _l("The cost lies in the past"),
    "covered_elsewhere": _l("Somebody else covers it"),
    "cost_line_excluded": _l("The rules exclude this kind of cost"),
    "not_verifiable_in_time": _l("It could not be checked in time"),
    "incomplete_after_request": _l("What was asked for did not come"),
    "duplicate": _l("The same request is here already"),
    "amount_above_limit": _l("The amount is above the limit"),
    "other_measure_better": _l("Another kind of help would be better"),
    "help_would_raise_risk": _l("Our help would raise the danger"),
    "conflict_with_list_or_law": _l("A law or a list forbids it"),
    "money_exhausted": _l("The money is used up"),
    "applicant_unreachable": _l("The person could not be reached"),
    "false_information": _l("What was said is not true"),
    "violence_advocated": _l("Violence was called for"),
    "for_profit_purpose": _l("The purpose is profit"),
    "late": _l("It came too late"),
}
"""Reasons of a refusal, short, for those who choose one."""

REASON_SENTENCES = {
    "not_a_defender": _l(
        "The fund is there for people who are in danger because they stand up for the rights of "
        "others. From what you told us we could not see this."
    ),
    "risk_not_linked_to_work": _l(
        "The fund is there for danger that comes from work for the rights of others. We could "
        "not see how the danger you describe comes from it."
    ),
    "no_acute_risk": _l(
        "Emergency support is for danger that cannot wait. We could not see that this is so now."
    ),
    "outside_mandate": _l("What you ask for is outside of what this fund may do."),
    "retrospective_cost": _l(
        "The costs have been paid already. Emergency support cannot pay back what lies behind you."
    ),
    "covered_elsewhere": _l("As far as we know, somebody else already covers these costs."),
    "cost_line_excluded": _l("The rules of the fund exclude this kind of cost."),
    "not_verifiable_in_time": _l(
        "We could not find enough that supports what you told us in the time there was. This "
        "does not mean that we do not believe you."
    ),
    "incomplete_after_request": _l(
        "We asked you for something and did not receive enough to decide on."
    ),
    "duplicate": _l("The same request is with us already; it is dealt with there."),
    "amount_above_limit": _l("The amount is above what this fund may give."),
    "other_measure_better": _l("We think that another kind of help would serve you better."),
    "help_would_raise_risk": _l("We fear that our help would bring you into more danger."),
    "conflict_with_list_or_law": _l("A law that binds us does not let us help here."),
    "money_exhausted": _l("The money we have for this is used up. It is not about you."),
    "applicant_unreachable": _l("We could not reach you in a way that was safe for you."),
    "false_information": _l("Something you told us turned out not to be so."),
    "violence_advocated": _l("The fund cannot help where violence is called for."),
    "for_profit_purpose": _l("The fund cannot help with purposes that make a profit."),
    "late": _l("The request came after the time in which this help could be given."),
}
"""Reasons of a refusal as a letter says them to the person."""

REASONS_OF_LOOKS = {
    "reach_safely": _l("To reach you safely"),
    "verify": _l("To check what you told us"),
    "arrange_payment": _l("To bring you the money"),
    "danger_to_life": _l("Because your life was in danger"),
}
"""What a name was opened for, as the person reads it."""

REGIONS = {
    "eastern_europe": _l("Eastern Europe"),
    "russia": _l("Russia"),
    "belarus": _l("Belarus"),
    "caucasus": _l("Caucasus"),
    "central_asia": _l("Central Asia"),
    "balkans": _l("Balkans"),
    "western_europe": _l("Western Europe"),
    "turkey_middle_east": _l("Turkey and the Middle East"),
    "other": _l("Elsewhere, or not said"),
}
"""Coarse groups of countries, the only place that stands outside of the seal."""

LANGUAGES = {"en": _l("English"), "ru": _l("Russian"), "de": _l("German")}

CATEGORIES = {choice.code: choice.label for choice in NEEDS}
"""Cost categories; their words are those of the form."""


def reason_of_look(code: str | None) -> str:
    """Return why somebody looked, where more is known than their role says."""
    return str(REASONS_OF_LOOKS.get(code, _("They wrote down why."))) if code else ""


def role(code: str) -> str:
    """Return what a role is called in the page's language."""
    return str(ROLES[Role(code)])


def programme(code: str) -> str:
    """Return what a programme is called in the page's language."""
    return str(PROGRAMMES[code])


def category(code: str) -> str:
    """Return what a cost category is called in the page's language."""
    return str(CATEGORIES[code])


def refusal(code: str) -> str:
    """Return the sentence of a refusal code in the page's language."""
    return str(_(sentence_for(code)))


def register(app: Flask) -> None:
    """Give templates the words that documents need too, which services write without a page."""
    app.jinja_env.filters.update(
        category=category, refusal_sentence=lambda code: str(REASON_SENTENCES[code])
    )
