"""Resolutions about funds: one proposes, a member of the board confirms, and it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund_app.adapters.clock import ManualClock
from fund_app.extensions import db
from fund_app.models.donations import Method
from fund_app.models.events import HOUSE, Event
from fund_app.models.funds import ResolutionKind as Kind
from fund_app.models.ledger import Fund
from fund_app.models.types import new_ref
from fund_app.queries import donation_labels, ledger, resolutions
from fund_app.queries import funds as reads
from fund_app.queries.ledger_check import recompute_check
from fund_app.services import deadlines, donations, funds, ledger_facts, monthly_gifts
from fund_app.services.fund_checks import Draft, ResolutionRefused
from fund_app.services.unit import unit_of_work
from tests.services.test_ledger_races import at_once
from tests.support.books import EUR, origin
from tests.support.house import House, build
from workflows.roles import Role

pytestmark = pytest.mark.both_stores


@pytest.fixture
def house(app: Flask, clock: ManualClock) -> Iterator[House]:
    """Set up a house with 5,000.00 in EMG and 1,000.00 in GEN, and a second board member."""
    with app.app_context():
        house = build(app, clock)
        house.fund("GEN", 100_000)
        house.add("board2", Role.BOARD_MEMBER)
        yield house


def moving(source: str, target: str, amount: int, **more: Any) -> Draft:
    return Draft(
        kind=Kind.TRANSFER, number="Board 2026/7", fund_code=source, target_code=target,
        amount=amount, currency=EUR, **{"ground": "board_decision", **more},
    )  # fmt: skip


def covering(amount: int, target: str = "EMG") -> Draft:
    return Draft(
        kind=Kind.COVER, number="2026/8", fund_code="GEN", target_code=target, amount=amount,
        currency=EUR, ground="shortfall_cover",
    )  # fmt: skip


def carried_out(house: House, draft: Draft) -> str:
    resolution_id = funds.propose(house["treasurer"], draft, new_ref())
    funds.confirm(house["board"], resolution_id)
    return resolution_id


def refused(code: str, act: Callable[..., Any], *given: Any) -> None:
    with pytest.raises(ResolutionRefused) as caught:
        act(*given)
    assert caught.value.code == code


def spendable(fund: str) -> int:
    db.session.rollback()
    return ledger.position(fund, EUR).spendable


def test_transfer_takes_two_people_and_stands_in_the_trail(house: House) -> None:
    request_id = new_ref()
    first = funds.propose(house["board"], moving("GEN", "LEG", 40_000), request_id)
    assert funds.propose(house["board"], moving("GEN", "LEG", 40_000), request_id) == first
    assert spendable("LEG") == 0
    refused("same_person", funds.confirm, house["board"], first)
    refused("not_a_signer", funds.confirm, house["treasurer"], first)
    refused("not_a_signer", funds.propose, house["fin1"], moving("GEN", "LEG", 1))
    funds.confirm(house["board2"], first)
    funds.confirm(house["board2"], first)
    assert (spendable("GEN"), spendable("LEG")) == (60_000, 40_000)
    refused("decided", funds.withdraw, house["board"], first)
    query = select(Event.action).where(Event.chain == HOUSE, Event.reason_code.like("transfer:%"))
    assert list(db.session.scalars(query.order_by(Event.step))) == [
        "resolution_proposed", "resolution_confirmed",
    ]  # fmt: skip
    entry = ledger.entry(resolutions.entry_of(db.session(), first) or 0)
    assert entry is not None
    assert (entry.kind, entry.reason_code, entry.source_id) == (
        "fund_transfer", "board_decision", first,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (moving("EMG", "GEN", 1), "restricted"),
        (moving("EMG", "GEN", 1, ground="donor_consent"), "restricted"),
        (moving("GEN", "EMG", 100_001), "overspent"),
        (moving("GEN", "GEN", 1), "same_fund"),
        (moving("GEN", "NOPE", 1), "unknown_fund"),
        (moving("GEN", "EMG", 0), "amount"),
        (covering(1), "not_below_zero"),
        (covering(1, "GEN"), "not_its_deficit_fund"),
        (Draft(kind=Kind.CLOSE_FUND, number="1", fund_code="GEN"), "general_fund"),
        (Draft(kind=Kind.CLOSE_FUND, number="1", fund_code="EMG"), "fund_not_empty"),
        (Draft(kind=Kind.CLOSE_FUND, number=" ", fund_code="DIG"), "no_number"),
        (Draft(kind=Kind.OPEN_GIFTS, number="1", fund_code="EMG"), "already_so"),
        (
            Draft(kind=Kind.OPEN_FUND, number="1", fund_code="EMG", name="E", restricted=True),
            "fund_exists",
        ),
        (
            Draft(kind=Kind.OPEN_FUND, number="1", fund_code="e!", name="E", restricted=True),
            "fund_code",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(house: House, draft: Draft, code: str) -> None:
    refused(code, funds.propose, house["treasurer"], draft)


def test_float_is_a_type_error(house: House) -> None:
    with pytest.raises(TypeError):
        funds.propose(house["treasurer"], moving("GEN", "EMG", 1.5))  # type: ignore[arg-type]


def test_restricted_money_moves_with_the_donors_consent(house: House) -> None:
    release = {"ground": "donor_consent", "release_ref": "letter 3 of 2026"}
    carried_out(house, moving("EMG", "GEN", 1_000, **release))
    assert spendable("GEN") == 101_000


def test_what_does_not_hold_any_more_is_refused_at_the_second_signature(house: House) -> None:
    early = funds.propose(house["treasurer"], moving("GEN", "LEG", 90_000))
    carried_out(house, moving("GEN", "FAM", 20_000))
    refused("overspent", funds.confirm, house["board"], early)
    assert spendable("LEG") == 0
    funds.withdraw(house["treasurer"], early)
    refused("decided", funds.confirm, house["board"], early)


def test_shortfall_is_covered_to_the_cent_and_no_further(house: House) -> None:
    with unit_of_work() as session:
        ledger_facts.refund(session, origin("r"), {"EMG": 500_033}, EUR)
    (short,) = reads.shortfalls()
    assert (short.fund_code, short.missing, short.cover_code) == ("EMG", 33, "GEN")
    refused("more_than_missing", funds.propose, house["treasurer"], covering(34))
    carried_out(house, covering(33))
    assert (spendable("EMG"), spendable("GEN")) == (0, 99_967)
    assert reads.shortfalls() == ()
    assert recompute_check() == ()


def test_floor_holds_decisions_back_until_the_board_resolves_otherwise(house: House) -> None:
    floor = Draft(kind=Kind.SET_FLOOR, number="2026/9", fund_code="GEN", currency=EUR,
                  amount=80_000)  # fmt: skip
    carried_out(house, floor)
    assert reads.free("GEN", EUR) == 20_000
    refused("below_floor", funds.propose, house["treasurer"], moving("GEN", "EMG", 20_001))
    carried_out(house, moving("GEN", "EMG", 20_001, below_floor=True))
    assert reads.free("GEN", EUR) == -1
    assert reads.floors() == {("GEN", EUR): 80_000}


def test_fund_is_opened_switched_and_closed_by_two(house: House) -> None:
    opened = Draft(
        kind=Kind.OPEN_FUND, number="2026/10", fund_code="WIN", name="Winter", name_ru="Зима",
        restricted=True,
        programme="emergency", carrier_code="GEN", open_for_donations=False,
    )  # fmt: skip
    carried_out(house, opened)
    carried_out(house, Draft(kind=Kind.OPEN_GIFTS, number="2026/11", fund_code="WIN"))
    found = db.session.get_one(Fund, "WIN")
    assert (found.name, found.open_for_donations, found.deficit_fund_code) == (
        "Winter", True, "GEN",
    )  # fmt: skip
    named = {}
    for language in ("en", "ru", "de"):
        with force_locale(language):
            named[language] = donation_labels.fund("WIN")
    assert named == {"en": "Winter", "ru": "Зима", "de": "Winter"}
    with pytest.raises(DBAPIError, match="resolution_stays"), unit_of_work() as session:
        session.execute(text("UPDATE fund_resolution SET name_ru = 'Весна'"))
    house.fund("WIN", 100)
    close = Draft(kind=Kind.CLOSE_FUND, number="2026/12", fund_code="WIN")
    refused("fund_not_empty", funds.propose, house["treasurer"], close)
    carried_out(house, moving("WIN", "EMG", 100, ground="donor_consent", release_ref="all"))
    wish = donations.Wish("EMG", 500, Method.CARD, also=("WIN",))
    monthly_gifts.begin(wish, language="en", request_id=new_ref())
    refused("monthly_gifts", funds.propose, house["treasurer"], close)
    house.clock.advance(days=2)
    deadlines.fire_due(house.clock.now())
    carried_out(house, close)
    db.session.rollback()
    found = db.session.get_one(Fund, "WIN")
    assert (found.closed_on, found.open_for_donations) == (house.clock.now().date(), False)
    refused("fund_closed", funds.propose, house["treasurer"], moving("GEN", "WIN", 1))
    assert len(ledger.entries(ledger.Search(fund_code="WIN")).rows) == 2


def test_twenty_transfers_of_what_holds_five_leave_five(app: Flask, house: House) -> None:
    proposals = [funds.propose(house["treasurer"], moving("GEN", "EMG", 20_000)) for _ in range(20)]
    board = house["board"]
    db.session.remove()

    def confirm(number: int) -> str:
        try:
            funds.confirm(board, proposals[number])
        except ResolutionRefused as refusal:
            return refusal.code
        return "done"

    said = at_once(app, 20, confirm)
    assert (said.count("done"), said.count("overspent")) == (5, 15)
    assert spendable("GEN") == 0
