"""The table of effects: what a step of a workflow obliges, and who does it.

Every name of workflows/effects.py that a published definition uses stands here exactly once; a
contract test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fund_app.services import application_effects as case
from fund_app.services import ballot_effects as ballot
from fund_app.services import disbursement_effects as payment
from fund_app.services import disbursement_losses as loss
from fund_app.services import donation_effects as gift
from fund_app.services import monthly_gifts, pledges
from fund_app.services.transition import Effect

_KEPT_BY_THE_TRAIL = (
    "snapshot_form",
    "scan_duplicates",
    "record_waiver",
    "record_board_consent",
    "record_officer",
    "record_reasons",
    "close_questions",
    "exclude_first_voters",
    "count_unmet_need",
    "record_breach",
    "record_incident",
    "record_upload",
    "record_receipt",
    "flag_channel",
    "request_recall",
    "lock_payment",
    "freeze_line",
    "invite_feedback",
    "seal_file",
    "apply_directive",
    "switch_contact",
    "stop_messages",
)


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        **dict.fromkeys(_KEPT_BY_THE_TRAIL, case.kept_by_the_trail),
        "freeze_outbound": case.stands_while_held,
        "unfreeze_outbound": case.unfreeze_outbound,
        "pin_rules": case.pin_rules,
        "notify_duty": case.notify_duty,
        "notify_applicant": case.notify_applicant,
        "notify_lead": case.notify_lead,
        "tell_lead": case.notify_lead,
        "tell_coordinator": case.tell_coordinator,
        "tell_board": case.tell_board,
        "alert_security_lead": case.alert_security_lead,
        "welfare_check": case.notify_lead,
        "shred_draft": case.shred_draft,
        "assign_lead": case.assign_lead,
        "set_band": case.set_band,
        "retime_clocks": case.retime_clocks,
        "link_surviving_case": case.link_surviving_case,
        "open_referral": case.open_referral,
        "open_appeal": case.tell_board,
        "plan_verification": case.plan_verification,
        "record_check": case.record_check,
        "send_questions": case.send_questions,
        "open_ballot": case.open_ballot,
        "open_ratification_ballot": case.open_ratification_ballot,
        "void_ballot": case.void_ballot,
        "encumber": case.encumber,
        "encumber_fast_track": case.encumber,
        "release_encumbrance": case.release_encumbrance,
        "make_award_letter": case.make_letter,
        "make_refusal_letter": case.make_letter,
        "plan_disbursement": case.plan_disbursement,
        "cancel_disbursements": case.cancel_disbursements,
        "follow_payouts": case.follow_payouts,
        "revoke_sessions": case.revoke_sessions,
        "start_retention": case.start_retention,
        "record_declaration": ballot.record_declaration,
        "recuse": ballot.recuse,
        "draw_substitute": ballot.draw_substitute,
        "grant_review": ballot.grant_review,
        "end_review": ballot.end_review,
        "record_vote": ballot.record_vote,
        "record_result": ballot.record_result,
        "tell_case": ballot.tell_case,
        "ask_chair": ballot.ask_chair,
        "replace_ballot": ballot.replace_ballot,
        "record_screening": payment.record_screening,
        "record_first_signature": payment.record_first_signature,
        "void_signatures": payment.void_signatures,
        "post_release": payment.post_release,
        "reverse_release": payment.reverse_release,
        "record_sending": payment.record_sending,
        "record_not_sent": payment.record_not_sent,
        "record_terms": payment.record_terms,
        "record_difference": payment.record_difference,
        "replace_payee": payment.replace_payee,
        "replan_payments": payment.replan_payments,
        "record_trace": loss.record_trace,
        "post_loss": loss.post_loss,
        "post_settlement": loss.post_settlement,
        "post_shortfall": loss.post_shortfall,
        "post_executed": payment.post_executed,
        "post_returned": payment.post_returned,
        "post_reversed": payment.post_reversed,
        "tell_application": payment.tell_application,
        "plan_replacement": payment.plan_replacement,
        "release_payout": payment.release_payout,
        "stop_channel": payment.stop_channel,
        **gift.EFFECTS,
        "tell_provider": monthly_gifts.tell_provider,
        "follow_pledge": pledges.follow_pledge,
        "warn_shortfall": pledges.warn_shortfall,
    }
)
"""Effect name to function; each runs in the transaction of its step, in the table's order."""
