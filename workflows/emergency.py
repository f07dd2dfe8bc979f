"""Emergency support: from the first words to the closed case (DOMAIN.md 3.2).

Ballot, appeal, referral and payouts are machines of their own; a step here that follows from
one of them is taken by the system. Being asked, suspended or struck by an event are holds.
"""

from __future__ import annotations

from workflows.clocks import Clock, Unit
from workflows.engine import SAME, State, Step, Workflow
from workflows.holds import Hold, HoldKind
from workflows.labels import PublicLabel
from workflows.roles import Role

APPLICANT, COORDINATOR, SYSTEM = Role.APPLICANT, Role.COORDINATOR, Role.SYSTEM
FINANCE, BOARD, SECURITY = Role.FINANCE_OFFICER, Role.BOARD_MEMBER, Role.SECURITY_LEAD
STAFF = (
    COORDINATOR, Role.REVIEWER, Role.CHAIR, FINANCE, Role.TREASURER, SECURITY, BOARD,
)  # fmt: skip
OFFICERS = (COORDINATOR, Role.TREASURER, BOARD)

LIVE = (
    "submitted", "triage", "verification", "review", "fast_track", "approved", "offered",
    "accepted", "active", "reporting", "waiting_for_money", "rejected", "appealed",
)  # fmt: skip
"""Every state in which somebody waits for somebody, the draft apart."""

BEFORE_MONEY = (
    "submitted", "triage", "verification", "review", "fast_track", "waiting_for_money",
    "approved", "offered", "accepted", "appealed",
)  # fmt: skip

STATES = (
    State("draft", PublicLabel.NEED_FROM_YOU, APPLICANT, ("draft",)),
    State("submitted", PublicLabel.RECEIVED, COORDINATOR, ("ack", "triage", "decide")),
    State("triage", PublicLabel.BEING_CHECKED, COORDINATOR, ("triage", "decide")),
    State("verification", PublicLabel.BEING_CHECKED, COORDINATOR, ("decide",)),
    State("review", PublicLabel.BEING_DECIDED, COORDINATOR, ("decide",)),
    State("fast_track", PublicLabel.PAYMENT_UNDER_WAY, COORDINATOR, ("ratify",)),
    State("waiting_for_money", PublicLabel.DECISION_READY, FINANCE, ("money",)),
    State("approved", PublicLabel.BEING_DECIDED, COORDINATOR, ("letter",)),
    State("offered", PublicLabel.DECISION_READY, APPLICANT, ("offer",)),
    State("accepted", PublicLabel.PAYMENT_UNDER_WAY, FINANCE, ("pay",)),
    State("active", PublicLabel.PAYMENT_UNDER_WAY, APPLICANT, ("report",)),
    State("reporting", PublicLabel.BEING_CHECKED, COORDINATOR, ("check_report",)),
    State("rejected", PublicLabel.DECISION_READY, APPLICANT, ("appeal",)),
    State("appealed", PublicLabel.BEING_DECIDED, BOARD, ("appeal_decision",)),
    State("rejected_final", PublicLabel.CLOSED, final=True),
    State("merged", PublicLabel.CLOSED, final=True),
    State("referred_out", PublicLabel.CLOSED, final=True),
    State("expired", PublicLabel.CLOSED, final=True),
    State("withdrawn", PublicLabel.CLOSED, final=True),
    State("closed", PublicLabel.CLOSED, final=True),
)

CLOCKS = (
    Clock("draft", "draft_days", Unit.DAYS, "abandon"),
    Clock("ack", "ack_hours", Unit.HOURS, "escalate"),
    Clock("triage", "triage_hours", Unit.HOURS, "escalate"),
    Clock("decide", "decide_hours", Unit.HOURS, "escalate"),
    Clock("ratify", "ratify_days", Unit.DAYS, "escalate"),
    Clock("money", "money_days", Unit.DAYS, "no_money"),
    Clock("letter", "letter_hours", Unit.HOURS, "escalate"),
    Clock("offer", "offer_days", Unit.DAYS, "offer_timeout"),
    Clock("pay", "pay_hours", Unit.HOURS, "escalate"),
    Clock("report", "report_days", Unit.DAYS, "escalate"),
    Clock("check_report", "check_report_days", Unit.DAYS, "escalate"),
    Clock("appeal", "appeal_days", Unit.DAYS, "appeal_window_over"),
    Clock("appeal_decision", "appeal_working_days", Unit.WORKING_DAYS, "escalate"),
    Clock("info", "info_days", Unit.DAYS, "info_timeout"),
    Clock("safe_contact", "safe_contact_days", Unit.DAYS, "escalate"),
    Clock("person_event", "person_event_days", Unit.DAYS, "escalate"),
)

