"""Receipts that no longer hold: void, corrected, replaced, and what becomes of their gifts."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from fund_app.extensions import db
from fund_app.models.donations import Donation
from fund_app.models.events import Event
from fund_app.services import (
    receipt_copies,
    receipt_corrections,
    receipt_issuing,
    receipt_papers,
    receipt_voids,
)
from fund_app.services.receipts import Details
from fund_app.services.transition import Unknown
from tests.support import receipts as made
from tests.support.house import House
from tests.support.staff import house
from workflows.engine import Refused
from workflows.roles import SYSTEM

__all__ = ["house"]

pytestmark = pytest.mark.both_stores


@pytest.fixture(autouse=True)
def issuers(house: House) -> None:
    made.set_up_issuers(house)


def test_void_receipt_is_replaced_under_new_details(house: House) -> None:
    who = made.donor()
    gift = made.give(house, who, date(2025, 4, 1), 5_000)
    (first,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    receipt_voids.void(house["treasurer"], first, "wrong_details")
    receipt_voids.void(house["treasurer"], first, "other")
    row = made.receipt(first)
    assert (row.void_year, row.void_number, row.void_reason) == (2026, 1, "wrong_details")
    assert made.lines(first) == [(gift, 5_000, True)]
    with pytest.raises(Unknown):
        receipt_copies.own(who, first)
    request_id = made.ask(who, details=Details("Ada Other", "Elsewhere 1"))
    (second,) = receipt_issuing.issue(house["fin1"], request_id)
    row = made.receipt(second)
    assert (row.number, row.replaces_id, made.lines(second)) == (2, first, [(gift, 5_000, False)])
    paper = receipt_papers.from_json(row.snapshot.open(house["fin1"].ring))
    assert (paper.name, paper.replaces) == ("Ada Other", "ZB-2026-00001")
    assert receipt_copies.read(house["fin1"], first).content.startswith(b"%PDF")


def test_gift_that_goes_back_makes_its_receipt_void_and_frees_the_others(house: House) -> None:
    who = made.donor()
    given = made.twelve(house, who)
    request_id = made.ask(who)
    (first,) = receipt_issuing.issue(house["fin1"], request_id)
    assert [made.receipt(first).voided_day, made.state(given[0])] == [None, "receipted"]
    made.send_back(house, given[0], 1)
    row = made.receipt(first)
    assert (row.void_reason, row.void_number, made.state(given[0])) == ("gift_gone", 1, "accepted")
    assert {made.state(gift) for gift in given[1:]} == {"receipted"}
    assert receipt_voids.free_gifts() == len(given) - 1
    assert {made.state(gift) for gift in given} == {"accepted"}
    last = db.session.scalars(select(Event).where(Event.subject_id == given[5])).all()[-1]
    assert (last.action, last.actor_ref, last.reason_code) == (
        "correct_receipt", SYSTEM.ref, "gift_gone",
    )  # fmt: skip
    assert receipt_voids.free_gifts() == 0
    (second,) = receipt_issuing.issue(house["fin1"], request_id)
    assert (made.receipt(second).total, made.state(given[5])) == (row.total - 1, "receipted")
    made.send_back(house, given[1], 10_002)
    (third,) = receipt_issuing.issue(house["fin1"], request_id)
    assert [gift for gift, *_ in made.lines(third)] == [given[0], *given[2:]]
    assert (made.receipt(second).void_number, made.receipt(third).replaces_id) == (2, second)
    assert receipt_voids.free_gifts() == 0, "certified anew before the worker came by"


def test_wrong_receipt_is_void_replaced_and_its_gifts_can_still_go_back(house: House) -> None:
    who = made.donor()
    kept, given_twice = (made.give(house, who, date(2025, 4, day), 5_000) for day in (1, 2))
    request_id = made.ask(who)
    (first,) = receipt_issuing.issue(house["fin1"], request_id)
    for reason in ("wrong_details", "no such code"):
        with pytest.raises(Refused):
            receipt_corrections.correct(house["fin1"], first, reason)
    for stranger in ("board", "anna"):
        with pytest.raises(Unknown):
            receipt_corrections.correct(house[stranger], first, "wrong_amount")
    assert made.receipt(first).voided_day is None
    second = receipt_corrections.correct(house["treasurer"], first, "wrong_amount")
    assert second is not None
    assert receipt_corrections.correct(house["treasurer"], first, "wrong_amount") == second
    old, new = made.receipt(first), made.receipt(second)
    assert (old.void_number, old.void_reason, new.replaces_id) == (1, "wrong_amount", first)
    assert (new.number, new.total) == (2, 10_000)
    query = select(Event.action, Event.source, Event.dest, Event.reason_code).where(
        Event.chain == "donation", Event.subject_id == kept
    )
    trail = [tuple(each) for each in db.session.execute(query.order_by(Event.step))]
    assert trail[-3:] == [
        ("receipt", "accepted", "receipted", None),
        ("correct_receipt", "receipted", "accepted", "wrong_amount"),
        ("receipt", "accepted", "receipted", None),
    ]
    made.send_back(house, given_twice, 5_000)
    assert made.receipt(second).void_reason == "gift_gone"
    (third,) = receipt_issuing.issue(house["fin1"], request_id)
    assert made.receipt(third).total == 5_000
    made.send_back(house, kept, 5_000)
    assert [made.state(gift) for gift in (kept, given_twice)] == ["refunded", "refunded"]


def test_void_for_good_leaves_the_gifts_accepted_and_waiting(house: House) -> None:
    who = made.donor()
    gift = made.give(house, who, date(2025, 4, 1), 5_000)
    (first,) = receipt_issuing.issue(house["fin1"], made.ask(who))
    receipt_voids.void(house["fin1"], first, "wrong_details")
    receipt_voids.void(house["fin1"], first, "wrong_details")
    assert made.state(gift) == "accepted"
    row = db.session.get_one(Donation, gift)
    assert row.due_clock == "receipt", "somebody is reminded that a receipt is still owed"
