"""Guards of the money: budgets, payouts, gifts, and who may not do both."""

from __future__ import annotations

from workflows.predicates import (
    N_,
    Case,
    Facts,
    Guard,
    has_run_out,
    is_at_most,
    is_false,
    is_none_left,
    is_not_among,
    is_not_the_one,
    is_one_of,
    is_true,
)
from workflows.roles import Actor, Role

PAYABLE_CASE_STATES = ("fast_track", "accepted", "active", "reporting")
"""States of an application in which money may go out."""

CHANNELS_BEFORE_IMPOSSIBLE = 2
RELEASING = (Role.FINANCE_OFFICER, Role.SECURITY_LEAD)
CANCELLING = (Role.FINANCE_OFFICER, Role.COORDINATOR)
WRITING_OFF = (Role.BOARD_MEMBER, Role.FINANCE_OFFICER)


def _co_signed_across(first: Actor, second: object, roles: tuple[Role, Role]) -> bool:
    """Whether two different people between them hold both roles, one each."""
    if not isinstance(second, Actor) or second.ref == first.ref:
        return False
    one, other = roles
    return (one in first.roles and other in second.roles) or (
        other in first.roles and one in second.roles
    )


def _release_agreed(_case: Case, actor: Actor, facts: Facts) -> bool:
    return _co_signed_across(actor, facts["co_signer"], RELEASING)


def _cancel_agreed(_case: Case, actor: Actor, facts: Facts) -> bool:
    if Role.SYSTEM in actor.roles:
        return facts["case_cancelled"] is True
    return _co_signed_across(actor, facts["co_signer"], CANCELLING)


def _write_off_agreed(_case: Case, actor: Actor, facts: Facts) -> bool:
    return _co_signed_across(actor, facts["co_signer"], WRITING_OFF)


def _proven_or_two(_case: Case, actor: Actor, facts: Facts) -> bool:
    second = facts["co_signer"]
    two = isinstance(second, Actor) and second.ref != actor.ref
    return facts["lookup_proven"] is True or two


def _refund_agreed(_case: Case, actor: Actor, facts: Facts) -> bool:
    if Role.SYSTEM in actor.roles:
        return True
    second = facts["co_signer"]
    return (
        isinstance(second, Actor) and second.ref != actor.ref and Role.BOARD_MEMBER in second.roles
    )


AWARD = (
    is_at_most(
        "within_fast_track_cap", "amount", "fast_track_cap", "above_fast_track_cap",
        N_("The amount is above the limit of the fast track."),
    ),
    is_at_most(
        "reserve_covers", "amount", "reserve_balance", "reserve_too_small",
        N_("The reserve does not hold this amount."),
    ),
    is_false(
        "not_fast_tracked", "fast_tracked", "already_fast_tracked",
        N_("This case has been through the fast track already."),
    ),
    is_at_most(
        "budget_covers", "award", "available", "budget_too_small",
        N_("The budget line does not hold this amount."),
    ),
    Guard(
        "budget_is_short", "budget_is_enough", ("award", "available"),
        lambda _c, _a, facts: facts["award"] > facts["available"],
        N_("The budget line does hold this amount."),
    ),
    Guard(
        "lines_sum_to_award", "lines_do_not_sum", ("award", "award_lines"),
        lambda _c, _a, facts: sum(facts["award_lines"]) == facts["award"],
        N_("The lines do not add up to the award."),
    ),
    is_none_left(
        "no_payout_in_flight", "payouts_in_flight", "payout_in_flight",
        N_("A payment of this case is under way; the next one follows when it has arrived."),
        closed="payout",
    ),
    is_none_left(
        "nothing_sent", "payouts_sent", "money_has_moved",
        N_("Money has gone out already, so the case is closed with a short report instead."),
    ),
    Guard(
        "payout_confirmed", "no_payout_confirmed", ("payouts_confirmed",),
        lambda _c, _a, facts: facts["payouts_confirmed"] >= 1,
        N_("No payment has been confirmed yet."),
    ),
    Guard(
        "channels_failed", "channels_left", ("failed_channels",),
        lambda _c, _a, facts: facts["failed_channels"] >= CHANNELS_BEFORE_IMPOSSIBLE,
        N_("Two ways to pay have to fail before the offer is opened again."),
    ),
    is_none_left(
        "payouts_reconciled", "payouts_unreconciled", "payouts_open",
        N_("A payment of this case is not reconciled yet."), closed="payout",
    ),
    is_true(
        "report_given", "report_given", "report_missing",
        N_("There is no report yet; a few words or a call are enough."),
    ),
    is_true(
        "report_settled", "report_settled", "report_open",
        N_("The report is neither accepted nor waived yet."),
    ),
)  # fmt: skip

