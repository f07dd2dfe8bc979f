"""Facts that make each guard pass and fail, for one actor and one colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflows.engine import Step, Workflow
from workflows.roles import Actor, Role

ME = "me"
OTHER = "other"
NOBODY: frozenset[str] = frozenset()


@dataclass
class Stub:
    """A case that is only in a state."""

    state: str


def actor(*roles: Role, ref: str = ME) -> Actor:
    return Actor(ref, frozenset(roles))


EVERYBODY = actor(*Role)
COLLEAGUE = Actor(OTHER, frozenset(Role))
SIGNED = {"co_signer": COLLEAGUE, "recused": NOBODY}
UNSIGNED = {"co_signer": EVERYBODY, "recused": NOBODY}

Pair = tuple[dict[str, Any], dict[str, Any]]


def _flag(key: str, *, wanted: bool = True) -> Pair:
    return {key: wanted}, {key: not wanted}


def _none(key: str) -> Pair:
    return {key: 0}, {key: 1}


def _at_most(small: str, large: str) -> Pair:
    return {small: 1, large: 1}, {small: 2, large: 1}


def _code(key: str, right: str, wrong: str) -> Pair:
    return {key: right}, {key: wrong}


def _ran_out(clock: str) -> Pair:
    return {"ran_out": frozenset({clock})}, {"ran_out": NOBODY}


def _not_me(key: str) -> Pair:
    return {key: OTHER}, {key: ME}


CASES: dict[str, Pair] = {
    "is_lead_or_holder": ({"lead": OTHER, "payee": ME}, {"lead": OTHER, "payee": OTHER}),
    "nothing_on_its_way": _none("on_their_way"),
    "is_case_lead": ({"lead": ME}, {"lead": OTHER}),
    "not_recused": ({"recused": NOBODY}, {"recused": frozenset({ME})}),
    "assignee_free": _flag("assignee_recused", wanted=False),
    "two_officers": (
        {"officers": (ME, OTHER), "recused": NOBODY},
        {"officers": (ME, ME), "recused": NOBODY},
    ),
    "co_signed_by_coordinator": (SIGNED, UNSIGNED),
    "co_signed_by_panel_member": (SIGNED, {**SIGNED, "recused": frozenset({OTHER})}),
    "co_signed_by_board": (SIGNED, {**SIGNED, "co_signer": None}),
    "answers_complete": _none("missing_answers"),
    "consent_recorded": _flag("consented"),
    "band_set": _code("band", "urgent", "soon"),
    "life_threat_band": _code("band", "life_threat", "urgent"),
    "no_open_duplicate": _none("open_duplicates"),
    "duplicate_confirmed": _flag("duplicate_confirmed"),
    "referral_consented": _flag("referral_consented"),
    "questions_allowed": _flag("questions_allowed"),
    "info_round_left": _at_most("info_round", "info_rounds_most"),
    "items_answered": _none("unanswered_items"),
    "has_signal": ({"signals": 1}, {"signals": 0}),
    "verified_enough": (
        {"verification_level": 1, "verification_minimum": 2, "verification_waived": True},
        {"verification_level": 1, "verification_minimum": 2, "verification_waived": False},
    ),
    "reason_given": _flag("reason_given"),
    "redaction_ready": _flag("redaction_ready"),
    "two_sources": ({"sources": 2}, {"sources": 1}),
    "contact_verified": _flag("contact_verified"),
    "contact_is_lost": (
        {"days_without_contact": 180, "risk_too_high": False},
        {"days_without_contact": 179, "risk_too_high": False},
    ),
    "directive_exists": _flag("directive_exists"),
    "directive_unclear": _flag("directive_exists", wanted=False),
    "stop_confirmed": _flag("stop_confirmed"),
    "ballot_approved": _code("ballot_outcome", "approve", "reject"),
    "ballot_partial": _code("ballot_outcome", "approve_partially", "approve"),
    "ballot_passed": _code("ballot_outcome", "approve", "tie"),
    "ballot_rejected": _code("ballot_outcome", "reject", "approve"),
    "ballot_short": _code("ballot_outcome", "no_quorum", "approve"),
    "formal_reason": _flag("formal_reason"),
    "reason_on_list": _flag("reason_on_list"),
    "letter_ready": _flag("letter_ready"),
    "notice_unread": _flag("notice_reached", wanted=False),
    "appeal_allowed": _flag("appeal_allowed"),
    "appeal_in_time": ({"ran_out": NOBODY}, {"ran_out": frozenset({"appeal"})}),
    "appeal_upheld": _code("appeal_outcome", "upheld", "dismissed"),
    "appeal_dismissed": _code("appeal_outcome", "dismissed", "upheld"),
    "request_covered": _flag("request_covered"),
    "request_remains": _flag("request_covered", wanted=False),
    "new_facts": _flag("new_facts"),
    "reopen_in_time": _flag("reopen_in_time"),
    "file_kept": _flag("file_erased", wanted=False),
    "within_cap": (
        {"award": 2, "panel_cap": 1, "board_cap": 2, "board_consented": True},
        {"award": 2, "panel_cap": 1, "board_cap": 2, "board_consented": False},
    ),
    "money_is_not_coming": (
        {"ran_out": frozenset({"money"}), "applicant_prefers_referral": False},
        {"ran_out": NOBODY, "applicant_prefers_referral": False},
    ),
    "enough_declared": _at_most("quorum", "declared_free"),
    "on_panel": ({"panel": frozenset({ME})}, {"panel": frozenset({OTHER})}),
    "declared": ({"declared": frozenset({ME})}, {"declared": NOBODY}),
    "vote_complete": _flag("vote_complete"),
    "result_settled": _flag("result_settled"),
    "quorum_reached": ({"quorum": 1, "votes_cast": 1}, {"quorum": 1, "votes_cast": 0}),
    "quorum_missed": ({"quorum": 1, "votes_cast": 0}, {"quorum": 1, "votes_cast": 1}),
    "no_tie": _flag("tied", wanted=False),
    "tied": _flag("tied"),
    "pool_has_people": ({"pool": 1}, {"pool": 0}),
    "pool_is_empty": _none("pool"),
    "decision_not_acted_on": _flag("decision_acted_on", wanted=False),
    "draft_ran_out": _ran_out("draft"),
    "info_ran_out": _ran_out("info"),
    "offer_ran_out": _ran_out("offer"),
    "appeal_ran_out": _ran_out("appeal"),
    "confirm_ran_out": _ran_out("confirm"),
    "checkout_ran_out": _ran_out("checkout"),
    "due_ran_out": _ran_out("due"),
    "card_listed": _flag("card_listed"),
    "pledge_needs_screening": (
        {"amount": 3, "screen_from": 4, "restricted": True},
        {"amount": 3, "screen_from": 4, "restricted": False},
    ),
    "pledge_is_small": (
        {"amount": 3, "screen_from": 4, "restricted": False},
        {"amount": 4, "screen_from": 4, "restricted": False},
    ),
    "instalments_sum": (
        {"amount": 3, "instalments": (1, 2)},
        {"amount": 3, "instalments": (1, 1)},
    ),
    "pledge_acceptable": (
        {"source_clean": True, "restriction_feasible": True, "no_beneficiary_data": True},
        {"source_clean": True, "restriction_feasible": True, "no_beneficiary_data": False},
    ),
    "pledge_paid": ({"amount": 2, "paid": 2}, {"amount": 2, "paid": 1}),
    "not_recorder": _not_me("recorded_by"),
    "donor_agreed": _flag("donor_agreed"),
    "voting_ran_out": _ran_out("vote_extra"),
    "some_clock_ran_out": _ran_out("decide"),
    "within_fast_track_cap": _at_most("amount", "fast_track_cap"),
    "reserve_covers": _at_most("amount", "reserve_balance"),
    "not_fast_tracked": _flag("fast_tracked", wanted=False),
    "budget_covers": ({"award": 2, "available": 2}, {"award": 2, "available": 1}),
    "budget_is_short": ({"award": 2, "available": 1}, {"award": 2, "available": 2}),
    "lines_sum_to_award": (
        {"award": 2, "award_lines": (1, 1)},
        {"award": 2, "award_lines": (1, 2)},
    ),
    "no_payout_in_flight": _none("payouts_in_flight"),
    "nothing_sent": _none("payouts_sent"),
    "payout_confirmed": ({"payouts_confirmed": 1}, {"payouts_confirmed": 0}),
    "channels_failed": ({"failed_channels": 2}, {"failed_channels": 1}),
    "payouts_reconciled": _none("payouts_unreconciled"),
    "report_given": _flag("report_given"),
    "report_settled": _flag("report_settled"),
    "case_can_pay": _code("case_state", "accepted", "review"),
    "tranche_due": _flag("tranche_due"),
    "reserve_is_there": _at_most("amount", "encumbered"),
    "no_other_attempt": _none("other_attempts"),
    "channel_allowed": _flag("channel_allowed"),
    "reference_neutral": _flag("reference_neutral"),
    "payee_verified": _flag("payee_verified"),
    "screening_clean": _flag("screening_clean"),
    "details_unchanged": _flag("details_unchanged"),
    "payee_details_settled": _flag("payee_details_settled"),
    "not_case_lead": _not_me("lead"),
    "not_payee": _not_me("payee"),
    "not_decider": ({"deciders": frozenset({OTHER})}, {"deciders": frozenset({ME})}),
    "not_checker": _not_me("checked_by"),
    "not_first_authoriser": _not_me("first_authoriser"),
    "within_signatory_limit": _at_most("amount", "signatory_limit"),
    "release_agreed": ({"co_signer": COLLEAGUE}, {"co_signer": EVERYBODY}),
    "cancel_agreed": (
        {"co_signer": COLLEAGUE, "case_cancelled": True},
        {"co_signer": EVERYBODY, "case_cancelled": False},
    ),
    "batch_frozen": _flag("batch_frozen"),
    "rate_stored": _flag("rate_stored"),
    "rail_pays_out": _code("rail", "bank", "stripe"),
    "statement_matches": _flag("statement_matches"),
    "recipient_proved": _code("recipient_proof", "code_word", "said so"),
    "trace_done": _flag("trace_done"),
    "amount_came_back": _flag("amount_came_back"),
    "money_is_back": _flag("money_is_back"),
    "money_is_gone": _flag("money_is_back", wanted=False),
    "giving_up_agreed": _flag("giving_up_agreed"),
    "within_write_off_limit": _at_most("amount", "write_off_limit"),
    "case_is_held": _flag("case_is_held"),
    "found_sent": _code("lookup", "sent", "not_sent"),
    "found_not_sent": _code("lookup", "not_sent", "sent"),
    "proven_or_two_persons": (
        {"lookup_proven": False, "co_signer": COLLEAGUE},
        {"lookup_proven": False, "co_signer": EVERYBODY},
    ),
    "statement_linked": _flag("statement_linked"),
    "receipt_settled": _flag("receipt_settled"),
    "partner_named": _flag("partner_named"),
    "not_in_a_file": _flag("in_a_file", wanted=False),
    "file_handed_over": _flag("file_handed_over"),
    "file_never_taken": _flag("file_never_taken"),
    "not_seen_yet": _flag("seen_at_bank", wanted=False),
    "paid_abroad": _flag("paid_abroad"),
    "advance_holds": _flag("advance_holds"),
    "something_is_open": ({"open_advance": 1}, {"open_advance": 0}),
    "open_within_limit": _at_most("open_advance", "write_off_limit"),
    "money_still_out": _flag("money_is_back", wanted=False),
    "write_off_agreed": ({"co_signer": COLLEAGUE}, {"co_signer": EVERYBODY}),
    "replacement_approved": _flag("replacement_approved"),
    "amount_positive": ({"amount": 1}, {"amount": 0}),
    "purpose_open": _flag("purpose_open"),
    "gift_clean": _flag("gift_clean"),
    "gift_suspicious": _flag("gift_clean", wanted=False),
    "gift_was_accepted": _flag("was_accepted"),
    "gift_never_accepted": _flag("was_accepted", wanted=False),
    "donor_data_complete": _flag("donor_data_complete"),
    "refund_covered": _flag("refund_covered"),
    "refund_agreed": ({"co_signer": COLLEAGUE}, {"co_signer": EVERYBODY}),
}
"""Per guard: facts with which `me` passes, and facts with which `me` does not."""


def passing(workflow: Workflow, step: Step, holds: tuple[str, ...] = ()) -> dict[str, Any]:
    """Facts with which every guard of a step passes."""
    facts: dict[str, Any] = {"holds": holds} if workflow.holds else {}
    if step.lifts is not None:
        facts["holds"] = (*holds, step.lifts)
    for name in step.guards:
        facts |= CASES[name][0]
    return facts
