"""Guards of the cases themselves: applications and their ballots."""

from __future__ import annotations

from workflows.predicates import (
    N_,
    Case,
    Facts,
    Guard,
    has_run_out,
    is_at_most,
    is_co_signed,
    is_false,
    is_none_left,
    is_not_among,
    is_one_of,
    is_true,
)
from workflows.roles import Actor, Role

BANDS = ("life_threat", "urgent", "standard")
"""Urgency bands, set by a human, shortest clock first."""

DAYS_OF_LOST_CONTACT = 180
SOURCES_FOR_AN_EVENT = 2
OFFICERS_FOR_FAST_TRACK = 2


def _two_officers(_case: Case, actor: Actor, facts: Facts) -> bool:
    officers = set(facts["officers"])
    return (
        len(officers) == OFFICERS_FOR_FAST_TRACK
        and actor.ref in officers
        and officers.isdisjoint(facts["recused"])
    )


def _within_cap(_case: Case, _actor: Actor, facts: Facts) -> bool:
    cap = facts["board_cap"] if facts["board_consented"] is True else facts["panel_cap"]
    return bool(facts["award"] <= cap)


def _verified_enough(_case: Case, _actor: Actor, facts: Facts) -> bool:
    enough = facts["verification_level"] >= facts["verification_minimum"]
    return bool(enough) or facts["verification_waived"] is True


def _contact_is_lost(_case: Case, _actor: Actor, facts: Facts) -> bool:
    lost = facts["days_without_contact"] >= DAYS_OF_LOST_CONTACT
    return bool(lost) or facts["risk_too_high"] is True


def _money_is_not_coming(_case: Case, _actor: Actor, facts: Facts) -> bool:
    return "money" in facts["ran_out"] or facts["applicant_prefers_referral"] is True


def _at_least(name: str, key: str, least: int, refusal: str, sentence: str) -> Guard:
    def test(_case: Case, _actor: Actor, facts: Facts) -> bool:
        return bool(facts[key] >= least)

    return Guard(name, refusal, (key,), test, sentence)


PEOPLE = (
    Guard(
        "is_case_lead", "not_case_lead", ("lead",),
        lambda _c, actor, facts: facts["lead"] == actor.ref,
        N_("Only the person who leads this case can do this."),
    ),
    is_not_among(
        "not_recused", "recused", "recused",
        N_("You have stepped back from this case, so others carry it on."), (),
    ),
    is_false(
        "assignee_free", "assignee_recused", "assignee_recused",
        N_("This colleague has stepped back from the case; please choose somebody else."),
    ),
    Guard(
        "two_officers", "two_officers_needed", ("officers", "recused"), _two_officers,
        N_("Two different authorised officers have to sign, and neither may have stepped back."),
        separates=frozenset({"propose_fast_track"}),
    ),
    is_co_signed(
        "co_signed_by_coordinator", Role.COORDINATOR,
        N_("A second person, a coordinator, has to agree first."),
    ),
    is_co_signed(
        "co_signed_by_panel_member", Role.REVIEWER,
        N_("A second person, a member of the panel, has to agree first."),
    ),
    is_co_signed(
        "co_signed_by_board", Role.BOARD_MEMBER,
        N_("A second person, a member of the board, has to agree first."),
    ),
)  # fmt: skip

