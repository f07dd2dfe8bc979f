"""Races: whoever acts at the same moment, one wins and the others read a refusal."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from fund_app.extensions import db
from fund_app.models.applications import Application
from fund_app.models.ballots import Ballot
from fund_app.models.disbursements import Approval
from fund_app.models.events import Event
from fund_app.models.ledger import GrantCommitment, JournalEntry
from fund_app.models.subjects import SUBJECTS
from fund_app.queries import ledger
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import applications, audit, ballots, disbursements, offers
from fund_app.services.transition import Request
from fund_app.services.votes import Cast
from tests.support.house import House, press
from tests.support.threads import DONE, STALE, Act, at_once
from workflows.counting import Choice
from workflows.roles import Role

pytestmark = pytest.mark.both_stores

LINES = (("legal", 100_000),)
YES = Cast(Choice.APPROVE, reason="Needed.")
MANY = 20


def events(subject_id: str, action: str) -> int:
    db.session.rollback()
    statement = select(func.count()).where(Event.subject_id == subject_id, Event.action == action)
    return db.session.scalar(statement) or 0


def entries(kind: str) -> int:
    statement = select(func.count()).where(JournalEntry.kind == kind)
    return db.session.scalar(statement) or 0


def is_sound() -> bool:
    """Whether trail and ledger agree with themselves."""
    db.session.rollback()
    return not list(audit.verify(db.session(), SUBJECTS)) and not recompute_check()


def before_last_vote(house: House) -> tuple[str, str]:
    """Return a case and its ballot, on which the vote of one reviewer is still missing."""
    _, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    for handle in ("r1", "r2", "r3"):
        ballots.declare_free(house[handle], ballot_id, press())
    for handle in ("r1", "r2"):
        ballots.cast(house[handle], ballot_id, YES, press())
    return case_id, ballot_id


def checked_payment(house: House) -> str:
    """Return a payment whose payee was checked and which nobody has signed."""
    _, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    return payment_id


def test_of_twenty_who_answer_from_the_same_page_one_leads_the_case(
    app: Flask, house: House
) -> None:
    _, case_id = house.submitted()
    seen = house.case(case_id).step
    act = partial(applications.acknowledge, house["anna"], case_id)
    told = at_once(app, [partial(act, press(seen)) for _ in range(MANY)])
    assert Counter(told) == {DONE: 1, STALE: MANY - 1}
    assert events(case_id, "acknowledge") == 1
    assert is_sound()


def test_of_twenty_who_answer_without_looking_one_leads_the_case(app: Flask, house: House) -> None:
    _, case_id = house.submitted()
    act = partial(applications.acknowledge, house["anna"], case_id)
    told = at_once(app, [partial(act, press()) for _ in range(MANY)])
    assert Counter(told) == {DONE: 1, "wrong_state": MANY - 1}


def test_last_vote_sent_twenty_times_decides_once(app: Flask, house: House) -> None:
    case_id, ballot_id = before_last_vote(house)
    db.session.rollback()
    act = partial(ballots.cast, house["r3"], ballot_id, YES)
    told = at_once(app, [partial(act, press()) for _ in range(MANY)])
    assert Counter(told) == {DONE: 1, "wrong_state": MANY - 1}
    assert (events(ballot_id, "cast"), events(case_id, "approve")) == (3, 1)
    assert db.session.scalar(select(func.count()).select_from(GrantCommitment)) == 1
    assert ledger.position("EMG", "EUR").committed == 100_000
    assert is_sound()


def test_money_found_twenty_times_is_reserved_once(app: Flask, house: House) -> None:
    with app.app_context():
        _, first = house.approved((("legal", 400_000),))
        _, case_id = house.approved((("legal", 200_000),))
    assert house.case(case_id).state == "waiting_for_money"
    house.fund("EMG", 200_000)
    act = partial(applications.money_found, house["fin1"], case_id)
    told = at_once(app, [partial(act, press()) for _ in range(MANY)])
    assert Counter(told) == {DONE: 1, "wrong_state": MANY - 1}
    position = ledger.position("EMG", "EUR")
    assert (position.committed, position.available) == (600_000, 100_000)
    assert house.case(first).state == "approved"
    assert is_sound()


@pytest.mark.slow
def test_twenty_approvals_of_a_fund_that_holds_five_reserve_five(app: Flask, house: House) -> None:
    cases = [before_last_vote(house) for _ in range(MANY)]
    db.session.rollback()
    told = at_once(
        app,
        [partial(ballots.cast, house["r3"], ballot_id, YES, press()) for _, ballot_id in cases],
    )
    assert told == [DONE] * MANY
    db.session.rollback()
    states = Counter(db.session.scalars(select(Application.state)))
    assert states == {"approved": 5, "waiting_for_money": 15}
    position = ledger.position("EMG", "EUR")
    assert (position.spendable, position.committed, position.available) == (500_000, 500_000, 0)
    assert is_sound()


def test_two_reviewers_voting_at_once_leave_no_ballot_stuck(app: Flask, house: House) -> None:
    for _ in range(4):
        _, case_id = house.submitted()
        house.to_review(case_id, LINES)
        ballot_id = house.ballot_of(case_id).id
        for handle in ("r1", "r2", "r3"):
            ballots.declare_free(house[handle], ballot_id, press())
        ballots.cast(house["r1"], ballot_id, YES, press())
        db.session.rollback()
        told = at_once(
            app,
            [
                partial(ballots.cast, house[handle], ballot_id, YES, press())
                for handle in ("r2", "r3")
            ],
        )
        assert told == [DONE, DONE]
        db.session.rollback()
        assert db.session.get_one(Ballot, ballot_id).state == "decided"
        assert house.case(case_id).state == "approved"


def test_of_two_officers_who_sign_first_at_once_one_does(app: Flask, house: House) -> None:
    payment_id = checked_payment(house)
    house.add("fin3", Role.FINANCE_OFFICER)
    told = at_once(
        app,
        [
            partial(disbursements.authorise_first, house[handle], payment_id, press())
            for handle in ("fin2", "fin3")
        ],
    )
    assert sorted(told) == [DONE, "wrong_state"]
    signed = select(func.count()).where(Approval.kind == "first")
    assert db.session.scalar(signed) == 1


def test_second_signature_given_twenty_times_releases_once(app: Flask, house: House) -> None:
    payment_id = checked_payment(house)
    disbursements.authorise_first(house["fin2"], payment_id, press())
    acts: list[Act] = [
        partial(
            disbursements.authorise_second,
            house["treasurer" if number % 2 else "board"],
            payment_id,
            press(),
        )
        for number in range(MANY)
    ]
    told = at_once(app, acts)
    assert Counter(told) == {DONE: 1, "wrong_state": MANY - 1}
    assert entries("tranche_release") == 1
    assert is_sound()


def test_one_request_in_eight_threads_happens_once_and_answers_the_same(
    app: Flask, house: House
) -> None:
    _, case_id = house.submitted()
    pressed = press(house.case(case_id).step)
    act = partial(applications.acknowledge, house["anna"], case_id, pressed)
    assert at_once(app, [act] * 8) == [DONE] * 8
    assert events(case_id, "acknowledge") == 1
    statement = select(func.count()).where(Event.request_id == pressed.id)
    assert db.session.scalar(statement) == 1


def test_everybody_at_one_case_waits_for_nobody_for_ever(app: Flask, house: House) -> None:
    applicant, case_id = house.submitted()
    house.to_review(case_id, LINES)
    ballot_id = house.ballot_of(case_id).id
    db.session.rollback()
    anna, lead = house["anna"], house["anna"].ref
    acts: list[Act] = [
        *(
            partial(ballots.declare_free, house[handle], ballot_id, press())
            for handle in ("r1", "r2", "r3")
        ),
        partial(applications.assign, anna, case_id, lead, press()),
        partial(applications.request_info, anna, case_id, ["When?"], press()),
        partial(applications.answer_info, applicant, case_id, press()),
        partial(applications.suspend_security, house["security"], case_id, press()),
        partial(offers.withdraw, applicant, press()),
        partial(applications.board_consent, house["board"], case_id, press()),
        partial(ballots.cast, house["r1"], ballot_id, YES, press()),
    ]
    told = at_once(app, acts)
    assert DONE in told
    assert STALE not in told
    assert is_sound()


def test_withdrawing_while_the_second_signature_is_given_leaves_one_of_both(
    app: Flask, house: House
) -> None:
    applicant, case_id = house.accepted(LINES)
    payment_id = house.payment_of(case_id).id
    disbursements.safety_check(house["fin1"], payment_id, payee_verified=True, request=press())
    disbursements.authorise_first(house["fin2"], payment_id, press())
    told = at_once(
        app,
        [
            partial(offers.withdraw, applicant, Request(None)),
            partial(disbursements.authorise_second, house["treasurer"], payment_id, press()),
        ],
    )
    # A withdrawal is possible before and after the signature: no money has moved.
    assert told[0] == DONE
    assert told[1] in {DONE, "wrong_state"}
    assert house.payment_of(case_id).state == "cancelled"
    position = ledger.position("EMG", "EUR")
    assert (position.committed, position.in_transit, position.available) == (0, 0, 500_000)
    assert is_sound()