ALWAYS = ("withdraw", "assign", "escalate", "suspend_security", "person_event")

HOLDS = (
    Hold(
        HoldKind.INFO_REQUESTED,
        pauses=("decide",),
        clocks=("info",),
        allows=(
            *ALWAYS, "answer_info", "info_timeout", "set_band", "verify", "merge_duplicate",
            "refer_out", "propose_fast_track", "fast_track", "resume", "close_suspended",
            "directive_continue", "directive_redecide", "directive_close",
        ),
        public_label=PublicLabel.NEED_FROM_YOU,
    ),
    Hold(
        HoldKind.SUSPENDED_SECURITY,
        pauses=("decide", "offer", "pay", "report", "info", "appeal"),
        clocks=("safe_contact",),
        allows=("resume", "close_suspended", "assign", "escalate", "person_event"),
    ),
    Hold(
        HoldKind.PERSON_EVENT,
        pauses=("offer", "report", "info", "appeal"),
        clocks=("person_event",),
        allows=(
            "directive_continue", "directive_redecide", "directive_close", "assign", "escalate",
            "suspend_security", "resume", "close_suspended",
        ),
    ),
)  # fmt: skip

INTAKE = (
    Step("save", ("draft",), SAME, (APPLICANT, COORDINATOR), starts=("draft",)),
    Step(
        "submit", ("draft",), "submitted", (APPLICANT, COORDINATOR),
        ("answers_complete", "consent_recorded"),
        ("snapshot_form", "pin_rules", "scan_duplicates", "notify_duty"),
    ),
    Step("abandon", ("draft",), "expired", (SYSTEM,), ("draft_ran_out",), ("shred_draft",)),
    Step(
        "acknowledge", ("submitted",), "triage", (COORDINATOR,),
        ("not_recused",), ("assign_lead", "notify_applicant"),
    ),
    Step(
        "assign", LIVE, SAME, (COORDINATOR,), ("not_recused", "assignee_free"), ("assign_lead",)
    ),
    Step(
        "set_band", ("triage", "verification"), SAME, (COORDINATOR,),
        ("not_recused", "band_set"), ("set_band", "retime_clocks"),
    ),
    Step(
        "merge_duplicate", ("triage", "verification"), "merged", (COORDINATOR,),
        ("not_recused", "duplicate_confirmed"),
        ("link_surviving_case", "release_encumbrance", "notify_applicant"),
    ),
    Step(
        "refer_out", ("triage", "verification", "review"), "referred_out", (COORDINATOR,),
        ("not_recused", "referral_consented"),
        ("open_referral", "void_ballot", "release_encumbrance", "notify_applicant"),
    ),
    Step(
        "start_verification", ("triage",), "verification", (COORDINATOR,),
        ("not_recused", "band_set", "no_open_duplicate"), ("plan_verification",),
    ),
    Step(
        "verify", ("triage", "verification"), SAME, (COORDINATOR,),
        ("not_recused",), ("record_check",),
    ),
    Step(
        "waive_verification", ("verification",), SAME, (COORDINATOR,),
        ("not_recused", "reason_given", "co_signed_by_coordinator"), ("record_waiver",),
    ),
    Step(
        "to_review", ("verification",), "review", (COORDINATOR,),
        ("is_case_lead", "not_recused", "verified_enough", "redaction_ready"), ("open_ballot",),
    ),
)  # fmt: skip

FAST_TRACK = (
    Step(
        "propose_fast_track", ("triage", "verification"), SAME, OFFICERS,
        ("not_recused", "life_threat_band", "not_fast_tracked", "within_fast_track_cap",
         "has_signal"),
        ("record_officer",),
    ),
    Step(
        "fast_track", ("triage", "verification"), "fast_track", OFFICERS,
        ("two_officers", "life_threat_band", "not_fast_tracked", "within_fast_track_cap",
         "reserve_covers", "has_signal", "no_payout_in_flight"),
        ("encumber_fast_track", "plan_disbursement", "open_ratification_ballot"),
    ),
    Step(
        "ratify", ("fast_track",), "verification", (SYSTEM,),
        ("ballot_passed", "request_remains"), ("record_reasons", "notify_lead"),
    ),
    Step(
        "ratify_and_settle", ("fast_track",), "accepted", (SYSTEM,),
        ("ballot_passed", "request_covered"),
        ("record_reasons", "notify_lead", "follow_payouts"),
    ),
    Step(
        "refuse_ratification", ("fast_track",), "verification", (SYSTEM,),
        ("ballot_rejected",), ("record_reasons", "tell_board", "notify_lead"),
    ),
)  # fmt: skip

