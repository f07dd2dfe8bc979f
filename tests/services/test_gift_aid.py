"""Gift Aid: a declaration covers the days it held, keeps its form's version, and stays sealed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.gift_aid import GiftAidDeclaration
from fund_app.models.sealed import NoKey
from fund_app.services import donors, gift_aid, receipt_issuing, receipt_papers
from fund_app.services.transition import Unknown
from fund_app.services.unit import unit_of_work
from tests.support import receipts as made
from tests.support.house import House
from tests.support.staff import house

__all__ = ["house"]

pytestmark = pytest.mark.both_stores


def declarations() -> list[GiftAidDeclaration]:
    db.session.rollback()
    return list(db.session.scalars(select(GiftAidDeclaration).order_by(GiftAidDeclaration.since)))


def test_statement_reclaims_on_gifts_of_the_days_a_declaration_held(
    house: House, clock: ManualClock
) -> None:
    made.set_up_issuers(house)
    who = made.donor("en")
    made.give(house, who, date(2026, 3, 1), 4_003)
    with pytest.raises(Unknown):
        gift_aid.declare(made.donor(), made.DETAILS, with_past=False)
    gift_aid.declare(who, made.DETAILS, with_past=False)
    made.give(house, who, date(2026, 6, 30), 10_001)
    clock.advance(days=30)
    gift_aid.cancel(who)
    gift_aid.cancel(who)
    made.give(house, who, date(2026, 7, 30), 500)
    clock.advance(days=200)
    request_id = made.ask(who, year=2026, country="GB")
    (receipt_id,) = receipt_issuing.issue(house["fin1"], request_id)
    snapshot = made.receipt(receipt_id).snapshot.open(house["fin1"].ring)
    paper = receipt_papers.from_json(snapshot)
    assert [line.is_covered for line in paper.lines] == [False, True, False]
    assert (paper.total, paper.covered, paper.gift_aid) == (14_504, 10_001, 2_500)


def test_declaration_is_sealed_replaced_and_forgotten(house: House, clock: ManualClock) -> None:
    who = made.donor("en")
    made.give(house, who, date(2026, 3, 1), 4_003)
    gift_aid.declare(who, made.DETAILS, with_past=True)
    gift_aid.declare(who, made.DETAILS, with_past=False)
    first, second = declarations()
    assert (first.since, first.cancelled_day) == (date(2022, 6, 30), date(2026, 6, 30))
    assert (second.form_version, second.cancelled_day) == (1, None)
    assert second.name.open(house["treasurer"].ring) == made.DETAILS.name
    with pytest.raises(NoKey):
        second.name.open(who.ring)
    donors.end(who)
    assert [row.donor_id for row in declarations()] == [None, None]
    assert all(row.cancelled_day for row in declarations())
    assert gift_aid.destroy_due() == 0
    clock.advance(days=7 * 366)
    assert gift_aid.destroy_due() == 2
    assert [row.name_sealed for row in declarations()] == [None, None]


def test_database_keeps_what_was_declared(house: House) -> None:
    who = made.donor("en")
    made.give(house, who, date(2026, 3, 1), 4_003)
    gift_aid.declare(who, made.DETAILS, with_past=True)
    went_through = []
    for change in (
        "UPDATE gift_aid_declaration SET form_version = 2",
        "UPDATE gift_aid_declaration SET since = '2020-01-01'",
        "UPDATE gift_aid_declaration SET donor_id = NULL",
        "DELETE FROM gift_aid_declaration",
    ):
        try:
            with unit_of_work() as session:
                session.execute(text(change))
        except DatabaseError:
            continue
        went_through.append(change)
    assert went_through == []
