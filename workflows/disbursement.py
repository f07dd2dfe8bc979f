"""One payment to one person by one way: checked, signed by two, sent, proven (DOMAIN.md 3.5).

`exported` and `unknown` are added: a line in a frozen batch, and a payment of which nobody can
say whether it left. Money that may be on its way is never sent again: `unknown` is left only
on the bank's word or by two persons.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.holds import Hold, HoldKind
from workflows.labels import PublicLabel
from workflows.roles import Role

APPLICANT, COORDINATOR, SYSTEM = Role.APPLICANT, Role.COORDINATOR, Role.SYSTEM
FINANCE, TREASURER = Role.FINANCE_OFFICER, Role.TREASURER
BOARD, SECURITY = Role.BOARD_MEMBER, Role.SECURITY_LEAD
UNDER_WAY, CLOSED = PublicLabel.PAYMENT_UNDER_WAY, PublicLabel.CLOSED

STATES = (
    State("planned", UNDER_WAY, FINANCE, ("plan",)),
    State("ready", UNDER_WAY, FINANCE, ("auth",)),
    State("payee_checked", UNDER_WAY, FINANCE, ("auth",)),
    State("part_authorised", UNDER_WAY, TREASURER, ("auth",)),
    State("held", UNDER_WAY, FINANCE, ("hold_review",)),
    State("authorised", UNDER_WAY, FINANCE, ("send",)),
    State("exported", UNDER_WAY, FINANCE, ("send",)),
    State("unknown", UNDER_WAY, FINANCE, ("look_up",)),
    State("sent", UNDER_WAY, FINANCE, ("confirm",)),
    State("confirmed", UNDER_WAY, COORDINATOR, ("confirm",)),
    State("unconfirmed", UNDER_WAY, COORDINATOR, ("trace",)),
    State("received", UNDER_WAY, FINANCE, ("reconcile",)),
    State("failed", UNDER_WAY, FINANCE, ("return",)),
    State("returned", UNDER_WAY, FINANCE, ("return",)),
    State("frozen_incident", UNDER_WAY, COORDINATOR, ("frozen",)),
    State("reissued", UNDER_WAY, final=True),
    State("cancelled", CLOSED, final=True),
    State("written_off", CLOSED, final=True),
    State("reconciled", CLOSED, final=True),
)

LIVE = tuple(state.code for state in STATES if not state.final)
CANCELLABLE = ("planned", "ready", "payee_checked", "held", "part_authorised")

IN_FLIGHT = frozenset(LIVE) - {"confirmed", "received", "frozen_incident"}
"""States in which a payment is neither proven nor over: a case waits with the next one."""

MAY_BE_OUT = ("exported", "unknown", "sent")
"""States in which money may be on its way and nobody has seen it arrive or fail."""

MONEY_LEFT = frozenset(
    {"exported", "unknown", "sent", "confirmed", "unconfirmed", "received", "returned", "reissued",
     "frozen_incident", "reconciled", "written_off"}
)  # fmt: skip
"""States that show money has gone out, or may have."""

CLOCKS = (
    Clock("plan", "plan_hours", Unit.HOURS, "escalate"),
    Clock("auth", "auth_hours", Unit.HOURS, "escalate"),
    Clock("hold_review", "hold_review_hours", Unit.HOURS, "escalate"),
    Clock("send", "send_hours", Unit.HOURS, "escalate"),
    Clock("look_up", "look_up_hours", Unit.HOURS, "escalate"),
    Clock("confirm", "confirm_days", Unit.DAYS, "no_confirmation"),
    Clock("trace", "trace_working_days", Unit.WORKING_DAYS, "escalate"),
    Clock("reconcile", "reconcile_working_days", Unit.WORKING_DAYS, "escalate"),
    Clock("return", "return_hours", Unit.HOURS, "escalate"),
    Clock("frozen", "frozen_working_days", Unit.WORKING_DAYS, "escalate"),
)

EVENTS = (
    "bank_ok", "recipient_ok", "no_confirmation", "late_ok", "lost", "fail", "bounce",
    "outcome_unknown", "found_sent", "found_not_sent", "reconcile", "frozen_at_recipient",
    "frozen_resolved", "write_off",
)  # fmt: skip
"""What has already happened outside: a hold may stop what we do, never what we learn."""

LEARNED = ("take_back", "agree_difference", "account_for", "write_off_advance")
"""What version 2 lets happen under a hold beside these."""

STOPPING = ("safety_block", "recall", "cancel", "give_up", "refuse_authorisation", "escalate")

HOLDS = (
    Hold(
        HoldKind.SUSPENDED_SECURITY,
        pauses=("plan", "auth", "send", "hold_review", "return"),
        allows=(*EVENTS, *STOPPING),
    ),
    Hold(
        HoldKind.PERSON_EVENT,
        pauses=("plan", "auth", "send", "hold_review", "return"),
        allows=(*EVENTS, *STOPPING),
    ),
)

SIGNING = ("details_unchanged", "not_recused", "not_decider", "not_case_lead", "not_payee")

BEFORE_SENDING = (
    Step(
        "conditions_met", ("planned",), "ready", (SYSTEM, FINANCE),
        ("case_can_pay", "tranche_due", "reserve_is_there", "no_other_attempt"),
    ),
    Step(
        "safety_check", ("ready",), "payee_checked", (FINANCE,),
        ("not_recused", "channel_allowed", "reference_neutral", "payee_verified",
         "screening_clean"),
        ("record_screening",),
    ),
    Step(
        "safety_block", ("ready", "payee_checked", "part_authorised"), "held",
        (FINANCE, SECURITY), ("reason_given",), ("void_signatures", "tell_lead"),
    ),
    Step(
        "release_hold", ("held",), "ready", (FINANCE, SECURITY), ("release_agreed",),
        ("tell_lead",),
    ),
    Step(
        "authorise_first", ("payee_checked",), "part_authorised", (FINANCE,),
        (*SIGNING, "not_checker"), ("record_first_signature",),
    ),
    Step(
        "authorise_second", ("part_authorised",), "authorised", (TREASURER, BOARD),
        (*SIGNING, "not_checker", "not_first_authoriser", "within_signatory_limit",
         "payee_details_settled"),
        ("post_release",),
    ),
    Step(
        "refuse_authorisation", ("payee_checked", "part_authorised"), "held",
        (FINANCE, TREASURER, BOARD), ("reason_given",), ("void_signatures", "tell_lead"),
    ),
    Step(
        "cancel", CANCELLABLE, "cancelled", (FINANCE, COORDINATOR, SYSTEM), ("cancel_agreed",),
        ("void_signatures", "release_payout"),
    ),
    Step(
        "cancel", ("authorised",), "cancelled", (FINANCE, COORDINATOR, SYSTEM),
        ("cancel_agreed",), ("void_signatures", "reverse_release", "release_payout"),
    ),
)  # fmt: skip

SENDING = (
    Step(
        "export", ("authorised",), "exported", (FINANCE,),
        ("batch_frozen", "rate_stored", "rail_pays_out", "details_unchanged"),
        ("freeze_line", "record_sending"),
    ),
    Step(
        "send", ("authorised",), "sent", (FINANCE,),
        ("rate_stored", "rail_pays_out", "details_unchanged"),
        ("record_sending", "record_upload"),
    ),
    Step(
        "send", ("exported",), "sent", (FINANCE,),
        ("details_unchanged",), ("record_upload",),
    ),
    Step(
        "recall", ("authorised",), "held", (FINANCE, SECURITY), ("case_is_held",),
        ("void_signatures", "reverse_release", "tell_lead"),
    ),
    Step(
        "recall", ("exported", "sent"), "unknown", (FINANCE, SECURITY), ("case_is_held",),
        ("request_recall", "tell_lead"),
    ),
    Step("outcome_unknown", ("exported",), "unknown", (SYSTEM, FINANCE), (), ("tell_lead",)),
    Step(
        "found_sent", ("unknown",), "sent", (FINANCE, SYSTEM),
        ("found_sent", "proven_or_two_persons"), ("record_upload",),
    ),
    Step(
        "found_not_sent", ("unknown",), "authorised", (FINANCE, SYSTEM),
        ("found_not_sent", "proven_or_two_persons"), ("record_not_sent",),
    ),
)  # fmt: skip

OUTCOMES = (
    Step(
        "bank_ok", ("sent",), "confirmed", (FINANCE, SYSTEM), ("statement_matches",),
        ("post_executed", "tell_application"),
    ),
    Step(
        "recipient_ok", ("sent", "confirmed"), "received", (APPLICANT, COORDINATOR),
        ("recipient_proved",), ("record_receipt", "tell_application"),
    ),
    Step(
        "no_confirmation", ("sent", "confirmed"), "unconfirmed", (SYSTEM,),
        ("confirm_ran_out",), ("welfare_check", "tell_lead"),
    ),
    Step(
        "late_ok", ("unconfirmed",), "received", (COORDINATOR,), ("is_case_lead",),
        ("record_receipt", "tell_application"),
    ),
    Step(
        "lost", ("unconfirmed",), "returned", (FINANCE,), ("trace_done",),
        ("record_trace", "record_incident"),
    ),
    Step(
        "fail", ("exported", "sent"), "failed", (SYSTEM, FINANCE), (),
        ("post_reversed", "tell_lead"),
    ),
    Step(
        "bounce", ("sent", "confirmed", "unconfirmed"), "returned", (SYSTEM, FINANCE),
        ("amount_came_back",), ("post_returned", "flag_channel", "tell_lead"),
    ),
    Step(
        "retry", ("failed", "returned"), "reissued", (FINANCE,),
        ("co_signed_by_coordinator", "channel_allowed", "money_is_back"),
        ("reverse_release", "plan_replacement"),
    ),
    Step(
        "give_up", ("failed", "returned"), "cancelled", (COORDINATOR,),
        ("giving_up_agreed", "money_is_back"), ("reverse_release", "release_payout"),
    ),
    Step(
        "write_off", ("returned",), "written_off", (BOARD,),
        ("money_is_gone", "within_write_off_limit"), ("post_loss",),
    ),
    Step(
        "reconcile", ("received", "confirmed"), "reconciled", (FINANCE,),
        ("statement_linked", "receipt_settled"), ("post_executed", "lock_payment"),
    ),
    Step(
        "frozen_at_recipient", ("received", "confirmed", "reconciled"), "frozen_incident",
        (COORDINATOR,), ("is_case_lead",), ("stop_channel", "record_incident"), reopens=True,
    ),
    Step("frozen_resolved", ("frozen_incident",), "reconciled", (FINANCE,),
         ("statement_linked",), ("post_executed", "lock_payment")),
    Step(
        "frozen_replace", ("frozen_incident",), "reissued", (FINANCE,),
        ("co_signed_by_panel_member", "replacement_approved"), ("post_loss", "plan_replacement"),
    ),
    Step(
        "escalate", LIVE, SAME, (SYSTEM,), ("some_clock_ran_out",),
        ("record_breach", "tell_coordinator"),
    ),
)  # fmt: skip

FIRST = Workflow(
    "disbursement", 1, "planned", STATES, (*BEFORE_SENDING, *SENDING, *OUTCOMES), CLOCKS, HOLDS
)
"""One payment, version 1."""

CHANGED = frozenset(
    {
        ("send", "authorised"),
        ("send", "exported"),
        ("fail", "exported"),
        ("write_off", "returned"),
        ("frozen_replace", "frozen_incident"),
    }
)
"""Rows of version 1 that version 2 says anew, by action and first source."""


def _as_before(step: Step) -> bool:
    return (step.action, step.sources[0]) not in CHANGED


AGREED_ANEW = (
    Step("set_terms", ("ready",), SAME, (FINANCE,), (), ("record_terms",)),
    Step(
        "change_payee", ("planned", "held"), SAME, (COORDINATOR,),
        ("is_case_lead", "not_recused", "channel_allowed"), ("replace_payee",),
    ),
    Step(
        "change_payee", ("ready", "payee_checked", "part_authorised"), "ready", (COORDINATOR,),
        ("is_case_lead", "not_recused", "channel_allowed"), ("replace_payee", "void_signatures"),
    ),
    Step(
        "change_payee", ("authorised",), "ready", (COORDINATOR,),
        ("is_case_lead", "not_recused", "channel_allowed"),
        ("reverse_release", "replace_payee", "void_signatures"),
    ),
)  # fmt: skip

IN_A_FILE = (
    Step(
        "send", ("authorised",), "sent", (FINANCE,),
        ("rate_stored", "rail_pays_out", "details_unchanged", "partner_named", "not_in_a_file"),
        ("record_sending", "record_upload"),
    ),
    Step(
        "send", ("exported",), "sent", (FINANCE,), ("details_unchanged", "file_handed_over"),
        ("record_upload",),
    ),
    Step(
        "take_back", ("exported",), "authorised", (FINANCE, TREASURER, SYSTEM),
        ("file_never_taken",), ("record_not_sent",),
    ),
    Step(
        "fail", ("exported",), "failed", (SYSTEM, FINANCE), ("file_handed_over",),
        ("post_reversed", "tell_lead"),
    ),
    Step("fail", ("sent",), "failed", (SYSTEM, FINANCE), ("not_seen_yet",),
         ("post_reversed", "tell_lead")),
)  # fmt: skip

LEARNED_LATE = (
    Step(
        "agree_difference", ("sent", "received", "unconfirmed"), SAME, (TREASURER, BOARD),
        ("not_recused", "not_seen_yet", "paid_abroad"), ("record_difference",),
    ),
    Step(
        "bank_ok", ("received", "unconfirmed"), SAME, (FINANCE, SYSTEM),
        ("statement_matches", "not_seen_yet"), ("post_executed",),
    ),
    Step(
        "bounce", ("returned",), SAME, (SYSTEM, FINANCE), ("amount_came_back", "money_still_out"),
        ("post_returned", "flag_channel", "tell_lead"),
    ),
    Step(
        "write_off", ("returned",), "written_off", (BOARD,),
        ("money_is_gone", "within_write_off_limit", "write_off_agreed"), ("post_loss",),
    ),
    Step(
        "frozen_replace", ("frozen_incident",), "reissued", (FINANCE,),
        ("co_signed_by_board", "statement_linked", "replacement_approved"),
        ("post_loss", "plan_replacement"),
    ),
)  # fmt: skip

WITH_A_PARTNER = ("confirmed", "received", "unconfirmed")

ADVANCES = (
    Step("account_for", WITH_A_PARTNER, SAME, (FINANCE,),
         ("something_is_open", "advance_holds"),
         ("post_settlement",)),
    Step(
        "write_off_advance", WITH_A_PARTNER, SAME, (BOARD,),
        ("something_is_open", "open_within_limit", "reason_given", "write_off_agreed"),
        ("post_shortfall",),
    ),
)  # fmt: skip

SECOND_STEPS = (
    *BEFORE_SENDING,
    *(step for step in SENDING if _as_before(step)),
    *(step for step in OUTCOMES if _as_before(step)),
    *AGREED_ANEW,
    *IN_A_FILE,
    *LEARNED_LATE,
    *ADVANCES,
)
SECOND_HOLDS = tuple(replace(hold, allows=(*hold.allows, *LEARNED)) for hold in HOLDS)

SECOND = Workflow("disbursement", 2, "planned", STATES, SECOND_STEPS, CLOCKS, SECOND_HOLDS)
"""One payment, version 2: payees changed, files taken back, what is learned late."""

OWNERS = (COORDINATOR, APPLICANT)
TRUSTED = ("is_lead_or_holder", "not_recused", "nothing_on_its_way", "channel_allowed")

BY_ITS_OWNER = (
    Step(
        "change_payee", ("planned", "held"), SAME, OWNERS, TRUSTED, ("replace_payee", "tell_lead"),
    ),
    Step(
        "change_payee", ("ready", "payee_checked", "part_authorised"), "ready", OWNERS, TRUSTED,
        ("replace_payee", "void_signatures", "tell_lead"),
    ),
    Step(
        "change_payee", ("authorised",), "ready", OWNERS, TRUSTED,
        ("reverse_release", "replace_payee", "void_signatures", "tell_lead"),
    ),
    Step(
        "recipient_ok", ("unknown",), "received", (APPLICANT, COORDINATOR), ("recipient_proved",),
        ("record_receipt", "tell_application"),
    ),
)  # fmt: skip
"""What the person themselves may do about a payment: say where it goes while nothing has left,
and that it came, also where nobody else can tell whether it left."""

DISBURSEMENT = Workflow(
    "disbursement",
    3,
    "planned",
    STATES,
    (*(step for step in SECOND_STEPS if step.action != "change_payee"), *BY_ITS_OWNER),
    CLOCKS,
    SECOND_HOLDS,
)
"""One payment, version 3: the person changes where it goes, and is heard where the bank is not."""

FIRST_SIGNERS = MappingProxyType(
    {
        "release_hold": frozenset({FINANCE, SECURITY}),
        "retry": frozenset({COORDINATOR}),
        "authorise_second": frozenset({FINANCE, TREASURER, BOARD, SECURITY}),
        "cancel": frozenset({FINANCE, COORDINATOR}),
        "found_sent": frozenset({FINANCE, TREASURER}),
        "found_not_sent": frozenset({FINANCE, TREASURER}),
        "write_off": frozenset({FINANCE}),
        "write_off_advance": frozenset({FINANCE}),
        "frozen_replace": frozenset({BOARD}),
    }
)
"""Actions that take two people, or may (a look-up without the bank's word, a payee whose details
are new), and who may give the first of the two signatures."""