DECISION = (
    Step(
        "board_consent", ("verification", "review", "waiting_for_money"), SAME, (BOARD,),
        ("not_recused",), ("record_board_consent",),
    ),
    Step(
        "approve", ("review",), "approved", (SYSTEM,),
        ("ballot_approved", "lines_sum_to_award", "within_cap", "budget_covers"),
        ("encumber", "record_reasons", "make_award_letter", "notify_lead"),
    ),
    Step(
        "approve_partially", ("review",), "approved", (SYSTEM,),
        ("ballot_partial", "lines_sum_to_award", "within_cap", "budget_covers"),
        ("encumber", "record_reasons", "make_award_letter", "notify_lead"),
    ),
    Step(
        "approve_no_money", ("review",), "waiting_for_money", (SYSTEM,),
        ("ballot_passed", "lines_sum_to_award", "within_cap", "budget_is_short"),
        ("record_reasons", "tell_board", "notify_applicant"),
    ),
    Step(
        "reject", ("review",), "rejected", (SYSTEM,),
        ("ballot_rejected", "reason_on_list"),
        ("release_encumbrance", "record_reasons", "make_refusal_letter", "notify_applicant"),
    ),
    Step(
        "reject", ("triage",), "rejected", (COORDINATOR,),
        ("not_recused", "formal_reason", "reason_on_list"),
        ("record_reasons", "make_refusal_letter", "notify_applicant"),
    ),
    Step(
        "no_quorum", ("review", "fast_track"), SAME, (SYSTEM,),
        ("ballot_short",), ("tell_coordinator",),
    ),
    Step(
        "money_found", ("waiting_for_money",), "approved", (FINANCE,),
        ("not_recused", "within_cap", "budget_covers"),
        ("encumber", "make_award_letter", "notify_lead"),
    ),
    Step(
        "no_money", ("waiting_for_money",), "referred_out", (COORDINATOR, SYSTEM),
        ("money_is_not_coming",),
        ("open_referral", "count_unmet_need", "release_encumbrance", "notify_applicant"),
    ),
)  # fmt: skip

AWARD = (
    Step(
        "offer", ("approved",), "offered", (COORDINATOR,),
        ("is_case_lead", "letter_ready"), ("notify_applicant",),
    ),
    Step(
        "accept", ("offered",), "accepted", (APPLICANT,),
        ("channel_allowed", "no_payout_in_flight"), ("plan_disbursement", "notify_lead"),
    ),
    Step(
        "decline_offer", ("offered",), "withdrawn", (APPLICANT,),
        (), ("release_encumbrance", "notify_lead"),
    ),
    Step(
        "offer_timeout", ("offered",), "expired", (SYSTEM,),
        ("offer_ran_out",), ("welfare_check", "release_encumbrance"),
    ),
    Step(
        "first_payment_received", ("accepted",), "active", (SYSTEM, FINANCE),
        ("payout_confirmed",), ("notify_applicant",),
    ),
    Step(
        "payment_impossible", ("accepted",), "offered", (FINANCE,),
        ("channels_failed", "nothing_sent"), ("cancel_disbursements", "notify_applicant"),
    ),
    Step(
        "submit_report", ("active",), "reporting", (APPLICANT, COORDINATOR),
        ("report_given",), ("notify_lead",),
    ),
    Step(
        "return_report", ("reporting",), "active", (COORDINATOR,),
        ("is_case_lead", "reason_given"), ("notify_applicant",),
    ),
    Step(
        "close", ("active", "reporting"), "closed", (COORDINATOR,),
        ("payouts_reconciled", "report_settled"),
        ("release_encumbrance", "start_retention", "invite_feedback"),
    ),
)  # fmt: skip

APPEAL = (
    Step(
        "notice_reached", ("rejected",), SAME, (APPLICANT, COORDINATOR, SYSTEM),
        ("notice_unread",), starts=("appeal",),
    ),
    Step(
        "appeal", ("rejected",), "appealed", (APPLICANT,),
        ("appeal_allowed", "appeal_in_time"), ("open_appeal", "notify_duty"),
    ),
    Step(
        "appeal_upheld", ("appealed",), "review", (SYSTEM,),
        ("appeal_upheld",), ("open_ballot", "exclude_first_voters", "notify_applicant"),
    ),
    Step(
        "appeal_dismissed", ("appealed",), "rejected_final", (SYSTEM,),
        ("appeal_dismissed",), ("release_encumbrance", "notify_applicant", "start_retention"),
    ),
    Step(
        "appeal_window_over", ("rejected",), "rejected_final", (SYSTEM,),
        ("appeal_ran_out",), ("release_encumbrance", "start_retention"),
    ),
)  # fmt: skip