INTAKE = (
    is_none_left(
        "answers_complete", "missing_answers", "answers_missing",
        N_("A few of the first questions still need an answer."),
    ),
    is_true(
        "consent_recorded", "consented", "consent_missing",
        N_("We need your agreement before we may work with what you tell us."),
    ),
    is_one_of(
        "band_set", "band", BANDS, "band_missing",
        N_("Please set how urgent the case is first."),
    ),
    is_one_of(
        "life_threat_band", "band", ("life_threat",), "not_life_threat",
        N_("The fast track is for cases in which a life is in danger."),
    ),
    is_none_left(
        "no_open_duplicate", "open_duplicates", "duplicate_open",
        N_("Somebody has to look at a possible duplicate first."),
    ),
    is_true(
        "duplicate_confirmed", "duplicate_confirmed", "duplicate_not_confirmed",
        N_("Please confirm that it is the same person and the same event."),
    ),
    is_true(
        "referral_consented", "referral_consented", "referral_consent_missing",
        N_("The person has not agreed to share their data with this partner."),
    ),
    is_true(
        "questions_allowed", "questions_allowed", "question_not_on_list",
        N_("One of the questions is not on the list; please give a reason for it."),
    ),
    is_at_most(
        "info_round_left", "info_round", "info_rounds_most", "info_rounds_used",
        N_("We have asked as often as the rules allow."),
    ),
    is_none_left(
        "items_answered", "unanswered_items", "items_unanswered",
        N_("Please answer each question, or say that you cannot."),
    ),
    _at_least(
        "has_signal", "signals", 1, "no_signal",
        N_("At least one sign that supports the account has to be recorded first."),
    ),
    Guard(
        "verified_enough", "not_verified_enough",
        ("verification_level", "verification_minimum", "verification_waived"), _verified_enough,
        N_("For this amount the rules ask for more verification, or a waiver by two people."),
    ),
    is_true(
        "reason_given", "reason_given", "reason_missing", N_("Please give a reason."),
    ),
    is_true(
        "redaction_ready", "redaction_ready", "redaction_missing",
        N_("The text for the panel is not ready yet."),
    ),
    _at_least(
        "two_sources", "sources", SOURCES_FOR_AN_EVENT, "sources_missing",
        N_("Two sources have to report the same before we act on it."),
    ),
    is_true(
        "contact_verified", "contact_verified", "contact_not_verified",
        N_("A new safe way to reach the person has to be checked first."),
    ),
    Guard(
        "contact_is_lost", "contact_not_lost", ("days_without_contact", "risk_too_high"),
        _contact_is_lost,
        N_("There was contact in the last 180 days and no risk that asks us to stop."),
    ),
    is_true(
        "directive_exists", "directive_exists", "directive_missing",
        N_("The person left no wish that names whom to pay and for what."),
    ),
    is_false(
        "directive_unclear", "directive_exists", "directive_applies",
        N_("The person left a wish, and it comes first."),
    ),
    is_true(
        "stop_confirmed", "stop_confirmed", "stop_not_confirmed",
        N_("The death, or the family's wish to stop, has to be confirmed first."),
    ),
)  # fmt: skip

DECISION = (
    is_one_of(
        "ballot_approved", "ballot_outcome", ("approve",), "ballot_not_approved",
        N_("The panel has not approved this in full."), closed="ballot",
    ),
    is_one_of(
        "ballot_partial", "ballot_outcome", ("approve_partially",), "ballot_not_partial",
        N_("The panel has not approved a part of this."), closed="ballot",
    ),
    is_one_of(
        "ballot_passed", "ballot_outcome", ("approve", "approve_partially"), "ballot_not_passed",
        N_("The panel has not approved this."), closed="ballot",
    ),
    is_one_of(
        "ballot_rejected", "ballot_outcome", ("reject",), "ballot_not_rejected",
        N_("The panel has not decided against this."), closed="ballot",
    ),
    is_one_of(
        "ballot_short", "ballot_outcome", ("no_quorum",), "ballot_not_short",
        N_("The vote is not short of a quorum."),
    ),
    is_true(
        "formal_reason", "formal_reason", "reason_not_formal",
        N_("Without the panel a case can be refused on formal grounds only."),
    ),
    is_true(
        "reason_on_list", "reason_on_list", "reason_not_on_list",
        N_("Please choose one of the listed reasons."),
    ),
    is_true(
        "letter_ready", "letter_ready", "letter_missing",
        N_("The letter in the applicant's language is not ready yet."),
    ),
    is_false(
        "notice_unread", "notice_reached", "notice_already_reached",
        N_("The decision has reached the person already."),
    ),
    is_true(
        "appeal_allowed", "appeal_allowed", "appeal_not_allowed",
        N_("The rules offer no appeal against this kind of decision."),
    ),
    Guard(
        "appeal_in_time", "appeal_too_late", ("ran_out",),
        lambda _c, _a, facts: "appeal" not in facts["ran_out"],
        N_("The time to appeal is over."),
    ),
    is_one_of(
        "appeal_upheld", "appeal_outcome", ("upheld",), "appeal_not_upheld",
        N_("The appeal panel has not upheld the appeal."),
    ),
    is_one_of(
        "appeal_dismissed", "appeal_outcome", ("dismissed", "inadmissible", "settled"),
        "appeal_not_dismissed", N_("The appeal panel has not closed the appeal."),
    ),
    is_true(
        "request_covered", "request_covered", "request_remains",
        N_("A part of the request is still to be decided."),
    ),
    is_false(
        "request_remains", "request_covered", "request_covered",
        N_("The whole request is covered already."),
    ),
    is_true(
        "new_facts", "new_facts", "no_new_facts",
        N_("A case is opened again when there is something new."),
    ),
    is_true(
        "reopen_in_time", "reopen_in_time", "reopen_too_late",
        N_("This case was closed too long ago; please start a new one."),
    ),
    is_false(
        "file_kept", "file_erased", "file_erased",
        N_("The file was erased; please start a new one."),
    ),
    Guard(
        "within_cap", "above_cap", ("award", "panel_cap", "board_cap", "board_consented"),
        _within_cap, N_("The amount is above what may be granted here without the board."),
    ),
    Guard(
        "money_is_not_coming", "money_may_come", ("ran_out", "applicant_prefers_referral"),
        _money_is_not_coming,
        N_("There is still time to find the money, and the applicant has not asked to go on."),
    ),
)  # fmt: skip