PAYOUT = (
    is_one_of(
        "case_can_pay", "case_state", PAYABLE_CASE_STATES, "case_cannot_pay",
        N_("The case is not at the point where money may go out."),
    ),
    is_true("tranche_due", "tranche_due", "tranche_not_due",
            N_("The condition of this instalment is not met yet.")),
    is_at_most(
        "reserve_is_there", "amount", "encumbered", "not_encumbered",
        N_("The amount is not reserved in the fund."),
    ),
    is_none_left(
        "no_other_attempt", "other_attempts", "other_attempt_live",
        N_("Another attempt to pay the same instalment is still open."),
    ),
    is_true("channel_allowed", "channel_allowed", "channel_forbidden",
            N_("This way to pay is not safe in the place of receipt; please choose another.")),
    is_true("reference_neutral", "reference_neutral", "reference_not_neutral",
            N_("The payment reference has to be neutral.")),
    is_true("payee_verified", "payee_verified", "payee_not_verified",
            N_("The payee's details have not been checked by calling back.")),
    is_true("screening_clean", "screening_clean", "screening_not_clean",
            N_("The list check is missing, too old, or needs a person to look at it.")),
    is_true("details_unchanged", "details_unchanged", "details_changed",
            N_("Payee, amount or way to pay changed after the check; please check again.")),
    is_true("payee_details_settled", "payee_details_settled", "payee_details_new",
            N_("The payee's details changed a short time ago; one more person has to agree.")),
    Guard(
        "is_lead_or_holder", "not_lead_or_holder", ("lead", "payee"),
        lambda _c, actor, facts: actor.ref in {facts["lead"], facts["payee"]},
        N_("Only the person it is about and who leads the case can change where the money goes."),
    ),
    is_none_left(
        "nothing_on_its_way", "on_their_way", "money_on_its_way",
        N_("Money of this case may be on its way already, so where it goes stays as it is until"
           " the bank has answered."),
    ),
    is_not_the_one(
        "not_case_lead", "lead", "leads_the_case",
        N_("Who leads the case does not release its money."), ("lead",),
    ),
    is_not_the_one(
        "not_payee", "payee", "is_payee",
        N_("Nobody releases money to themselves."), ("receive",),
    ),
    is_not_among(
        "not_decider", "deciders", "decided_the_case",
        N_("Who decided the case does not release its money."), ("decide",),
    ),
    is_not_the_one(
        "not_checker", "checked_by", "checked_the_payee",
        N_("Who checked the payee does not authorise the payment."), ("safety_check",),
    ),
    is_not_the_one(
        "not_first_authoriser", "first_authoriser", "authorised_first",
        N_("The second signature has to come from another person."), ("authorise_first",),
    ),
    is_at_most(
        "within_signatory_limit", "amount", "signatory_limit", "above_signatory_limit",
        N_("The amount is above what you may sign for."),
    ),
    Guard(
        "release_agreed", "second_person_missing", ("co_signer",), _release_agreed,
        N_("Finance and the security lead have to agree, as two people."),
    ),
    Guard(
        "cancel_agreed", "second_person_missing", ("co_signer", "case_cancelled"), _cancel_agreed,
        N_("A coordinator and finance have to agree, as two people."),
    ),
    is_true("batch_frozen", "batch_frozen", "batch_not_frozen",
            N_("The payment file has not been closed yet.")),
    is_true("rate_stored", "rate_stored", "rate_missing",
            N_("The exchange rate of the day is not recorded yet.")),
    Guard(
        "rail_pays_out", "rail_cannot_pay_out", ("rail",),
        lambda _c, _a, facts: bool(facts["rail"]) and facts["rail"] != "stripe",
        N_("Stripe is for gifts coming in, never for paying people."),
    ),
    is_true("statement_matches", "statement_matches", "statement_differs",
            N_("Amount or reference of the bank line does not match.")),
    is_one_of(
        "recipient_proved", "recipient_proof", ("code_word", "voucher"), "proof_missing",
        N_("The code word or the voucher is still missing."),
    ),
    is_true("trace_done", "trace_done", "trace_open", N_("The trace is not finished yet.")),
    is_true("amount_came_back", "amount_came_back", "nothing_came_back",
            N_("No money has come back.")),
    is_true("money_is_back", "money_is_back", "money_still_out",
            N_("The first payment has neither failed nor come back, so nothing goes out again.")),
    is_false("money_is_gone", "money_is_back", "money_came_back",
             N_("The money is back, so there is nothing to write off.")),
    is_true("giving_up_agreed", "giving_up_agreed", "giving_up_not_agreed",
            N_("The recipient has to agree, or the case has to be closed.")),
    is_at_most(
        "within_write_off_limit", "amount", "write_off_limit", "above_write_off_limit",
        N_("The amount is above what may be written off here."),
    ),
    is_true("case_is_held", "case_is_held", "case_not_held",
            N_("A payment is called back only while the case is on hold.")),
    is_one_of("found_sent", "lookup", ("sent",), "not_found_sent",
              N_("The look-up did not find the payment.")),
    is_one_of("found_not_sent", "lookup", ("not_sent",), "may_have_been_sent",
              N_("The look-up does not prove that the payment never left.")),
    Guard(
        "proven_or_two_persons", "second_person_missing", ("lookup_proven", "co_signer"),
        _proven_or_two, N_("The bank's word or a second person is needed here."),
    ),
    is_true("statement_linked", "statement_linked", "statement_missing",
            N_("No bank line is linked to this payment yet.")),
    is_true("receipt_settled", "receipt_settled", "receipt_open",
            N_("The receipt is neither there nor waived.")),
    is_true("partner_named", "partner_named", "partner_missing",
            N_("Please name the partner or agent by their code; they account for the money.")),
    is_false("not_in_a_file", "in_a_file", "in_a_file",
             N_("This payment stands in a payment file; it goes out with the file or not at all.")),
    is_true("file_handed_over", "file_handed_over", "file_not_handed_over",
            N_("The payment file has not been handed over to the bank yet.")),
    is_true("file_never_taken", "file_never_taken", "file_may_be_taken",
            N_("The bank may have the payment file; only its answer takes this payment out.")),
    is_false("not_seen_yet", "seen_at_bank", "seen_at_bank",
             N_("The bank has shown this payment already.")),
    is_true("paid_abroad", "paid_abroad", "not_abroad",
            N_("This payment is not worth anything in another currency, so no amount differs.")),
    is_true("advance_holds", "advance_holds", "more_than_open",
            N_("The partner holds less of this payment than that.")),
    Guard(
        "something_is_open", "nothing_open", ("open_advance",),
        lambda _c, _a, facts: facts["open_advance"] > 0,
        N_("Nothing is open: the partner has accounted for all of it, or holds nothing yet."),
    ),
    is_at_most(
        "open_within_limit", "open_advance", "write_off_limit", "open_above_limit",
        N_("What is open is above what may be written off here."),
    ),
    is_false("money_still_out", "money_is_back", "money_is_back_already",
             N_("The money is back already.")),
    Guard(
        "write_off_agreed", "second_person_missing", ("co_signer",), _write_off_agreed,
        N_("Finance and the board have to agree, as two people."),
    ),
    is_true("replacement_approved", "replacement_approved", "replacement_not_approved",
            N_("The panel has not approved a replacement.")),
)  # fmt: skip

