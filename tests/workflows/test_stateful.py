"""Whole cases, driven over the pure tables by several people, against a plain oracle.

The machine keeps what a service would keep: states, holds, votes, money. One rule takes a step
that is open, another tries any step by anybody; after each, the oracle's books must agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from workflows.ballot import BALLOT, VOTES_SHOWN
from workflows.counting import Choice, Result, Vote, count, is_settled
from workflows.disbursement import DISBURSEMENT, IN_FLIGHT, MAY_BE_OUT, MONEY_LEFT
from workflows.emergency import BEFORE_MONEY, EMERGENCY
from workflows.engine import Outcome, Refused, Workflow, allowed, fire
from workflows.roles import SYSTEM, Actor, Role

LEAD = Actor("lead", frozenset({Role.COORDINATOR}))
SECOND_LEAD = Actor("second", frozenset({Role.COORDINATOR, Role.FINANCE_OFFICER}))
REVIEWERS = tuple(Actor(f"r{n}", frozenset({Role.REVIEWER})) for n in range(4))
CHAIR = Actor("chair", frozenset({Role.CHAIR}))
CHECKER = Actor("checker", frozenset({Role.FINANCE_OFFICER}))
SIGNER = Actor("signer", frozenset({Role.FINANCE_OFFICER}))
TREASURER = Actor("treasurer", frozenset({Role.TREASURER, Role.FINANCE_OFFICER}))
BOARD = Actor("board", frozenset({Role.BOARD_MEMBER}))
GUARD = Actor("security", frozenset({Role.SECURITY_LEAD}))
PERSON = Actor("person", frozenset({Role.APPLICANT}))
PEOPLE = (
    LEAD, SECOND_LEAD, *REVIEWERS, CHAIR, CHECKER, SIGNER, TREASURER, BOARD, GUARD, PERSON, SYSTEM,
)  # fmt: skip

REQUESTED = (300, 200)
BUDGET = 700
QUORUM = 3
FAST_TRACK = 150
ENDED_BALLOT = {"decided", "void"}
ONWARD = {
    "submit", "acknowledge", "start_verification", "to_review", "propose_fast_track", "fast_track",
    "ratify", "refuse_ratification", "approve", "approve_partially", "reject", "money_found",
    "offer", "accept", "first_payment_received", "submit_report", "close", "answer_info", "resume",
    "declare_free", "open", "cast", "close_early", "count", "tie", "chair_decides", "short",
    "substitutes", "conditions_met", "safety_check", "authorise_first", "authorise_second",
    "export", "send", "bank_ok", "recipient_ok", "reconcile", "release_hold", "appeal",
    "appeal_upheld", "found_not_sent", "retry", "late_ok",
}  # fmt: skip
"""Steps that bring a case nearer to money received; a walk without them stays in the draft."""

DEAD_PAYOUT = {"cancelled", "written_off", "reissued", "reconciled"}


@dataclass
class Child:
    """A ballot or a payout, with what its own rows would hold."""

    state: str
    amount: int = 0
    kind: str = "decision"
    outcome: str | None = None
    panel: set[str] = field(default_factory=set)
    recused: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    votes: dict[str, Vote] = field(default_factory=dict)
    done_by: dict[str, str] = field(default_factory=dict)
    bound: bool = False
    proven: bool = False
    times_sent: int = 0
    times_back: int = 0


Wish = tuple[Workflow, Child | None, tuple[str, Actor, Actor]]


@dataclass
class Application:
    state: str = "draft"


class Case(RuleBasedStateMachine):
    """One application with its ballots and payouts."""

    @initialize(data=st.data(), way=st.integers(0, 30))
    def begin(self, data: st.DataObject, way: int) -> None:
        self.app = Application()
        self.holds: set[str] = set()
        self.ballots: list[Child] = []
        self.payouts: list[Child] = []
        self.reserved = 0
        self.paid = 0
        self.deciders: set[str] = set()
        self.officers: set[str] = set()
        self.fast_tracked = False
        self.band = "life_threat"
        self.asked = 0
        for _ in range(way):
            self.go_onward(data)

    # what a service would gather

    def facts(self, actor: Actor, second: Actor, child: Child | None = None) -> dict[str, Any]:
        ballot = self.ballots[-1] if self.ballots else Child("void")
        award = sum(self.lines(ballot))
        facts: dict[str, Any] = {
            "holds": tuple(sorted(self.holds)),
            "ran_out": frozenset({"offer", "money", "info", "draft", "vote", "confirm"}),
            "officers": tuple(self.officers | {actor.ref}),
            "co_signer": second,
            "recused": frozenset[str](),
            "lead": LEAD.ref,
            "band": self.band,
            "ballot_outcome": ballot.outcome if ballot.state == "decided" else None,
            "award": award,
            "award_lines": self.lines(ballot),
            "available": BUDGET - self.reserved - self.paid,
            "panel_cap": 500,
            "board_cap": 500,
            "board_consented": False,
            "amount": FAST_TRACK,
            "fast_track_cap": FAST_TRACK,
            "reserve_balance": BUDGET - self.reserved - self.paid,
            "fast_tracked": self.fast_tracked,
            "request_covered": False,
            "signals": 1,
            "payouts_in_flight": sum(p.state in IN_FLIGHT for p in self.payouts),
            "payouts_sent": sum(p.state in MONEY_LEFT for p in self.payouts),
            "payouts_confirmed": sum(p.proven for p in self.payouts),
            "payouts_unreconciled": sum(p.state not in DEAD_PAYOUT for p in self.payouts),
            "info_round": self.asked + 1,
            "info_rounds_most": 2,
            "failed_channels": 2,
            "sources": 2,
            "days_without_contact": 0,
            "risk_too_high": True,
            "verification_level": 2,
            "verification_minimum": 2,
            "verification_waived": False,
            "applicant_prefers_referral": False,
            "appeal_outcome": "upheld",
            "case_state": self.app.state,
            **dict.fromkeys(("missing_answers", "open_duplicates", "unanswered_items"), 0),
            **dict.fromkeys(("assignee_recused", "notice_reached", "file_erased"), False),
            **dict.fromkeys(
                (
                    "consented", "duplicate_confirmed", "referral_consented", "questions_allowed",
                    "reason_given", "redaction_ready", "contact_verified", "directive_exists",
                    "stop_confirmed", "formal_reason", "reason_on_list", "letter_ready",
                    "appeal_allowed", "new_facts", "reopen_in_time", "report_given",
                    "report_settled", "channel_allowed",
                ),
                True,
            ),
        }  # fmt: skip
        if child is not None and child in self.ballots:
            facts |= self.ballot_facts(child)
        elif child is not None:
            facts |= self.payout_facts(child)
        return facts

    def ballot_facts(self, ballot: Child) -> dict[str, Any]:
        votes = list(ballot.votes.values())
        counted = count(votes, REQUESTED, QUORUM)
        waiting = len(ballot.panel - ballot.recused) - len(votes)
        return {
            "quorum": QUORUM,
            "declared_free": len(ballot.declared),
            "panel": frozenset(ballot.panel),
            "declared": frozenset(ballot.declared),
            "recused": frozenset(ballot.recused),
            "vote_complete": True,
            "votes_cast": len(votes),
            "tied": counted.result is Result.TIE,
            "result_settled": is_settled(votes, waiting, REQUESTED, QUORUM),
            "pool": len(REVIEWERS) - len(ballot.panel),
            "decision_acted_on": self.app.state != "review" or ballot is not self.ballots[-1],
        }

    def payout_facts(self, payout: Child) -> dict[str, Any]:
        others = [p for p in self.payouts if p is not payout and p.state in IN_FLIGHT]
        return {
            "tranche_due": True,
            "amount": payout.amount,
            "encumbered": self.reserved,
            "other_attempts": len(others),
            "on_their_way": sum(p.state in MAY_BE_OUT for p in self.payouts),
            "payee": PERSON.ref,
            "deciders": frozenset(self.deciders),
            "checked_by": payout.done_by.get("safety_check"),
            "first_authoriser": payout.done_by.get("authorise_first"),
            "signatory_limit": 10**6,
            "write_off_limit": 10**6,
            "rail": "bank",
            "recipient_proof": "code_word",
            "lookup": "not_sent",
            "lookup_proven": True,
            "case_cancelled": False,
            "case_is_held": bool(self.holds - {"info_requested"}),
            "holds": tuple(sorted(self.holds - {"info_requested"})),
            "money_is_back": payout.times_back == payout.times_sent,
            **dict.fromkeys(
                (
                    "reference_neutral", "payee_verified", "screening_clean", "details_unchanged",
                    "payee_details_settled", "batch_frozen", "rate_stored", "statement_matches",
                    "trace_done", "amount_came_back", "giving_up_agreed", "statement_linked",
                    "receipt_settled", "replacement_approved",
                ),
                True,
            ),
        }  # fmt: skip

    def lines(self, ballot: Child) -> tuple[int, ...]:
        return count(list(ballot.votes.values()), REQUESTED, QUORUM).lines

    # what a service would do

    def attempt(
        self, workflow: Workflow, child: Child | None, wish: tuple[str, Actor, Actor]
    ) -> None:
        action, actor, second = wish
        subject = child or self.app
        facts = self.facts(actor, second, child)
        open_actions = allowed(workflow, subject, actor, facts)
        try:
            outcome = fire(workflow, subject, action, actor, facts)
        except Refused:
            assert action not in open_actions
            return
        assert action in open_actions
        self.oracle(workflow, subject, wish, child)
        if child is not None:
            child.done_by[action] = actor.ref
        subject.state = outcome.state
        self.follow(outcome, actor, child)

    def oracle(
        self,
        workflow: Workflow,
        subject: Application | Child,
        wish: tuple[str, Actor, Actor],
        child: Child | None,
    ) -> None:
        """Assert what must hold whenever a step is accepted, without looking at the table."""
        action, actor, second = wish
        if workflow is DISBURSEMENT and action == "authorise_second":
            assert child is not None
            assert actor.ref != child.done_by["authorise_first"]
            assert actor.ref != child.done_by["safety_check"]
            assert actor.ref not in {LEAD.ref, *self.deciders}
        if action in {"export", "send"}:
            assert not self.holds - {"info_requested"}
        if action in {"resume", "close_suspended", "release_hold", "retry"}:
            assert actor.ref != second.ref
        if workflow is BALLOT and action == "cast":
            assert child is not None
            assert actor.ref in child.panel - child.recused
            assert subject.state == "open"
        if workflow is EMERGENCY and action in {"approve", "approve_partially", "reject"}:
            assert actor is SYSTEM or subject.state == "triage"

    def follow(self, outcome: Outcome, actor: Actor, child: Child | None) -> None:
        self.holds -= set(outcome.lifts)
        if outcome.places is not None:
            self.holds.add(outcome.places)
            self.asked += outcome.places == "info_requested"
        handlers = self.handlers(actor, child)
        for effect in outcome.effects:
            if effect in handlers:
                handlers[effect]()

    def handlers(self, actor: Actor, child: Child | None) -> dict[str, Callable[[], None]]:
        shared: dict[str, Callable[[], None]] = {
            "record_officer": lambda: self.officers.add(actor.ref),
            "encumber": lambda: self.reserve(sum(self.lines(self.ballots[-1]))),
            "encumber_fast_track": lambda: self.fast_track(actor),
            "release_encumbrance": self.release,
            "plan_disbursement": self.plan,
            "cancel_disbursements": self.cancel_payouts,
            "open_ballot": lambda: self.open_ballot("decision"),
            "open_ratification_ballot": lambda: self.open_ballot("ratification"),
            "void_ballot": self.void_ballots,
        }
        if child is None:
            return shared
        return shared | {
            "recuse": lambda: self.recuse(child, actor),
            "record_declaration": lambda: child.declared.add(actor.ref),
            "draw_substitute": lambda: self.draw(child),
            "record_result": lambda: self.close(child),
            "replace_ballot": lambda: self.open_ballot("decision"),
            "record_sending": lambda: self.sending(child),
            "record_not_sent": lambda: self.back(child),
            "post_executed": lambda: self.book(child),
            "record_receipt": lambda: self.prove(child),
            "post_reversed": lambda: self.back(child),
            "post_returned": lambda: self.came_back(child),
            "release_payout": lambda: self.unbind(child),
            "plan_replacement": lambda: self.replace(child),
            "post_loss": lambda: self.book(child),
        }

    def reserve(self, amount: int) -> None:
        self.reserved += amount

    def fast_track(self, actor: Actor) -> None:
        self.fast_tracked = True
        self.deciders |= self.officers | {actor.ref}
        self.reserved += FAST_TRACK

    def release(self) -> None:
        self.reserved = sum(p.amount for p in self.payouts if p.bound)

    def plan(self) -> None:
        bound = sum(p.amount for p in self.payouts if p.bound)
        self.payouts.append(Child("planned", amount=self.reserved - bound, bound=True))

    def cancel_payouts(self) -> None:
        for payout in self.payouts:
            if payout.state in {"planned", "ready", "payee_checked", "held", "part_authorised"}:
                facts = self.facts(SYSTEM, SYSTEM, payout) | {"case_cancelled": True}
                payout.state = fire(DISBURSEMENT, payout, "cancel", SYSTEM, facts).state
                payout.bound = False

    def open_ballot(self, kind: str) -> None:
        panel = {reviewer.ref for reviewer in REVIEWERS[:3]}
        self.ballots.append(Child("prepared", kind=kind, panel=panel))

    def void_ballots(self) -> None:
        for ballot in self.ballots:
            if ballot.state not in ENDED_BALLOT:
                facts = self.facts(SYSTEM, SYSTEM, ballot)
                ballot.state = fire(BALLOT, ballot, "cancel", SYSTEM, facts).state

    def recuse(self, ballot: Child, actor: Actor) -> None:
        ballot.recused.add(actor.ref)
        ballot.declared.discard(actor.ref)
        ballot.votes.pop(actor.ref, None)

    def draw(self, ballot: Child) -> None:
        for reviewer in REVIEWERS:
            if reviewer.ref not in ballot.panel:
                ballot.panel.add(reviewer.ref)
                ballot.declared.add(reviewer.ref)
                return

    def close(self, ballot: Child) -> None:
        result = count(list(ballot.votes.values()), REQUESTED, QUORUM).result
        decided = {Result.APPROVE, Result.PARTIAL, Result.REJECT}
        ballot.outcome = str(result if result in decided else Result.REJECT)
        self.deciders |= set(ballot.votes)

    def sending(self, payout: Child) -> None:
        payout.times_sent += 1

    def back(self, payout: Child) -> None:
        payout.times_back += 1

    def book(self, payout: Child) -> None:
        if payout.bound:
            self.reserved -= payout.amount
            self.paid += payout.amount
        payout.bound, payout.proven = False, True

    def prove(self, payout: Child) -> None:
        payout.proven = True

    def came_back(self, payout: Child) -> None:
        payout.times_back += 1
        if not payout.bound:
            self.paid -= payout.amount
            self.reserved += payout.amount
        payout.bound, payout.proven = True, False

    def unbind(self, payout: Child) -> None:
        """Give the amount back to the award; a case that is over has none, so to the fund."""
        payout.bound = False
        if EMERGENCY.state_of[self.app.state].final:
            self.release()

    def replace(self, payout: Child) -> None:
        if payout.bound:
            self.payouts.append(Child("planned", amount=payout.amount, bound=True))
        payout.bound = False

    # rules

    def live(self, children: list[Child]) -> list[Child]:
        return children[-2:]

    def subjects(self) -> list[tuple[Workflow, Child | None]]:
        return [
            (EMERGENCY, None),
            *((BALLOT, one) for one in self.live(self.ballots)),
            *((DISBURSEMENT, one) for one in self.live(self.payouts)),
        ]

    @rule(data=st.data(), way=st.integers(1, 6))
    def walk_onward(self, data: st.DataObject, way: int) -> None:
        for _ in range(way):
            self.go_onward(data)

    @rule(data=st.data())
    def take_an_open_step(self, data: st.DataObject) -> None:
        if wishes := self.wishes():
            self.take(data, wishes)

    def go_onward(self, data: st.DataObject) -> None:
        wishes = [wish for wish in self.wishes() if wish[2][0] in ONWARD]
        deepest = [wish for wish in wishes if wish[1] is not None]
        if wishes:
            self.take(data, deepest or wishes)
            self.money_ties()
            self.one_payout_is_live()

    def take(self, data: st.DataObject, wishes: list[Wish]) -> None:
        workflow, child, wish = data.draw(st.sampled_from(wishes))
        self.attempt(workflow, child, wish)
        if workflow is BALLOT and wish[0] == "cast":
            assert child is not None
            choice = data.draw(st.sampled_from((Choice.APPROVE, *Choice)))
            lines = (data.draw(st.integers(1, REQUESTED[0])), 0) if choice == "partial" else ()
            child.votes[wish[1].ref] = Vote(wish[1].ref, choice, lines)

    def wishes(self) -> list[Wish]:
        """Every step somebody could take now, as the pages would offer them."""
        wishes: list[Wish] = []
        for workflow, child in self.subjects():
            subject = child or self.app
            for actor in PEOPLE:
                second = next(one for one in (BOARD, LEAD, GUARD) if one is not actor)
                facts = self.facts(actor, second, child)
                wishes += [
                    (workflow, child, (action, actor, second))
                    for action in allowed(workflow, subject, actor, facts)
                    if self.changes_something(action, actor, child)
                ]
        return wishes

    def changes_something(self, action: str, actor: Actor, child: Child | None) -> bool:
        if action in {"escalate", "assign", "save", "verify", "set_band", "notice_reached"}:
            return False
        if action == "declare_free":
            return child is not None and actor.ref not in child.declared
        if action == "cast":
            return child is not None and actor.ref not in child.votes
        return action != "propose_fast_track" or not self.officers

    @rule(data=st.data(), actor=st.sampled_from(PEOPLE), second=st.sampled_from(PEOPLE))
    def try_any_step(self, data: st.DataObject, actor: Actor, second: Actor) -> None:
        workflow, child = data.draw(st.sampled_from(self.subjects()))
        action = data.draw(st.sampled_from((*workflow.actions, "to_closed", "__class__")))
        self.attempt(workflow, child, (action, actor, second))

    # what must always hold

    @invariant()
    def money_ties(self) -> None:
        assert self.reserved >= sum(p.amount for p in self.payouts if p.bound)
        assert self.paid >= 0
        assert self.reserved + self.paid <= BUDGET
        if EMERGENCY.state_of[self.app.state].final:
            assert self.reserved == sum(p.amount for p in self.payouts if p.bound)

    @invariant()
    def one_payout_is_live(self) -> None:
        assert sum(p.state in IN_FLIGHT for p in self.payouts) <= 1
        assert all(p.times_sent <= p.times_back + 1 for p in self.payouts)

    @invariant()
    def one_ballot_is_live_and_none_after_the_end(self) -> None:
        live = [b for b in self.ballots if b.state not in ENDED_BALLOT]
        assert len(live) <= 1
        assert not (live and EMERGENCY.state_of[self.app.state].final)

    @invariant()
    def votes_are_hidden_until_the_close(self) -> None:
        for ballot in self.ballots:
            if ballot.state in {"prepared", "open", "no_quorum"}:
                assert ballot.state not in VOTES_SHOWN
                assert ballot.outcome is None
            assert not set(ballot.votes) & ballot.recused

    @invariant()
    def the_person_may_leave_until_money_moves(self) -> None:
        sent = any(p.state in MONEY_LEFT for p in self.payouts)
        frozen = self.holds - {"info_requested"}
        if self.app.state in BEFORE_MONEY and not frozen:
            facts = self.facts(PERSON, LEAD)
            assert ("withdraw" in allowed(EMERGENCY, self.app, PERSON, facts)) == (not sent)

    @invariant()
    def ended_cases_hold_nothing(self) -> None:
        if EMERGENCY.state_of[self.app.state].final:
            assert self.holds == set()


def test_cases_keep_every_promise_whoever_acts() -> None:
    run_state_machine_as_test(
        Case, settings=settings(max_examples=12, stateful_step_count=8, deadline=None)
    )