BALLOT = (
    is_at_most(
        "enough_declared", "quorum", "declared_free", "declarations_missing",
        N_("Not enough reviewers have said that they are free of conflicts."),
    ),
    Guard(
        "on_panel", "not_on_panel", ("panel",),
        lambda _c, actor, facts: actor.ref in facts["panel"],
        N_("You are not on the panel of this case."),
    ),
    Guard(
        "declared", "conflict_not_declared", ("declared",),
        lambda _c, actor, facts: actor.ref in facts["declared"],
        N_("Please say first whether you have a conflict of interest."),
    ),
    is_true(
        "vote_complete", "vote_complete", "vote_incomplete",
        N_("Your vote still needs a reason or an amount for a line."),
    ),
    is_true(
        "result_settled", "result_settled", "votes_outstanding",
        N_("Votes that are still to come could change the result."),
    ),
    is_at_most(
        "quorum_reached", "quorum", "votes_cast", "quorum_missing",
        N_("Too few people have voted."),
    ),
    Guard(
        "quorum_missed", "quorum_is_reached", ("quorum", "votes_cast"),
        lambda _c, _a, facts: facts["votes_cast"] < facts["quorum"],
        N_("Enough people have voted."),
    ),
    is_false("no_tie", "tied", "tied", N_("The votes are equal, so the chair decides.")),
    is_true("tied", "tied", "not_tied", N_("The votes are not equal.")),
    _at_least(
        "pool_has_people", "pool", 1, "pool_empty",
        N_("Nobody is left who could step in; two board members decide in writing."),
    ),
    is_none_left(
        "pool_is_empty", "pool", "pool_has_people",
        N_("There are people who can step in, so a substitute is drawn by lot."),
    ),
    is_false(
        "decision_not_acted_on", "decision_acted_on", "decision_acted_on",
        N_("The decision has been carried out already."),
    ),
)  # fmt: skip

CLOCKS = (
    has_run_out("draft", N_("The draft has been used recently.")),
    has_run_out("info", N_("The time to answer is not over yet.")),
    has_run_out("offer", N_("The time to accept is not over yet.")),
    has_run_out("appeal", N_("The time to appeal is not over yet.")),
    has_run_out("confirm", N_("There is still time for the confirmation.")),
    has_run_out("checkout", N_("There is still time to give.")),
    Guard(
        "voting_ran_out", "voting_still_runs", ("ran_out",),
        lambda _c, _a, facts: not {"vote", "vote_extra"}.isdisjoint(facts["ran_out"]),
        N_("There is still time to vote."),
    ),
    Guard(
        "some_clock_ran_out", "no_clock_ran_out", ("ran_out",),
        lambda _c, _a, facts: len(facts["ran_out"]) > 0,
        N_("No clock of this case has run out."),
    ),
)  # fmt: skip

TABLE = (*PEOPLE, *INTAKE, *DECISION, *BALLOT, *CLOCKS)