GIFT = (
    Guard(
        "amount_positive", "amount_not_positive", ("amount",),
        lambda _c, _a, facts: facts["amount"] > 0, N_("A gift has to be more than nothing."),
    ),
    is_true("purpose_open", "purpose_open", "purpose_closed",
            N_("This purpose does not take gifts at the moment.")),
    is_true("gift_clean", "gift_clean", "gift_not_clean",
            N_("The gift has to be looked at before it is accepted.")),
    is_false("gift_suspicious", "gift_clean", "gift_is_clean",
             N_("Nothing speaks against this gift.")),
    is_true("gift_was_accepted", "was_accepted", "gift_not_judged",
            N_("Nobody has accepted this gift yet.")),
    is_false("gift_never_accepted", "was_accepted", "gift_judged",
             N_("This gift was accepted before.")),
    is_true("donor_data_complete", "donor_data_complete", "donor_data_missing",
            N_("A receipt needs the donor's name and address.")),
    is_true("refund_covered", "refund_covered", "refund_not_covered",
            N_("The gift has been used already and nothing replaces it yet.")),
    Guard(
        "refund_agreed", "second_person_missing", ("co_signer",), _refund_agreed,
        N_("A second person, a member of the board, has to agree first."),
    ),
)  # fmt: skip

MONTHLY = (
    is_true("card_listed", "card_listed", "card_not_listed",
            N_("Nothing speaks against this card.")),
)  # fmt: skip