EXCEPTIONS = (
    Step(
        "withdraw", BEFORE_MONEY, "withdrawn", (APPLICANT,), ("nothing_sent",),
        ("cancel_disbursements", "void_ballot", "release_encumbrance", "notify_lead"),
    ),
    Step(
        "request_info", ("triage", "verification", "review"), SAME, (COORDINATOR,),
        ("is_case_lead", "questions_allowed", "info_round_left"),
        ("send_questions", "notify_applicant"), places=HoldKind.INFO_REQUESTED,
    ),
    Step(
        "answer_info", ("triage", "verification", "review", "fast_track"), SAME, (APPLICANT,),
        ("items_answered",), ("close_questions", "notify_lead"), lifts=HoldKind.INFO_REQUESTED,
    ),
    Step(
        "info_timeout", ("triage", "verification", "review"), "expired", (SYSTEM,),
        ("info_ran_out",),
        ("void_ballot", "release_encumbrance", "seal_file", "notify_applicant"),
        lifts=HoldKind.INFO_REQUESTED,
    ),
    Step(
        "info_timeout", ("fast_track",), SAME, (SYSTEM,), ("info_ran_out",),
        ("close_questions", "notify_lead"), lifts=HoldKind.INFO_REQUESTED,
    ),
    Step(
        "suspend_security", LIVE, SAME, (*STAFF, APPLICANT), (),
        ("freeze_outbound", "revoke_sessions", "alert_security_lead"),
        places=HoldKind.SUSPENDED_SECURITY,
    ),
    Step(
        "resume", LIVE, SAME, (SECURITY,), ("co_signed_by_coordinator", "contact_verified"),
        ("unfreeze_outbound", "notify_lead"), lifts=HoldKind.SUSPENDED_SECURITY,
    ),
    Step(
        "close_suspended", LIVE, "closed", (SECURITY,),
        ("co_signed_by_board", "contact_is_lost"),
        ("cancel_disbursements", "void_ballot", "release_encumbrance", "seal_file"),
        lifts=HoldKind.SUSPENDED_SECURITY,
    ),
    Step(
        "person_event", LIVE, SAME, (COORDINATOR,), ("is_case_lead", "two_sources"),
        ("apply_directive", "switch_contact"), places=HoldKind.PERSON_EVENT,
    ),
    Step(
        "directive_continue", ("approved", "offered"), "accepted", (COORDINATOR,),
        ("co_signed_by_panel_member", "directive_exists", "no_payout_in_flight"),
        ("plan_disbursement", "replan_payments", "follow_payouts"),
        lifts=HoldKind.PERSON_EVENT,
    ),
    Step(
        "directive_continue",
        ("submitted", "triage", "verification", "review", "fast_track", "waiting_for_money",
         "accepted", "active", "reporting", "rejected", "appealed"),
        SAME, (COORDINATOR,), ("co_signed_by_panel_member", "directive_exists"),
        ("replan_payments",), lifts=HoldKind.PERSON_EVENT,
    ),
    Step(
        "directive_redecide",
        ("verification", "approved", "offered", "accepted", "active", "waiting_for_money"),
        "review", (COORDINATOR,), ("directive_unclear", "no_payout_in_flight"),
        ("cancel_disbursements", "release_encumbrance", "set_band", "open_ballot"),
        lifts=HoldKind.PERSON_EVENT,
    ),
    Step(
        "directive_redecide",
        ("submitted", "triage", "review", "fast_track", "reporting", "rejected", "appealed"),
        SAME, (COORDINATOR,), ("directive_unclear",), ("notify_lead",),
        lifts=HoldKind.PERSON_EVENT,
    ),
    Step(
        "directive_close", LIVE, "closed", (COORDINATOR,),
        ("co_signed_by_board", "stop_confirmed"),
        ("cancel_disbursements", "void_ballot", "release_encumbrance", "stop_messages",
         "seal_file"),
        lifts=HoldKind.PERSON_EVENT,
    ),
    Step(
        "reopen", ("closed", "withdrawn", "expired", "referred_out"), "triage", (COORDINATOR,),
        ("not_recused", "new_facts", "reopen_in_time", "file_kept", "no_payout_in_flight"),
        ("assign_lead", "notify_applicant"), reopens=True,
    ),
    Step(
        "escalate", LIVE, SAME, (SYSTEM,), ("some_clock_ran_out",),
        ("record_breach", "tell_coordinator"),
    ),
)  # fmt: skip

EMERGENCY = Workflow(
    name="emergency",
    version=1,
    initial="draft",
    states=STATES,
    steps=(*INTAKE, *FAST_TRACK, *DECISION, *AWARD, *APPEAL, *EXCEPTIONS),
    clocks=CLOCKS,
    holds=HOLDS,
)
"""Emergency support, version 1."""