PLEDGED = (
    Guard(
        "pledge_needs_screening", "pledge_is_small", ("amount", "screen_from", "restricted"),
        lambda _c, _a, facts: facts["amount"] >= facts["screen_from"] or facts["restricted"],
        N_("This pledge is small and bound to nothing, so finance accepts it without the board."),
    ),
    Guard(
        "pledge_is_small", "pledge_needs_screening", ("amount", "screen_from", "restricted"),
        lambda _c, _a, facts: facts["amount"] < facts["screen_from"] and not facts["restricted"],
        N_("This pledge is large or bound to a purpose, so the board looks at it first."),
    ),
    Guard(
        "instalments_sum", "instalments_do_not_sum", ("amount", "instalments"),
        lambda _c, _a, facts: sum(facts["instalments"]) == facts["amount"],
        N_("The instalments do not add up to the pledge."),
    ),
    Guard(
        "pledge_acceptable", "pledge_not_acceptable",
        ("source_clean", "restriction_feasible", "no_beneficiary_data"),
        lambda _c, _a, facts: facts["source_clean"] is True
        and facts["restriction_feasible"] is True and facts["no_beneficiary_data"] is True,
        N_("The board has to confirm three things: the source is acceptable, the purpose can be"
           " kept, and the donor will be shown nobody we helped."),
    ),
    Guard(
        "pledge_paid", "pledge_not_paid", ("amount", "paid"),
        lambda _c, _a, facts: facts["paid"] >= facts["amount"],
        N_("The pledge is not paid in full yet."),
    ),
    is_true("donor_agreed", "donor_agreed", "donor_has_not_agreed",
            N_("New days need the donor's agreement first.")),
    is_not_the_one("not_recorder", "recorded_by", "recorded_the_pledge",
                   N_("Who recorded the pledge does not agree to it."), ()),
    has_run_out("due", N_("The instalment is not due yet.")),
)  # fmt: skip

TABLE = (*AWARD, *PAYOUT, *GIFT, *MONTHLY, *PLEDGED)
